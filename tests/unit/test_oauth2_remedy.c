/* Each answer that token endpoints were seen to give: class, words, remedy. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "oauth2/remedy.h"

static const struct {
	const char *provider;
	long status;
	const char *error, *description, *suberror;
	enum failure_class class;
	const char *means, *remedy;
} known[] = {
	{ "microsoft", 400, "invalid_grant",
	    "AADSTS700082: words of the provider.", "token_expired",
	    FAILURE_SIGNIN, "the refresh token went unused for its 90 days",
	    "sign in again, and let a timer renew it" },
	{ "microsoft", 400, "invalid_grant",
	    "AADSTS70008: words of the provider.", NULL, FAILURE_SIGNIN,
	    "the refresh token or code expired, or was revoked",
	    "sign in again" },
	{ "microsoft", 400, "invalid_grant",
	    "AADSTS70043: words of the provider.", "token_expired",
	    FAILURE_SIGNIN,
	    "Conditional Access limits how long a sign-in lasts (sign-in frequency)",
	    "exempt the account from sign-in frequency, or use the application's own credential (flow client)" },
	{ "microsoft", 400, "invalid_grant",
	    "AADSTS50173: words of the provider.", NULL, FAILURE_SIGNIN,
	    "the tokens were revoked: the password was changed or reset, or an administrator revoked the sessions",
	    "sign in again" },
	{ "microsoft", 400, "invalid_grant",
	    "AADSTS50089: words of the provider.", NULL, FAILURE_SIGNIN,
	    "the sign-in took too long", "sign in again" },
	{ "microsoft", 400, "invalid_grant",
	    "AADSTS50132: words of the provider.", NULL, FAILURE_SIGNIN,
	    "the session was revoked: the password expired or was changed",
	    "sign in again" },
	{ "microsoft", 400, "invalid_grant",
	    "AADSTS50133: words of the provider.", NULL, FAILURE_SIGNIN,
	    "the session was revoked: the password expired or was changed",
	    "sign in again" },
	{ "microsoft", 400, "invalid_grant",
	    "AADSTS50055: words of the provider.", NULL, FAILURE_SIGNIN,
	    "the account's password expired",
	    "change the password, then sign in again" },
	{ "microsoft", 400, "invalid_grant",
	    "AADSTS50057: words of the provider.", NULL, FAILURE_ADMIN,
	    "the account is disabled", "enable it, or take the check away" },
	{ "microsoft", 400, "invalid_grant",
	    "AADSTS50034: words of the provider.", NULL, FAILURE_ADMIN,
	    "there is no such user in this tenant",
	    "look at tenant and user; the user may have been deleted" },
	{ "microsoft", 400, "invalid_grant",
	    "AADSTS50053: words of the provider.", NULL, FAILURE_TEMPORARY,
	    "the account is locked after wrong passwords, or this address has a bad reputation",
	    "look for 50053 in the sign-in log, at its failure reason" },
	{ "microsoft", 400, "invalid_grant",
	    "AADSTS50076: words of the provider.", "basic_action",
	    FAILURE_SIGNIN,
	    "multi-factor authentication is demanded now: a policy or the location changed",
	    "sign in again; exempt the monitor's address if it comes back" },
	{ "microsoft", 400, "invalid_grant",
	    "AADSTS50078: words of the provider.", NULL, FAILURE_SIGNIN,
	    "multi-factor authentication is too long ago for the policy",
	    "sign in again" },
	{ "microsoft", 400, "invalid_grant",
	    "AADSTS50079: words of the provider.", "basic_action",
	    FAILURE_SIGNIN,
	    "the user has to register for multi-factor authentication",
	    "sign in by a browser once, then here again" },
	{ "microsoft", 400, "invalid_grant",
	    "AADSTS50158: words of the provider.", NULL, FAILURE_SIGNIN,
	    "an external security challenge was not met", "sign in again" },
	{ "microsoft", 400, "invalid_grant",
	    "AADSTS53000: words of the provider.", "message_only",
	    FAILURE_ADMIN, "Conditional Access wants a compliant device",
	    "exempt the account, or use the application's own credential (flow client)" },
	{ "microsoft", 400, "invalid_grant",
	    "AADSTS53003: words of the provider.", "message_only",
	    FAILURE_ADMIN,
	    "Conditional Access blocks it; it says so to a blocked device code, too",
	    "look at the sign-in log, tab Conditional Access; sign in by --flow=code" },
	{ "microsoft", 400, "invalid_grant",
	    "AADSTS530032: words of the provider.", "message_only",
	    FAILURE_ADMIN, "the tenant's security policy blocks it",
	    "look at the tenant's security defaults" },
	{ "microsoft", 400, "invalid_grant",
	    "AADSTS65001: words of the provider.", "consent_required",
	    FAILURE_ADMIN,
	    "nobody has consented to the application, or a scope was added",
	    "grant admin consent" },
	{ "microsoft", 400, "invalid_grant",
	    "AADSTS70000: words of the provider.", NULL, FAILURE_SIGNIN,
	    "the refresh token is not valid: cut short, or of another tenant or client",
	    "sign in again" },
	{ "microsoft", 400, "invalid_grant",
	    "AADSTS700084: words of the provider.", NULL, FAILURE_SIGNIN,
	    "the refresh token is one of a single-page application: it lasts 24 hours, whatever is done",
	    "register the redirect URI as mobile and desktop, not as SPA, and sign in again" },
	{ "microsoft", 400, "invalid_grant",
	    "AADSTS54005: words of the provider.", NULL, FAILURE_LOCAL,
	    "the code was redeemed twice", "begin the sign-in anew" },
	{ "microsoft", 400, "invalid_grant",
	    "AADSTS50196: words of the provider.", NULL, FAILURE_TEMPORARY,
	    "a loop was detected: too many equal requests",
	    "wait, and find out who asks without keeping the token" },
	{ "microsoft", 401, "invalid_client",
	    "AADSTS7000215: words of the provider.", NULL, FAILURE_CREDENTIAL,
	    "the client secret is wrong; often it is the secret's id in place of its value",
	    "set the secret's value" },
	{ "microsoft", 401, "invalid_client",
	    "AADSTS7000222: words of the provider.", NULL, FAILURE_CREDENTIAL,
	    "the client secret expired",
	    "make a new one, of at most 24 months; better, use a certificate" },
	{ "microsoft", 401, "invalid_client",
	    "AADSTS700027: words of the provider.", NULL, FAILURE_CREDENTIAL,
	    "the certificate is not accepted: not uploaded, another key, or expired",
	    "upload the certificate that is used here" },
	{ "microsoft", 401, "invalid_client",
	    "AADSTS700024: words of the provider.", NULL, FAILURE_LOCAL,
	    "the assertion is not within its time: this machine's clock is wrong",
	    "set the clock" },
	{ "microsoft", 401, "invalid_client",
	    "AADSTS7000218: words of the provider.", NULL, FAILURE_ADMIN,
	    "the application is no public client: it has to show a secret or certificate",
	    "set \"Allow public client flows\" to yes, or give client-secret-from" },
	{ "microsoft", 401, "invalid_client",
	    "AADSTS700025: words of the provider.", NULL, FAILURE_LOCAL,
	    "the application is a public client, which must send no secret",
	    "remove client-secret-from" },
	{ "microsoft", 400, "unauthorized_client",
	    "AADSTS700016: words of the provider.", NULL, FAILURE_ADMIN,
	    "the application was not found in this tenant",
	    "look at client-id and tenant; nobody may have consented yet" },
	{ "microsoft", 401, "unauthorized_client",
	    "AADSTS7000112: words of the provider.", NULL, FAILURE_ADMIN,
	    "the application is disabled",
	    "enable the enterprise application" },
	{ "microsoft", 400, "invalid_request",
	    "AADSTS90002: words of the provider.", NULL, FAILURE_LOCAL,
	    "the tenant was not found", "look at tenant and cloud" },
	{ "microsoft", 400, "invalid_request",
	    "AADSTS50194: words of the provider.", NULL, FAILURE_LOCAL,
	    "the application is for one tenant and was asked for over /common",
	    "set tenant to the directory's id" },
	{ "microsoft", 400, "invalid_request",
	    "AADSTS9001023: words of the provider.", NULL, FAILURE_LOCAL,
	    "this grant is not possible over /common or /consumers",
	    "set tenant to the directory's id" },
	{ "microsoft", 400, "invalid_request",
	    "AADSTS9002332: words of the provider.", NULL, FAILURE_LOCAL,
	    "the application is for Entra users only and was asked for over /consumers",
	    "set tenant to organizations, or to its id" },
	{ "microsoft", 400, "invalid_scope",
	    "AADSTS70011: words of the provider.", NULL, FAILURE_LOCAL,
	    "the scope is wrong",
	    "scope = https://outlook.office.com/SMTP.Send offline_access; of an application: https://outlook.office365.com/.default" },
	{ "microsoft", 400, "invalid_resource",
	    "AADSTS500011: words of the provider.", NULL, FAILURE_ADMIN,
	    "Exchange Online is not in this tenant",
	    "look at the licence, and at cloud" },
	{ "microsoft", 400, "authorization_pending",
	    "AADSTS70016: words of the provider.", NULL, FAILURE_PENDING,
	    "the user is not done yet", "" },
	{ "microsoft", 400, "authorization_declined", NULL, NULL,
	    FAILURE_SIGNIN, "the user declined", "sign in again" },
	{ "microsoft", 400, "expired_token",
	    "AADSTS70020: words of the provider.", NULL, FAILURE_SIGNIN,
	    "the 15 minutes for the sign-in are over",
	    "begin the sign-in anew" },
	{ "microsoft", 400, "bad_verification_code",
	    "AADSTS70018: words of the provider.", NULL, FAILURE_LOCAL,
	    "the device code is wrong", "begin the sign-in anew" },
	{ "microsoft", 429, NULL, NULL, NULL, FAILURE_TEMPORARY,
	    "too many requests", "wait; keep the token, and ask less often" },
	{ "microsoft", 400, "temporarily_unavailable",
	    "AADSTS90033: words of the provider.", NULL, FAILURE_TEMPORARY,
	    "the directory is not available at the moment", "wait" },
	{ "google", 400, "invalid_grant", "Token has been expired or revoked.",
	    NULL, FAILURE_SIGNIN,
	    "revoked, 6 months unused, the password changed, too many tokens, or 7 days over of an application in Testing",
	    "sign in again; publish the application, or make it Internal" },
	{ "google", 400, "invalid_grant", "reauth related error (invalid_rapt)",
	    "invalid_rapt", FAILURE_SIGNIN,
	    "Workspace session control wants a new sign-in",
	    "sign in again; the administrator can trust the application or lengthen the session" },
	{ "google", 400, "invalid_grant",
	    "reauth related error (rapt_required)", "rapt_required",
	    FAILURE_SIGNIN, "Workspace session control wants a new sign-in",
	    "sign in again; the administrator can trust the application or lengthen the session" },
	{ "google", 400, "invalid_grant", "Invalid JWT Signature.", NULL,
	    FAILURE_CREDENTIAL,
	    "the service account's key was deleted, or is another one",
	    "make a new key, and set service-account" },
	{ "google", 400, "invalid_grant",
	    "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe.",
	    NULL, FAILURE_LOCAL,
	    "the assertion is not within its time: this machine's clock is wrong",
	    "set the clock" },
	{ "google", 400, "invalid_grant", "Invalid email or User ID", NULL,
	    FAILURE_LOCAL, "the user is no mailbox of the domain",
	    "set user to a mailbox of the domain" },
	{ "google", 400, "invalid_grant", "Invalid grant: account not found",
	    NULL, FAILURE_CREDENTIAL, "the service account was deleted",
	    "make it anew, and set service-account" },
	{ "google", 401, "unauthorized_client",
	    "Client is unauthorized to retrieve access tokens using this method, or client not authorized for any of the scopes requested.",
	    NULL, FAILURE_ADMIN,
	    "domain-wide delegation is missing, or is for another scope",
	    "admin console, API controls, domain-wide delegation: the service account's client id with https://mail.google.com/" },
	{ "google", 401, "invalid_client", "The OAuth client was not found.",
	    NULL, FAILURE_CREDENTIAL, "the client was deleted",
	    "make a new one, and set client-id" },
	{ "google", 401, "deleted_client", NULL, NULL, FAILURE_CREDENTIAL,
	    "the client was deleted", "make a new one, and set client-id" },
	{ "google", 400, "invalid_scope",
	    "Invalid device flow scope: https://mail.google.com/", NULL,
	    FAILURE_LOCAL, "Google gives mail scopes to no device flow",
	    "sign in with --flow=code" },
	{ "google", 403, "admin_policy_enforced", NULL, NULL, FAILURE_ADMIN,
	    "a Workspace administrator restricts the application",
	    "admin console, API controls: trust the client id" },
	{ "google", 428, "authorization_pending", NULL, NULL, FAILURE_PENDING,
	    "the user is not done yet", "" },
	{ "custom", 400, "slow_down", NULL, NULL, FAILURE_PENDING,
	    "asked too often; 5 seconds more between two from now on", "" },
	{ "custom", 400, "access_denied", NULL, NULL, FAILURE_SIGNIN,
	    "the user or the server said no", "sign in again" },
	{ "custom", 403, "invalid_grant", NULL, NULL, FAILURE_SIGNIN,
	    "the refresh token expired, or was revoked", "sign in again" },
	{ "custom", 400, "invalid_grant", "grant request is invalid", NULL,
	    FAILURE_SIGNIN,
	    "the refresh token is unknown, expired or was used before; then all of its family are revoked",
	    "sign in again" },
	{ "custom", 401, "invalid_client", "client authentication failed", NULL,
	    FAILURE_CREDENTIAL, "the client's secret or certificate is wrong",
	    "set the right one" },
	{ "custom", 401, "invalid_client",
	    "could not authenticate the client - its client secret is expired",
	    NULL, FAILURE_CREDENTIAL, "the client secret expired",
	    "make a new one" },
};
enum { KNOWN = sizeof known / sizeof known[0] };

static void
explain(struct failure *f, const char *provider, long status,
    const struct document *d, int64_t retry_after)
{
	const struct response r = { .status = status,
		.retry_after = retry_after };

	*f = (struct failure){ .class = FAILURE_NONE };
	assert_int_equal(remedy_explain(f, provider, NULL, &r, d, NULL, 0), -1);
}

static void
test_each(void **state)
{
	struct document d;
	struct failure f;
	size_t i;

	(void)state;
	for (i = 0; i < KNOWN; i++) {
		d = (struct document){
			.error = (char *)(uintptr_t)known[i].error,
			.suberror = (char *)(uintptr_t)known[i].suberror,
			.description = (char *)(uintptr_t)known[i].description
		};
		explain(&f, known[i].provider, known[i].status, &d, -1);
		if (f.class != known[i].class ||
		    strstr(f.text, known[i].means) == NULL ||
		    strcmp(f.remedy, known[i].remedy) != 0)
			fail_msg("%s %s: class %s, \"%s\", \"%s\"",
			    known[i].description != NULL ? known[i].description
							 : known[i].provider,
			    known[i].error != NULL ? known[i].error : "",
			    failure_class_name(f.class), f.text, f.remedy);
	}
}

/* What people do about it is in every row but those of a poll under way. */
static void
test_rows(void **state)
{
	const struct remedy *r;

	(void)state;
	for (r = remedies; r->class != FAILURE_NONE; r++) {
		assert_true(r->means[0] != '\0');
		assert_int_equal(
		    r->remedy[0] == '\0', r->class == FAILURE_PENDING);
		assert_true(strlen(r->means) < 200 && strlen(r->remedy) < 200);
	}
}

static const struct {
	const char *what;
	long status;
	const char *error;
	int64_t retry_after;
	enum failure_class class;
	bool refused;
	int64_t wait; /* seconds */
} others[] = {
	{ "no JSON", 500, NULL, -1, FAILURE_TEMPORARY, false, 30 },
	{ "gateway", 502, NULL, 5, FAILURE_TEMPORARY, false, 5 },
	{ "redirect", 302, NULL, -1, FAILURE_LOCAL, false, 30 },
	{ "nothing there", 404, NULL, -1, FAILURE_LOCAL, true, 900 },
	{ "unknown status", 418, NULL, -1, FAILURE_ADMIN, true, 900 },
	{ "unknown error", 400, "odd", -1, FAILURE_ADMIN, true, 900 },
	{ "refused for an hour", 400, "invalid_grant", 3600, FAILURE_SIGNIN,
	    true, 3600 },
	{ "refused for a second", 400, "invalid_grant", 1, FAILURE_SIGNIN, true,
	    900 },
	{ "too many", 429, NULL, 60, FAILURE_TEMPORARY, false, 60 },
	{ "timeout", 408, NULL, -1, FAILURE_TEMPORARY, false, 30 },
	{ "maintained", 400, "temporarily_unavailable", -1, FAILURE_TEMPORARY,
	    false, 30 },
	{ "error with 200", 200, "invalid_grant", -1, FAILURE_SIGNIN, false,
	    30 },
};

static void
test_others(void **state)
{
	struct document d = { .error = NULL };
	int64_t before, wait;
	struct failure f;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof others / sizeof others[0]; i++) {
		d.error = (char *)(uintptr_t)others[i].error;
		before = (int64_t)time(NULL);
		explain(&f, "custom", others[i].status,
		    others[i].error != NULL ? &d : NULL, others[i].retry_after);
		wait = f.retry_at - before;
		if (f.class != others[i].class ||
		    f.refused != others[i].refused || wait < others[i].wait ||
		    wait > others[i].wait + 5)
			fail_msg("%s: class %s, refused %d, wait %ld, \"%s\"",
			    others[i].what, failure_class_name(f.class),
			    f.refused, (long)wait, f.text);
	}
}

/* The numbers are Microsoft's under any name; words are their provider's. */
static void
test_custom_provider(void **state)
{
	struct document d = { .error = (char *)(uintptr_t) "invalid_grant",
		.description = (char *)(uintptr_t) "AADSTS50057: disabled" };

	(void)state;
	assert_int_equal(remedy_find("custom", 400, &d)->class, FAILURE_ADMIN);
	d.description = (char *)(uintptr_t) "Invalid JWT Signature.";
	assert_int_equal(
	    remedy_find("google", 400, &d)->class, FAILURE_CREDENTIAL);
	assert_int_equal(remedy_find("custom", 400, &d)->class, FAILURE_SIGNIN);
	/* One that begins with the digits of another. */
	d.description = (char *)(uintptr_t) "AADSTS7000820: something";
	assert_null(remedy_find("microsoft", 400, &d)->code);
}

/* The account's name stands where it is signed in again, and nowhere else. */
static void
test_setup(void **state)
{
	static const struct {
		const char *code, *remedy;
	} cases[] = {
		{ "AADSTS70008: x", "sign in again (smtp-oauth2 setup bob)" },
		{ "AADSTS700082: x",
		    "sign in again (smtp-oauth2 setup bob), and let a timer "
		    "renew it" },
		{ "AADSTS50055: x",
		    "change the password, then sign in again (smtp-oauth2 "
		    "setup bob)" },
		{ "AADSTS50057: x", "enable it, or take the check away" },
	};
	const struct response r = { .status = 400, .retry_after = -1 };
	struct document d = { .error = (char *)(uintptr_t) "invalid_grant" };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct failure f = { .class = FAILURE_NONE };

		d.description = (char *)(uintptr_t)cases[i].code;
		remedy_explain(&f, "microsoft", "bob", &r, &d, NULL, 0);
		assert_string_equal(f.remedy, cases[i].remedy);
	}
}

static void
test_harmless(void **state)
{
	const char *secret = "secret-0123456789";
	struct document d = { .error = (char *)(uintptr_t) "a|b\n\x1b[2J",
		.suberror = (char *)(uintptr_t) "has secret-0123456789 in it",
		.description = (char *)(uintptr_t) "x secret-0123456789 y" };
	const struct response r = { .status = 400, .retry_after = -1 };
	struct failure f = { .class = FAILURE_NONE };

	(void)state;
	remedy_explain(&f, "custom", NULL, &r, &d, &secret, 1);
	assert_string_equal(f.error, "a\\x7cb\\x0a\\x1b[2J");
	assert_string_equal(f.code, "");
	assert_null(strstr(f.text, "0123456789"));
	assert_non_null(strstr(f.text, "[withheld: holds the secret]"));
	assert_null(strpbrk(f.text, "|\n\x1b"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each),
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_others),
		cmocka_unit_test(test_custom_provider),
		cmocka_unit_test(test_setup),
		cmocka_unit_test(test_harmless),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
