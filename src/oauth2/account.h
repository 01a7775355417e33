/*
 * account.h - one section of oauth2.ini: who the provider is, how the account
 * was signed in, and what is sent where.  It asks nobody.
 */

#ifndef OAUTH2_ACCOUNT_H
#define OAUTH2_ACCOUNT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "cli/given.h"
#include "cli/table.h"
#include "oauth2/failure.h"
#include "oauth2/provider.h"
#include "secret/secret.h"

enum account_flow {
	FLOW_CODE,    /* authorization code with PKCE; renewed by refresh */
	FLOW_DEVICE,  /* device code; renewed by refresh */
	FLOW_CLIENT,  /* client credentials, asked for each time */
	FLOW_SERVICE, /* Google's service account: a signed assertion */
};

/* How the client shows who it is (RFC 6749, 2.3.1; RFC 7523, 2.2). */
enum account_proof {
	PROOF_NONE,      /* a public client: client_id alone */
	PROOF_POST,      /* client_id and client_secret in the body */
	PROOF_BASIC,     /* both form-encoded in the Authorization header */
	PROOF_ASSERTION, /* signed with key, certificate named by thumbprint */
};

enum {
	ACCOUNT_NAME_MAX = 64,
	ACCOUNT_TIMEOUT = 30, /* seconds for a request, by default */
};

/* Strings are owned, NULL where nothing was given and nothing is preset. */
struct account {
	char name[ACCOUNT_NAME_MAX + 1];
	const struct provider *provider;
	enum account_flow flow;
	enum account_proof proof;
	char *tenant;
	char *cloud;
	char *client_id;
	char *user;
	char *scope;
	char *token_url; /* presets are filled in, all https */
	char *auth_url;
	char *device_url;
	char *revoke_url;
	char *issuer; /* of RFC 9207, and of the discovery document */
	char *certificate;
	char *key;
	char *service_account;
	char *ca_file;
	char *proxy;
	char *host;                         /* of the mail server, for `test` */
	long port;                          /* 0: by default */
	struct secret_source client_secret; /* SECRET_NONE: there is none */
	int64_t client_secret_ends_at;      /* Unix time, 0: not told */
	long timeout;                       /* seconds for one request */
};

/* The keys, for the INI reader; setup takes the same as options. */
extern const struct option_table account_table;

/* Whether it can be a name: A-Z a-z 0-9 . _ - @ +, no dot first, <= 64. */
bool account_name_is_right(const char *name);

/*
 * Take the options given for account `name` (by account_table's rows), fill in
 * the presets of the provider, and look for contradictions; place, "FILE,
 * section [NAME]" or "setup", begins each complaint.  Returns 0, or -1 with *f
 * set (local); *a is to be freed in either case.
 */
int account_make(struct account *a, const char *name,
    const struct given_list *given, const char *place, struct failure *f);

/* Wipe and release. */
void account_free(struct account *a);

/* "code" and the like; static. */
const char *account_flow_name(enum account_flow flow);

/* Whether it is renewed by a refresh token. */
bool account_is_refreshed(const struct account *a);

#endif
