/* The setters of the target. */

#include <ctype.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#include <arpa/inet.h>

#include "base/buf.h"
#include "base/number.h"
#include "base/text.h"
#include "net/address.h"
#include "net/servers.h"
#include "options/internal.h"

enum { HOST_MAX = 253, EHLO_NAME_MAX = 255, SERVERS_MAX = 1024 * 1024 };

/* What is wrong with a name or address that a server goes by, or NULL. */
static const char *
name_fault(const char *name)
{
	const char *s = name;

	if (*s == '\0')
		return "the name is empty";
	if (!text_is_ascii(s))
		return "not ASCII; write the name in its xn-- form";
	if (strlen(s) > HOST_MAX)
		return "longer than 253 octets";
	if (strchr(s, '@') != NULL)
		return "not a host name or address; a user is given with -U, "
		       "a password with --password-from";
	if (strchr(s, ':') != NULL)
		return "not a host name or address; a port is given with -p";
	if (*s == '-' || *s == '.')
		return "not a host name or address";
	for (; *s != '\0'; s++)
		if (!isalnum((unsigned char)*s) && strchr("-_.", *s) == NULL)
			return "not a host name or address";
	return NULL;
}

/* A word behind -P may be the rest of a password that nobody put in quotes. */
static bool
may_be_secret(const struct parsing *p, const struct given *g)
{
	return g->row == NULL && p->secret != NULL &&
	    p->secret->origin == GIVEN_LINE &&
	    p->s->secret.kind == SECRET_TEXT && p->secret < g;
}

/*
 * Read a name or address as the user may write it: [::1] becomes ::1, and
 * "mail.example." loses its dot.  Returns it owned, or NULL after a fault.
 */
static char *
read_name(
    struct parsing *p, const char *value, bool *is_literal, struct address *a)
{
	size_t len = strlen(value);
	const char *fault;
	char *name;

	if (len > 0 && value[len - 1] == '.')
		len--; /* the root's */
	name = strndup(value, len);
	*is_literal = name != NULL && !text_has_control(name) &&
	    address_parse(a, name, 0);
	if (*is_literal && name[0] == '[') {
		memmove(name, name + 1, len - 2);
		name[len - 2] = '\0';
	}
	if (name == NULL) {
		err_nomem(p->e);
		return NULL;
	}
	if (options_is_macro(p, name, !may_be_secret(p, p->now))) {
		free(name);
		return NULL;
	}
	if (!*is_literal && (fault = name_fault(name)) != NULL) {
		options_fault(
		    p, may_be_secret(p, p->now) ? NULL : value, "%s", fault);
		free(name);
		return NULL;
	}
	return name;
}

/* A host from the same place that is not just given again. */
static bool
contradicts_host(const struct parsing *p, const char *name)
{
	const struct given *before = p->host;

	return before != NULL && before->origin == p->now->origin &&
	    (before->row == NULL || p->now->row == NULL) &&
	    (p->s->host == NULL || strcasecmp(p->s->host, name) != 0);
}

/* The option before a word that may have been meant as its value, or NULL. */
static const struct option_row *
optional_before(const struct parsing *p, const struct given *word)
{
	const struct given *before = word - 1;

	if (word->row != NULL || word == p->first || before->row == NULL ||
	    before->row->argument != ARGUMENT_OPTIONAL || before->value != NULL)
		return NULL;
	return before->row;
}

/* A value that is not tied to its option. */
static void
refuse_apart(struct parsing *p, const struct option_row *row)
{
	err_set(p->e, ERR_USAGE,
	    "--%s: its value stands behind a '='; write --%s=%s", row->name,
	    row->name, row->value);
	options_hide(p, p->now);
}

/* "--proxy v2", "--guard 3/3600": no host is called so. */
static bool
is_value_apart(const struct parsing *p, const char *value)
{
	const struct option_row *row = optional_before(p, p->now);

	if (row == NULL || p->now[-1].by_letter)
		return false;
	if (row->set == options_set_proxy)
		return strcmp(value, "v1") == 0 || strcmp(value, "v2") == 0;
	return isdigit((unsigned char)*value) && strchr(value, '/') != NULL;
}

/*
 * Returns whether the host before gives way.  Of two hosts a word without an
 * option may be a secret whose option is missing, or a piece of one: it is
 * not told, and is not to stand as a host in the output.
 */
static bool
refuse_second_host(struct parsing *p, const char *value)
{
	const struct given *before = p->host;
	bool is_word = p->now->row == NULL;
	const struct option_row *wants = optional_before(p, p->now);
	const char *way_out =
	    may_be_secret(p, before) || may_be_secret(p, p->now)
	    ? "put a secret with blanks in quotes"
	    : "give a password with --password-from";

	if (wants == NULL)
		wants = optional_before(p, before);
	if (wants != NULL)
		refuse_apart(p, wants);
	else if (before->row != NULL)
		options_fault(p, NULL,
		    "the host is %.*s already; give one only, and %s",
		    text_cut(p->s->host, 100), p->s->host, way_out);
	else if (may_be_secret(p, before))
		options_fault(p, is_word ? NULL : value,
		    "a word behind the secret was taken for the host; %s",
		    way_out);
	else
		options_fault(p, is_word ? NULL : value,
		    "a word without an option was taken for the host; give "
		    "one only, and %s",
		    way_out);
	if (before->row != NULL)
		return false;
	options_hide(p, before);
	free(p->s->host);
	p->s->host = NULL;
	p->host = NULL;
	return !is_word;
}

void
options_set_host(
    struct parsing *p, const struct option_row *row, const char *value)
{
	struct address a;
	bool is_literal;
	char *name;

	if (row == NULL && p->hidden != NULL && p->hidden + 1 == p->now) {
		options_hide(p, p->now);
		return;
	}
	if (is_value_apart(p, value)) {
		refuse_apart(p, p->now[-1].row);
		return;
	}
	name = read_name(p, value, &is_literal, &a);
	if (name == NULL)
		return;
	if (contradicts_host(p, name) && !refuse_second_host(p, value)) {
		free(name);
		return;
	}
	free(p->s->host);
	p->s->host = name;
	p->s->host_is_literal = is_literal;
	p->s->host_is_absolute = !is_literal && value[strlen(value) - 1] == '.';
	if (is_literal)
		p->host_address = a;
	p->host = p->now;
}

void
options_set_server_name(
    struct parsing *p, const struct option_row *row, const char *value)
{
	struct address a;
	bool is_literal;
	char **field = options_field(p, row);
	char *name = read_name(p, value, &is_literal, &a);

	if (name == NULL)
		return;
	free(*field);
	*field = name;
}

void
options_set_sni(
    struct parsing *p, const struct option_row *row, const char *value)
{
	struct address a;

	/* RFC 6066, 3: literal addresses are not permitted. */
	if (value != NULL && address_parse(&a, value, 0))
		options_fault(p, value, "SNI takes no address; give a name");
	else if (value != NULL)
		options_set_server_name(p, row, value);
}

static void
refuse_port(struct parsing *p, const char *value)
{
	if (!options_is_macro(p, value, false))
		options_fault(p, NULL,
		    "not a port; use 1 to 65535 or a service name (a password "
		    "is given with --password-from)");
}

void
options_set_port(
    struct parsing *p, const struct option_row *row, const char *value)
{
	long port;

	(void)row;
	p->service = NULL;
	if (number_parse(value, 1, 65535, &port) == 0)
		p->s->port = (int)port;
	/* A bad number is not looked up. */
	else if (isalpha((unsigned char)*value) && text_is_ascii(value))
		p->service = p->now;
	else
		refuse_port(p, value);
}

void
options_find_port(struct parsing *p, const char *name)
{
	const struct servent *service = getservbyname(name, "tcp");

	if (service != NULL)
		p->s->port = ntohs((uint16_t)service->s_port);
	else
		refuse_port(p, name);
}

void
options_set_connect_address(
    struct parsing *p, const struct option_row *row, const char *value)
{
	size_t len = strlen(value);
	char *literal;

	(void)row;
	p->s->has_address = false;
	if (options_is_macro(p, value, true))
		return;
	if (!address_parse(&p->s->address, value, 0)) {
		options_fault(p, options_like_address(value),
		    "not an IP address; names are given with -H");
		return;
	}
	literal = value[0] == '[' ? strndup(value + 1, len - 2) : strdup(value);
	if (literal == NULL) {
		err_nomem(p->e);
		return;
	}
	free(p->s->connect_address);
	p->s->connect_address = literal;
	p->s->has_address = true;
}

void
options_set_family(
    struct parsing *p, const struct option_row *row, const char *value)
{
	(void)value;
	if (p->family_from != p->now->origin)
		p->ipv4 = p->ipv6 = false;
	p->family_from = p->now->origin;
	if (row->letter == '4')
		p->ipv4 = true;
	else
		p->ipv6 = true;
	p->s->family = row->letter == '4' ? AF_INET : AF_INET6;
}

void
options_set_proxy(
    struct parsing *p, const struct option_row *row, const char *value)
{
	(void)row;
	if (value == NULL || strcmp(value, "v1") == 0)
		p->s->proxy = PROXY_V1;
	else if (strcmp(value, "v2") == 0)
		p->s->proxy = PROXY_V2;
	else
		options_fault(p, value,
		    "no such version of the PROXY protocol; use "
		    "v1 or v2");
}

void
options_set_resolver(
    struct parsing *p, const struct option_row *row, const char *value)
{
	struct buf list = BUF_INIT(SERVERS_MAX);

	(void)row;
	if (!servers_read(&list, value))
		options_fault(p, options_like_address(value),
		    "not a list of ADDR, ADDR:PORT or [IPV6]:PORT");
	else if (list.failed)
		err_nomem(p->e);
	else
		options_replace(p, &p->s->resolver, buf_str(&list));
	buf_free(&list);
}

void
options_set_ehlo_name(
    struct parsing *p, const struct option_row *row, const char *value)
{
	(void)row;
	if (*value == '\0' || text_has_control(value) ||
	    !text_is_ascii(value) || strchr(value, ' ') != NULL ||
	    strlen(value) > EHLO_NAME_MAX)
		options_fault(p, value,
		    "not a name for EHLO; use a host name or [ADDRESS]");
	else
		options_replace(p, &p->s->ehlo_name, value);
}
