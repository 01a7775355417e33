/*
 * provider.h - what is known of a mail provider beforehand: its endpoints and
 * scopes.  Nothing of an account, and no client id.
 */

#ifndef OAUTH2_PROVIDER_H
#define OAUTH2_PROVIDER_H

#include <stdbool.h>

/* One of a provider's national clouds; endpoints have %1 for its host. */
struct cloud {
	const char *name;  /* "global", "us", "china" */
	const char *login; /* host of the endpoints */
	const char *mail;  /* host of the resource that scopes name */
	const char *smtp;  /* the submission server */
};

/*
 * In URLs and scopes %T stands for the tenant, %L for the cloud's login host,
 * %M for its resource; NULL: there is none, or it has to be configured.
 */
struct provider {
	const char *name;
	const char *title; /* for people */
	const char *auth_url;
	const char *token_url;
	const char *device_url;
	const char *revoke_url;
	const char *scope_user; /* code, device */
	const char *scope_app;  /* client, service */
	const char *flows;      /* "code device client" */
	const char *no_device;  /* why --flow=device is refused, or NULL */
	const char *note;       /* for `providers` */
	bool wants_tenant;
	long refresh_days; /* a refresh token lives that long unused; 0: not
			      known */
	const struct cloud *clouds; /* ends with a NULL name; the first is the
				       default */
};

extern const struct provider providers[]; /* ends with a NULL name */

/* NULL if there is none of that name. */
const struct provider *provider_find(const char *name);

/* NULL if the provider has no such cloud. */
const struct cloud *provider_find_cloud(
    const struct provider *p, const char *name);

#endif
