/*
 * questions.h - what `setup` asks at a terminal, as options that were not
 * given on its command line.
 */

#ifndef SIGNIN_QUESTIONS_H
#define SIGNIN_QUESTIONS_H

#include <stdbool.h>

#include "base/buf.h"
#include "cli/given.h"
#include "oauth2/failure.h"

/* The last value given of an option; NULL: none. */
const char *questions_value(const struct given_list *l, const char *name);

/* Add one as if it had been given.  Returns 0, or -1 with *f set. */
int questions_add(struct given_list *l, const char *name, const char *value,
    struct failure *f);

/*
 * Ask for what is missing.  A client's secret, typed blind, goes to secret;
 * it is no option, and empty if none is needed.  Returns 0, or -1 with *f set.
 */
int questions_ask(struct given_list *l, struct buf *secret, struct failure *f);

#endif
