/* phase.h - the timed phases of a check, in the order of the perfdata. */

#ifndef CHECK_PHASE_H
#define CHECK_PHASE_H

#include <stddef.h>

#include "smtp/facts.h"

enum phase {
	PHASE_DNS,
	PHASE_CONNECT,
	PHASE_TLS,
	PHASE_GREETING,
	PHASE_EHLO,
	PHASE_STARTTLS,
	PHASE_AUTH,
	PHASE_ENVELOPE,
	PHASE_QUIT,
	PHASES,
	PHASE_TOTAL = PHASES, /* "time", the whole check */
};

/* "dns" ... "quit", and "time"; static. */
const char *phase_name(enum phase p);

/* "time_dns" ... "time_quit", and "time"; static. */
const char *phase_label(enum phase p);

/*
 * What is being done in it: "waiting for the greeting"; static.  Where it is a
 * reply that is waited for, "waiting for " stands before it.
 */
const char *phase_doing(enum phase p);

/* Find a phase, or "time", by name in len bytes.  Returns -1 if none. */
int phase_find(const char *name, size_t len);

/* The phase that a phase of the dialogue is timed as. */
enum phase phase_of_smtp(enum smtp_phase s);

#endif
