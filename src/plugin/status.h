/* status.h - the four states of a plugin and their order. */

#ifndef PLUGIN_STATUS_H
#define PLUGIN_STATUS_H

/* The values are the exit codes. */
enum status {
	STATUS_OK = 0,
	STATUS_WARNING = 1,
	STATUS_CRITICAL = 2,
	STATUS_UNKNOWN = 3,
};

/* "OK", "WARNING", "CRITICAL", "UNKNOWN"; static. */
const char *status_name(enum status s);

/* Read a name in any case, or 0 to 3.  Returns 0, or -1 if it is neither. */
int status_parse(const char *text, enum status *out);

/*
 * Whether a is worse than b: CRITICAL over WARNING over UNKNOWN over OK.
 */
int status_is_worse(enum status a, enum status b);

#endif
