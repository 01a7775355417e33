/* options_rules.h - what holds for options read from anywhere. */

#ifndef TESTS_FUZZ_OPTIONS_RULES_H
#define TESTS_FUZZ_OPTIONS_RULES_H

#include "base/err.h"
#include "options/options.h"

/* rc and e are what options_parse() gave.  Aborts if they do not fit. */
void options_rules(const struct options *o, int rc, const struct err *e);

#endif
