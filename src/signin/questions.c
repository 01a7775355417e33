#include "signin/questions.h"

#include <stdio.h>
#include <string.h>

#include "oauth2/account.h"
#include "signin/ask.h"

enum { ANSWER_MAX = 4096, TIMES = 3 };

const char *
questions_value(const struct given_list *l, const char *name)
{
	size_t i;

	for (i = l->count; i > 0; i--)
		if (strcmp(l->item[i - 1].row->name, name) == 0)
			return l->item[i - 1].value;
	return NULL;
}

int
questions_add(struct given_list *l, const char *name, const char *value,
    struct failure *f)
{
	struct err e = { .kind = ERR_NONE };
	struct given g = { .row = table_find_name(&account_table, name),
		.value = (char *)(size_t)value };

	return given_add(l, &g, &e) == 0 ? 0 : failure_take(f, &e);
}

static bool
is(const struct given_list *l, const char *name, const char *value)
{
	const char *got = questions_value(l, name);

	return got != NULL && strcmp(got, value) == 0;
}

/* preset: what Enter alone means; NULL: there must be something. */
static int
ask(struct given_list *l, const char *name, const char *what,
    const char *preset, struct failure *f)
{
	struct buf line = BUF_INIT(ANSWER_MAX);
	int i, rc = -1;

	if (questions_value(l, name) != NULL)
		return 0;
	for (i = 0; i < TIMES && rc == -1; i++) {
		buf_truncate(&line, 0);
		if (ask_line(&line, what, false) == -1)
			break;
		if (line.len > 0)
			rc = questions_add(l, name, buf_str(&line), f);
		else if (preset != NULL)
			rc = *preset == '\0'
			    ? 0
			    : questions_add(l, name, preset, f);
	}
	buf_free(&line);
	if (rc == -1)
		failure_set(f, FAILURE_USAGE, "%s is missing", name);
	return rc;
}

static int
ask_flow(struct given_list *l, struct failure *f)
{
	if (is(l, "provider", "microsoft"))
		return ask(l, "flow",
		    "Flow: code (a person signs in here), device (elsewhere), "
		    "client (an application) [code]: ",
		    "code", f);
	if (is(l, "provider", "google"))
		return ask(l, "flow",
		    "Flow: code (a person signs in), service (a service "
		    "account) [code]: ",
		    "code", f);
	if (is(l, "provider", "custom"))
		return ask(l, "flow",
		    "Flow: code, device, client [code]: ", "code", f);
	return ask(l, "flow", "Flow [code]: ", "code", f);
}

static int
ask_secret(struct given_list *l, struct buf *secret, struct failure *f)
{
	bool is_app = is(l, "flow", "client");

	if (questions_value(l, "client-secret-from") != NULL ||
	    questions_value(l, "certificate") != NULL)
		return 0;
	/* A public client of Microsoft's must send none. */
	if (!is_app && is(l, "provider", "microsoft"))
		return 0;
	if (ask_line(secret,
		is_app ? "Client secret, its value (not shown; with a "
			 "certificate stop here, and give --certificate and "
			 "--key): "
		       : "Client secret (not shown; Enter if there is none): ",
		true) == -1)
		return failure_set(f, FAILURE_USAGE, "broken off");
	return 0;
}

int
questions_ask(struct given_list *l, struct buf *secret, struct failure *f)
{
	if (ask(l, "provider",
		"Provider: microsoft, google, yahoo, aol, fastmail, custom: ",
		NULL, f) == -1 ||
	    ask_flow(l, f) == -1)
		return -1;
	if (is(l, "provider", "microsoft") &&
	    ask(l, "tenant",
		"Tenant: its id or domain (consumers for Outlook.com): ", NULL,
		f) == -1)
		return -1;
	if (is(l, "provider", "custom") &&
	    questions_value(l, "token-url") == NULL &&
	    ask(l, "issuer", "Issuer, https://...: ", NULL, f) == -1)
		return -1;
	if (is(l, "provider", "custom") &&
	    ask(l, "host", "Mail server: ", NULL, f) == -1)
		return -1;
	if (ask(l, "user", "Mailbox, user name: ", NULL, f) == -1)
		return -1;
	if (is(l, "flow", "service"))
		return ask(l, "service-account",
		    "The service account's key file (JSON): ", NULL, f);
	if (ask(l, "client-id",
		"Client id of the application registered there: ", NULL,
		f) == -1)
		return -1;
	return ask_secret(l, secret, f);
}
