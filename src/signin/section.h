/*
 * section.h - write one account's section into oauth2.ini, and a secret into a
 * file beside it.  What the rest of the file holds stays as it is.
 */

#ifndef SIGNIN_SECTION_H
#define SIGNIN_SECTION_H

#include "cli/given.h"
#include "oauth2/config.h"
#include "oauth2/failure.h"

/*
 * Put section name with what is given (rows of account_table; the last of a
 * row counts) in the place of the one there is, or at the end.  The file is
 * replaced at one stroke, its mode and owner kept.  Returns 0, or -1 with *f
 * set: also where a value could not be read back as it is.
 */
int section_put(const struct config *c, const char *name,
    const struct given_list *given, struct failure *f);

/*
 * Write secret[0..len) to NAME.secret beside oauth2.ini, 0600, for the owner
 * of the state folder state (as root).  Its path, owned, is in *path.  Returns
 * 0, or -1 with *f set.
 */
int section_keep_secret(const struct config *c, const char *name,
    const char *state, const char *secret, size_t len, char **path,
    struct failure *f);

#endif
