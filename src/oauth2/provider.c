#include "oauth2/provider.h"

#include <string.h>

/* learn.microsoft.com/entra/identity-platform/authentication-national-cloud */
static const struct cloud microsoft_clouds[] = {
	{ "global", "login.microsoftonline.com", "outlook.office.com",
	    "smtp.office365.com" },
	{ "us", "login.microsoftonline.us", "outlook.office365.us",
	    "smtp.office365.us" },
	{ "china", "login.partner.microsoftonline.cn", "partner.outlook.cn",
	    "smtp.partner.outlook.cn" },
	{ NULL, NULL, NULL, NULL },
};

static const struct cloud google_cloud[] = {
	{ "global", "", "", "smtp.gmail.com" },
	{ NULL, NULL, NULL, NULL },
};
static const struct cloud yahoo_cloud[] = {
	{ "global", "", "", "smtp.mail.yahoo.com" },
	{ NULL, NULL, NULL, NULL },
};
static const struct cloud aol_cloud[] = {
	{ "global", "", "", "smtp.aol.com" },
	{ NULL, NULL, NULL, NULL },
};
static const struct cloud fastmail_cloud[] = {
	{ "global", "", "", "smtp.fastmail.com" },
	{ NULL, NULL, NULL, NULL },
};
static const struct cloud no_cloud[] = {
	{ "global", "", "", NULL },
	{ NULL, NULL, NULL, NULL },
};

const struct provider providers[] = {
	{ .name = "microsoft",
	    .title = "Microsoft 365, Outlook.com",
	    .auth_url = "https://%L/%T/oauth2/v2.0/authorize",
	    .token_url = "https://%L/%T/oauth2/v2.0/token",
	    .device_url = "https://%L/%T/oauth2/v2.0/devicecode",
	    .scope_user = "https://%M/SMTP.Send offline_access",
	    .scope_app = "https://outlook.office365.com/.default",
	    .flows = "code device client",
	    .note = "tenant: its id or domain; consumers for Outlook.com",
	    .wants_tenant = true,
	    .refresh_days = 90,
	    .clouds = microsoft_clouds },
	{ .name = "google",
	    .title = "Google Workspace, Gmail",
	    .auth_url = "https://accounts.google.com/o/oauth2/v2/auth",
	    .token_url = "https://oauth2.googleapis.com/token",
	    .revoke_url = "https://oauth2.googleapis.com/revoke",
	    .scope_user = "https://mail.google.com/",
	    .scope_app = "https://mail.google.com/",
	    .flows = "code service",
	    .no_device = "Google gives mail scopes to no device flow; use "
			 "flow code, or service",
	    .note = "publish the application: in Testing a sign-in lasts 7 "
		    "days",
	    .clouds = google_cloud },
	{ .name = "yahoo",
	    .title = "Yahoo Mail",
	    .auth_url = "https://api.login.yahoo.com/oauth2/request_auth",
	    .token_url = "https://api.login.yahoo.com/oauth2/get_token",
	    .scope_user = "mail-w",
	    .flows = "code",
	    .no_device = "Yahoo has no device flow; use flow code",
	    .note = "by agreement with Yahoo only; else an app password",
	    .clouds = yahoo_cloud },
	{ .name = "aol",
	    .title = "AOL Mail",
	    .auth_url = "https://api.login.aol.com/oauth2/request_auth",
	    .token_url = "https://api.login.aol.com/oauth2/get_token",
	    .scope_user = "mail-w",
	    .flows = "code",
	    .no_device = "AOL has no device flow; use flow code",
	    .note = "by agreement with Yahoo only; else an app password",
	    .clouds = aol_cloud },
	{ .name = "fastmail",
	    .title = "Fastmail",
	    .auth_url = "https://api.fastmail.com/oauth/authorize",
	    .token_url = "https://api.fastmail.com/oauth/refresh",
	    .revoke_url = "https://api.fastmail.com/oauth/revoke",
	    .scope_user =
		"https://www.fastmail.com/dev/protocol-smtp offline_access",
	    .flows = "code",
	    .no_device = "Fastmail has no device flow; use flow code",
	    .note = "a public client: PKCE, no secret",
	    .clouds = fastmail_cloud },
	{ .name = "custom",
	    .title = "any other",
	    .flows = "code device client",
	    .note = "token-url at least; setup takes them from issuer's "
		    "discovery document",
	    .clouds = no_cloud },
	{ .name = NULL },
};

const struct provider *
provider_find(const char *name)
{
	const struct provider *p;

	for (p = providers; p->name != NULL; p++)
		if (strcmp(p->name, name) == 0)
			return p;
	return NULL;
}

const struct cloud *
provider_find_cloud(const struct provider *p, const char *name)
{
	const struct cloud *c;

	for (c = p->clouds; c->name != NULL; c++)
		if (strcmp(c->name, name) == 0)
			return c;
	return NULL;
}
