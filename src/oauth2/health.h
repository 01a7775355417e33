/*
 * health.h - how an account is, judged from what is kept of it: nobody is
 * asked.
 */

#ifndef OAUTH2_HEALTH_H
#define OAUTH2_HEALTH_H

#include <stdbool.h>
#include <stdint.h>

#include "oauth2/account.h"
#include "oauth2/record.h"
#include "oauth2/store.h"
#include "secret/renewed.h"

/* A plugin's states, by their numbers, and in the order of telling. */
enum health_state {
	HEALTH_OK,
	HEALTH_WARNING,
	HEALTH_CRITICAL,
	HEALTH_UNKNOWN,
};

/* Days that a credential must have left; -1: not asked for. */
struct health_limits {
	long warning;
	long critical;
};

struct health {
	char name[ACCOUNT_NAME_MAX + 1];
	const char *provider; /* static; NULL: its section is wrong */
	const char *flow;
	char user[128];
	enum health_state state;
	char text[900]; /* one line */
	bool has_token, token_is_valid;
	int64_t token_expires_at, renew_at;
	const char *credential; /* static, "" */
	int64_t credential_ends_at;
	long credential_days; /* whole; of meaning if that is not 0 */
	int64_t signed_in_at, renewed_at, failed_at;
	bool in_flight;
	int64_t ahead;
	struct failure last;
};

/* "OK" and so on; static. */
const char *health_name(enum health_state s);

/* CRITICAL over WARNING over UNKNOWN over OK. */
bool health_is_worse(enum health_state a, enum health_state b);

/* Look at what is kept of a; a failure to read it is UNKNOWN. */
void health_look(struct health *c, const struct store *s,
    const struct account *a, const struct health_limits *limits, int64_t now);

/* Its section is wrong, as *f says. */
void health_of_failure(
    struct health *c, const char *name, const struct failure *f);

#endif
