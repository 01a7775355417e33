/* outcome.h - what an outcome of the dialogue is in the words of a check. */

#ifndef VERDICT_OUTCOME_H
#define VERDICT_OUTCOME_H

#include <stdbool.h>

#include "check/condition.h"
#include "smtp/facts.h"

/*
 * The condition that it is; NONE for OK, and for an unverified server, of
 * which the certificate's conditions tell.
 */
enum condition outcome_condition(enum smtp_outcome o);

/* Whether it is that the last reply refused something. */
bool outcome_is_refusal(enum smtp_outcome o);

#endif
