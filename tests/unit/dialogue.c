#include "tests/unit/dialogue.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "smtp/sasl.h"

static const char *const conditions[SMTP_OUTCOMES] = {
	[SMTP_OK] = "none",
	[SMTP_GREETING_REFUSED] = "greeting",
	[SMTP_EHLO_REFUSED] = "ehlo",
	[SMTP_STARTTLS_MISSING] = "starttls-missing",
	[SMTP_STARTTLS_INJECTION] = "starttls-injection",
	[SMTP_SERVER_UNVERIFIED] = "cert-untrusted",
	[SMTP_MECHANISM_MISSING] = "mechanism",
	[SMTP_MECHANISM_REFUSED] = "mechanism",
	[SMTP_SECRET_HELD_BACK] = "cleartext-refused",
	[SMTP_SECRET_TOO_LONG] = "secret",
	[SMTP_SECRET_WITHHELD] = "withheld",
	[SMTP_AUTH_REJECTED] = "auth-rejected",
	[SMTP_AUTH_TEMPORARY] = "auth-temporary",
	[SMTP_SERVER_UNPROVEN] = "server-proof",
	[SMTP_SENDER_REFUSED] = "sender",
	[SMTP_RECIPIENT_REFUSED] = "recipient",
	[SMTP_UTF8_MISSING] = "extension",
	[SMTP_PROTOCOL_BROKEN] = "protocol",
	[SMTP_DISCONNECTED] = "disconnected",
	[SMTP_NO_MEMORY] = "internal",
};

const char *
dialogue_condition(enum smtp_outcome outcome)
{
	return conditions[outcome];
}

static int
fault(struct dialogue *d, int line, const char *what, const char *text)
{
	snprintf(d->fault, sizeof d->fault, "line %d: %s \"%.80s\"", line, what,
	    text);
	return -1;
}

static char *
trim(char *s)
{
	size_t n;

	s += strspn(s, " \t");
	for (n = strlen(s); n > 0 && strchr(" \t\r", s[n - 1]) != NULL; n--)
		s[n - 1] = '\0';
	return s;
}

static int
add_mech(struct dialogue *d, const struct sasl_mech *m)
{
	if (m == NULL || d->mech_count == DIALOGUE_LIST)
		return -1;
	d->mechs[d->mech_count++] = m;
	return 0;
}

static int
take_mechs(struct dialogue *d, char *value)
{
	char *name, *rest;

	for (name = strtok_r(value, ",", &rest); name != NULL;
	     name = strtok_r(NULL, ",", &rest))
		if (add_mech(d, sasl_find(name, strlen(name))) == -1)
			return -1;
	return 0;
}

static int
take_tls(struct dialogue *d, const char *value)
{
	static const char *const names[] = { [SMTP_TLS_NONE] = "none",
		[SMTP_TLS_STARTTLS] = "starttls",
		[SMTP_TLS_IMPLICIT] = "implicit" };
	size_t i;

	for (i = 0; i < sizeof names / sizeof names[0]; i++) {
		if (strcmp(value, names[i]) == 0) {
			d->tls = (enum smtp_tls)i;
			return 0;
		}
	}
	return -1;
}

static int
take_setting(struct dialogue *d, int line, char *key, char *value)
{
	const struct {
		const char *key;
		char **text;
		bool *flag;
	} keys[] = {
		{ "user", &d->user, NULL },
		{ "password", &d->password, NULL },
		{ "token", &d->token, NULL },
		{ "authzid", &d->authzid, NULL },
		{ "from", &d->from, NULL },
		{ "rcpt", &d->rcpt, NULL },
		{ "lmtp", NULL, &d->lmtp },
		{ "allow-cleartext", NULL, &d->allow_cleartext },
		{ "unverified", NULL, &d->unverified },
		{ "allow-unverified", NULL, &d->allow_unverified },
	};
	size_t i;
	int rc = -1;

	for (i = 0; i < sizeof keys / sizeof keys[0]; i++) {
		if (strcmp(key, keys[i].key) != 0)
			continue;
		if (keys[i].text != NULL)
			*keys[i].text = value;
		else if (strcmp(value, "yes") == 0)
			*keys[i].flag = true;
		else
			return fault(d, line, "not \"yes\":", value);
		return 0;
	}
	if (strcmp(key, "tls") == 0)
		rc = take_tls(d, value);
	else if (strcmp(key, "mechs") == 0)
		rc = take_mechs(d, value);
	else if (strcmp(key, "command") == 0 &&
	    d->command_count < DIALOGUE_LIST) {
		d->commands[d->command_count++] = value;
		rc = 0;
	}
	return rc == 0 ? 0 : fault(d, line, "bad setting", key);
}

/* Returns the bytes written, or -1 when an escape is unknown. */
static long
unescape(char *to, const char *from)
{
	static const char letters[] = "rn0\\", bytes[] = "\r\n\0\\";
	const char *at;
	char *start = to;
	unsigned int byte;

	for (; *from != '\0'; from++) {
		if (*from != '\\') {
			*to++ = *from;
		} else if (*++from == 'x') {
			if (strspn(from + 1, "0123456789abcdefABCDEF") < 2 ||
			    sscanf(from + 1, "%2x", &byte) != 1)
				return -1;
			*to++ = (char)byte;
			from += 2;
		} else {
			if (*from == '\0' ||
			    (at = strchr(letters, *from)) == NULL)
				return -1;
			*to++ = bytes[at - letters];
		}
	}
	return to - start;
}

/* Returns the bytes that the step takes up at to, or -1. */
static long
take_step(struct dialogue *d, int line, const char *text, char *to)
{
	struct dialogue_step *s = &d->steps[d->step_count];
	long n = 0;

	if (d->step_count == DIALOGUE_STEPS)
		return fault(d, line, "too many steps:", text);
	if (strcmp(text, "TLS") == 0) {
		s->kind = DIALOGUE_TLS;
	} else if (strcmp(text, "CLOSE") == 0) {
		s->kind = DIALOGUE_CLOSE;
	} else {
		s->kind = text[0] == 'S' ? DIALOGUE_SERVER
		    : text[0] == 'R'     ? DIALOGUE_RAW
					 : DIALOGUE_CLIENT;
		text += text[2] == ' ' ? 3 : 2;
		if (s->kind == DIALOGUE_RAW)
			n = unescape(to, text);
		else
			n = sprintf(to, "%s\r\n", text);
		if (n == -1)
			return fault(d, line, "unknown escape:", text);
	}
	s->bytes = to;
	s->len = (size_t)n;
	s->line = line;
	d->step_count++;
	return n;
}

static int
take_end(struct dialogue *d, int line, char *name)
{
	char *judged = strstr(name, " as ");
	size_t i;

	if (judged != NULL)
		*judged = '\0'; /* what is made of it is no matter here */
	d->end = trim(name);
	for (i = 0; i < SMTP_OUTCOMES; i++) {
		if (strcmp(conditions[i], d->end) == 0) {
			d->outcome = (enum smtp_outcome)i;
			return 0;
		}
	}
	return fault(d, line, "unknown condition", d->end);
}

static bool
is_step(const char *text)
{
	return strcmp(text, "TLS") == 0 || strcmp(text, "CLOSE") == 0 ||
	    strncmp(text, "S:", 2) == 0 || strncmp(text, "R:", 2) == 0 ||
	    strncmp(text, "C:", 2) == 0;
}

/* Returns the bytes taken up at to, or -1. */
static long
take_line(struct dialogue *d, int line, char *text, char *to)
{
	char *colon = strchr(text, ':');

	if (d->end != NULL && text[strspn(text, " \t")] != '\0')
		return fault(d, line, "after END:", text);
	if (text[0] == '\0' || text[0] == '#')
		return 0;
	if (is_step(text))
		return take_step(d, line, text, to);
	if (strncmp(text, "END ", 4) == 0)
		return take_end(d, line, text + 4);
	if (colon == NULL || d->step_count > 0)
		return fault(d, line, "unknown directive", text);
	*colon = '\0';
	return take_setting(d, line, text, trim(colon + 1));
}

static int
take_lines(struct dialogue *d, char *to)
{
	char *line, *next;
	long n;
	int number = 1;

	if (d->text[0] != '#')
		return fault(d, 1, "no comment before", d->text);
	for (line = d->text; line != NULL; line = next, number++) {
		if ((next = strchr(line, '\n')) != NULL)
			*next++ = '\0';
		if ((n = take_line(d, number, line, to)) == -1)
			return -1;
		to += n;
	}
	return d->end != NULL ? 0 : fault(d, number, "no END", "");
}

int
dialogue_parse(struct dialogue *d, const char *text, size_t len)
{
	enum sasl_proof proof;
	const struct sasl_mech *m;

	*d = (struct dialogue){ .tls = SMTP_TLS_STARTTLS };
	/* A step is never longer than its line, but for sprintf's NUL. */
	d->text = calloc(1, len + 1);
	d->bytes = calloc(1, len + 3);
	if (d->text == NULL || d->bytes == NULL)
		return fault(d, 0, "no memory", "");
	memcpy(d->text, text, len);
	if (take_lines(d, d->bytes) == -1)
		return -1;
	if ((d->password != NULL) + (d->token != NULL) != (d->user != NULL))
		return fault(d, 0, "a user needs one secret", "");
	if (d->user == NULL || d->mech_count > 0)
		return 0;
	proof = d->token != NULL ? SASL_PROOF_TOKEN : SASL_PROOF_PASSWORD;
	for (m = sasl_mechs; m->name != NULL; m++)
		if (m->proof == proof && !m->binds_channel &&
		    add_mech(d, m) == -1)
			return fault(d, 0, "too many mechanisms", m->name);
	return 0;
}

int
dialogue_load(struct dialogue *d, const char *path)
{
	struct buf text = BUF_INIT(1024 * 1024);
	char block[4096];
	size_t n;
	FILE *f = fopen(path, "r");
	int rc;

	*d = (struct dialogue){ .tls = SMTP_TLS_STARTTLS };
	if (f == NULL)
		return fault(d, 0, "cannot open", path);
	while ((n = fread(block, 1, sizeof block, f)) > 0)
		if (buf_add(&text, block, n) == -1)
			break;
	fclose(f);
	rc = dialogue_parse(d, buf_str(&text), text.len);
	buf_free(&text);
	return rc;
}

void
dialogue_free(struct dialogue *d)
{
	free(d->text);
	free(d->bytes);
	*d = (struct dialogue){ .text = NULL };
}
