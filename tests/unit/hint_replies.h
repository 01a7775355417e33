/*
 * hint_replies.h - replies as servers send them, and the row of the table of
 * hints that each must find.  Which advice that gives is the table's alone.
 */

#ifndef TESTS_UNIT_HINT_REPLIES_H
#define TESTS_UNIT_HINT_REPLIES_H

#include <stdbool.h>

#include "verdict/cause.h"

struct hint_reply {
	/* Raw, without the last line end; 334: a challenge's decoded error. */
	const char *reply;
	enum cause cause;
	const char *text;     /* of the row */
	bool particular;      /* the row is a provider's alone */
	const char *host;     /* NULL: mail.example.org */
	const char *greeting; /* its text, NULL: nobody's in particular */
};

/* Ends with reply NULL. */
extern const struct hint_reply hint_replies[];

#endif
