/*
 * explain.h - why the server refused, as far as the table of replies seen
 * (verdict/hints.h) knows.
 */

#ifndef VERDICT_EXPLAIN_H
#define VERDICT_EXPLAIN_H

#include "verdict/verdict.h"

/*
 * Find the row that explains the refusal which ended the dialogue, and keep
 * it as v->row.  It stays NULL if no reply refused anything, or if nothing is
 * known of it.
 */
void explain_refusal(
    struct verdict *v, const struct facts *f, const struct settings *asked);

#endif
