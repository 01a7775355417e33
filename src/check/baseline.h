/*
 * baseline.h - what a service offers, as words that can be compared with those
 * of another day: their order and capitals do not count.
 */

#ifndef CHECK_BASELINE_H
#define CHECK_BASELINE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

/* In the order in which they are told. */
enum baseline_kind {
	BASELINE_MECHANISMS,
	BASELINE_TLS,
	BASELINE_ISSUER,
	BASELINE_KEY,
	BASELINE_GREETING, /* the host that it names */
	BASELINE_EXTENSIONS,
	BASELINE_KINDS,
};

enum { BASELINE_ALL = (1 << BASELINE_KINDS) - 1, BASELINE_TEXT = 1000 };

/* Each on one line, in printable ASCII; "": not known. */
struct baseline {
	char text[BASELINE_KINDS][BASELINE_TEXT];
};

/* What earlier checks saw, and this one; owned. */
struct baseline_pair {
	struct baseline before;
	struct baseline now;
	bool accepted; /* what differs was accepted */
};

struct facts;
struct settings;

/* "mechanisms" and so on, as --baseline takes it; static. */
const char *baseline_name(enum baseline_kind kind);

/* Find a kind by its name; BASELINE_KINDS: there is none. */
enum baseline_kind baseline_find(const char *name);

/* What this check saw.  *b is empty. */
void baseline_see(
    struct baseline *b, const struct facts *f, const struct settings *asked);

/* Whether both are known, and differ. */
bool baseline_differs(const struct baseline *before, const struct baseline *now,
    enum baseline_kind kind);

/* Read what baseline_write() wrote.  Returns 0, or -1 if it is damaged. */
int baseline_read(struct baseline *b, const char *text, size_t len);
void baseline_write(const struct baseline *b, struct buf *out);

#endif
