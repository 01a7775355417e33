/*
 * config.h - oauth2.ini: which accounts there are, and each of them.  It is
 * read, never written.
 */

#ifndef OAUTH2_CONFIG_H
#define OAUTH2_CONFIG_H

#include <stddef.h>

#include "base/buf.h"
#include "oauth2/account.h"
#include "oauth2/failure.h"

struct config {
	char *path;      /* owned */
	struct buf text; /* the file as it is; "" if there is none */
	char **names;    /* of its sections, in their order; owned */
	size_t count;
};

/*
 * Load path; NULL: $XDG_CONFIG_HOME/check_smtp_auth/oauth2.ini if that is
 * there, else /etc/check_smtp_auth/oauth2.ini.  A file that is not there is
 * an empty one unless it was named.  Returns 0, or -1 with *f set (local): it
 * cannot be read, a section is no name of an account, or there twice.
 */
int config_load(struct config *c, const char *path, struct failure *f);

/* The same for who will write it: it need not be there. */
int config_load_to_write(struct config *c, const char *path, struct failure *f);

/* Wipe (a client's secret may stand in it) and release. */
void config_free(struct config *c);

/*
 * Append what its section has.  Returns 1, 0 if there is none, or -1 with *f
 * set.
 */
int config_given(const struct config *c, const char *name, struct given_list *l,
    struct failure *f);

/*
 * The account of that name.  Returns 0, or -1 with *f set: usage if there is
 * none, local if something is wrong with it.  *a is to be freed in any case.
 */
int config_account(const struct config *c, const char *name, struct account *a,
    struct failure *f);

#endif
