/*
 * details.h - the long output: what else was found, a failure's last exchange,
 * and with -v, -vv and -vvv the phases, what was negotiated, the dialogue, DNS
 * and the chain.
 */

#ifndef PRESENT_DETAILS_H
#define PRESENT_DETAILS_H

#include "base/buf.h"
#include "check/facts.h"
#include "check/settings.h"
#include "plugin/terminal.h"
#include "verdict/verdict.h"

/* How much is shown, and on what. */
struct present_style {
	const char *name; /* of the check among many, or NULL */
	int verbosity;
	bool known_metrics_only;
	struct terminal terminal;
};

struct details {
	struct buf text;    /* lines, each ended by a newline; what is from
			       outside inside a line is raw but for newlines */
	struct buf drawing; /* lines too; holds nothing from outside */
	size_t drawing_at;  /* where in the text it belongs */
};

/* Fill in *d, of which the buffers' limits are set. */
void details_fill(struct details *d, const struct verdict *v,
    const struct facts *f, const struct settings *asked,
    const struct present_style *style);

void details_free(struct details *d);

#endif
