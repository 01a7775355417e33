/*
 * login.h - a login with the account's token through check_smtp_auth: the
 * proof that the mail server takes it.
 */

#ifndef SIGNIN_LOGIN_H
#define SIGNIN_LOGIN_H

#include "oauth2/account.h"
#include "oauth2/failure.h"
#include "secret/renewed.h"

/*
 * Run it; the plugin's answer goes to standard output.  Returns 0 if it is
 * OK, or -1 with *f set.
 */
int login_try(
    const struct account *a, const struct renewed *t, struct failure *f);

#endif
