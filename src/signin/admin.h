/*
 * admin.h - what has to be done at the provider before an account can get
 * tokens, with the account's own values filled in.  For people.
 */

#ifndef SIGNIN_ADMIN_H
#define SIGNIN_ADMIN_H

#include "base/buf.h"
#include "oauth2/account.h"

/* Append it; nothing where there is nothing to do. */
void admin_add(struct buf *out, const struct account *a);

#endif
