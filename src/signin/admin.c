#include "signin/admin.h"

#include <string.h>

/* A string of PowerShell, in which a quote is doubled. */
static void
add_quoted(struct buf *out, const char *s)
{
	buf_addc(out, '\'');
	for (; s != NULL && *s != '\0'; s++) {
		if (*s == '\'')
			buf_addc(out, '\'');
		buf_addc(out, *s);
	}
	buf_addc(out, '\'');
}

static void
add_microsoft_app(struct buf *out, const struct account *a)
{
	buf_adds(out,
	    "An administrator of the tenant, once:\n\n"
	    "1. In Entra, App registrations, this application: API "
	    "permissions, Office 365\n"
	    "   Exchange Online, Application permissions, SMTP.SendAsApp; "
	    "then \"Grant admin\n   consent\".\n");
	if (a->proof == PROOF_ASSERTION)
		buf_addf(out,
		    "   Certificates & secrets, Certificates: upload %s.\n",
		    a->certificate);
	buf_adds(out,
	    "2. In PowerShell (modules ExchangeOnlineManagement and "
	    "Microsoft.Graph.Applications):\n\n"
	    "Connect-MgGraph -Scopes Application.Read.All -TenantId ");
	add_quoted(out, a->tenant);
	buf_adds(out, "\n$app = Get-MgServicePrincipal -Filter \"appId eq ");
	add_quoted(out, a->client_id);
	/* The enterprise application's object, not the registration's. */
	buf_adds(out,
	    "\"\nConnect-ExchangeOnline\n"
	    "New-ServicePrincipal -AppId $app.AppId -ObjectId $app.Id "
	    "-DisplayName $app.DisplayName\n"
	    "Add-MailboxPermission -Identity ");
	add_quoted(out, a->user);
	buf_adds(out,
	    " -User $app.Id -AccessRights FullAccess\n"
	    "Add-RecipientPermission -Identity ");
	add_quoted(out, a->user);
	buf_adds(out,
	    " -Trustee $app.Id -AccessRights SendAs -Confirm:$false\n"
	    "Set-CASMailbox -Identity ");
	add_quoted(out, a->user);
	buf_adds(out,
	    " -SmtpClientAuthenticationDisabled $false\n\n"
	    "It takes up to an hour until Exchange knows of it.\n\n");
}

static void
add_microsoft_user(struct buf *out, const struct account *a)
{
	buf_adds(out,
	    "An administrator of the tenant, once: in Entra, App "
	    "registrations, this application:\n"
	    "Authentication, platform \"Mobile and desktop applications\", "
	    "redirect URI\nhttp://localhost; \"Allow public client flows\" = "
	    "Yes. API permissions, Office 365\nExchange Online, delegated, "
	    "SMTP.Send. And in PowerShell (ExchangeOnlineManagement):\n\n"
	    "Connect-ExchangeOnline\nSet-CASMailbox -Identity ");
	add_quoted(out, a->user);
	buf_adds(out, " -SmtpClientAuthenticationDisabled $false\n\n");
}

static void
add_google_service(struct buf *out)
{
	buf_adds(out,
	    "An administrator of the domain, once: admin.google.com, "
	    "Security, API controls,\nDomain-wide delegation, Add new: the "
	    "client_id of the service account's key file,\nscope "
	    "https://mail.google.com/.\n\n");
}

void
admin_add(struct buf *out, const struct account *a)
{
	const char *name = a->provider->name;

	if (strcmp(name, "microsoft") == 0) {
		if (a->flow == FLOW_CLIENT)
			add_microsoft_app(out, a);
		/* An Outlook.com mailbox has no administrator. */
		else if (a->tenant != NULL &&
		    strcmp(a->tenant, "consumers") != 0)
			add_microsoft_user(out, a);
	} else if (a->flow == FLOW_SERVICE) {
		add_google_service(out);
	} else if (strcmp(name, "google") == 0) {
		buf_adds(out,
		    "In the Google Cloud console, once: Google Auth Platform, "
		    "Clients, type \"Desktop app\";\nAudience: Internal, or "
		    "published: in Testing a sign-in lasts 7 days.\n\n");
	}
}
