/* The setters of TLS and certificates. */

#include <stdio.h>
#include <string.h>

#include "base/number.h"
#include "net/tls_pin.h"
#include "options/internal.h"

enum { DAYS_MAX = 36500 };

void
options_set_tls_mode(
    struct parsing *p, const struct option_row *row, const char *value)
{
	(void)value;
	if (p->tls_from != p->now->origin)
		p->starttls = p->implicit_tls = p->no_tls = false;
	p->tls_from = p->now->origin;
	if (row->letter == 'S')
		p->starttls = true;
	else if (row->letter == 's')
		p->implicit_tls = true;
	else
		p->no_tls = true;
}

/* One digest, or several as curl's --pinnedpubkey takes them. */
void
options_set_pin(
    struct parsing *p, const struct option_row *row, const char *value)
{
	struct settings *s = p->s;
	static const char *const pins[] = { "sha", "md5", NULL };
	const char *item = value;
	char text[TLS_PIN_TEXT];
	size_t len;

	(void)row;
	for (;; item += len + 1) {
		len = strcspn(item, ";");
		if (s->pin_count == SETTINGS_PINS_MAX) {
			options_fault(
			    p, value, "more than %d pins", SETTINGS_PINS_MAX);
			return;
		}
		snprintf(text, sizeof text, "%.*s", (int)len, item);
		if (len >= sizeof text ||
		    tls_pin_parse(text, s->pins[s->pin_count]) == -1) {
			options_fault(p, options_like(value, pins),
			    "not a pin; use sha256// and the base64 of the "
			    "SHA-256 digest of the public key");
			return;
		}
		s->pin_count++;
		if (item[len] == '\0')
			return;
	}
}

void
options_set_unverified(
    struct parsing *p, const struct option_row *row, const char *value)
{
	(void)row;
	(void)value;
	p->s->insecure = p->s->allow_unverified = true;
}

void
options_set_tls_min(
    struct parsing *p, const struct option_row *row, const char *value)
{
	static const char *const versions[] = { "0", "1", "2", "3", "tls",
		"ssl", NULL };

	(void)row;
	if (strcmp(value, "1.2") == 0)
		p->s->tls_min = TLS_VERSION_1_2;
	else if (strcmp(value, "1.3") == 0)
		p->s->tls_min = TLS_VERSION_1_3;
	else
		options_fault(p, options_like(value, versions),
		    "not a version that can be set; use 1.2 or 1.3");
}

/* WARN[,CRIT]; example is how the option is written before it.  Returns 0 or
 * -1. */
static int
read_days(struct parsing *p, const char *value, const char *example,
    long *out_warning, long *out_critical)
{
	const char *comma = strchr(value, ',');
	long warning, critical = -1;
	char first[16];
	int n;

	n = snprintf(first, sizeof first, "%.*s",
	    (int)(comma != NULL ? comma - value : (long)strlen(value)), value);
	if (n < 0 || (size_t)n >= sizeof first ||
	    number_parse(first, 0, DAYS_MAX, &warning) == -1 ||
	    (comma != NULL &&
		number_parse(comma + 1, 0, DAYS_MAX, &critical) == -1)) {
		options_fault(p, options_like_number(value),
		    "not days; use WARN or WARN,CRIT, such as 30,14");
		return -1;
	}
	if (critical > warning) {
		options_fault(p, value,
		    "it would never be WARNING; WARN comes first: %s%ld,%ld",
		    example, critical, warning);
		return -1;
	}
	*out_warning = warning;
	*out_critical = critical;
	return 0;
}

void
options_set_days(
    struct parsing *p, const struct option_row *row, const char *value)
{
	(void)row;
	if (read_days(p, value, "-D ", &p->s->days_warning,
		&p->s->days_critical) == 0)
		p->s->has_days = true;
}

void
options_set_credential_days(
    struct parsing *p, const struct option_row *row, const char *value)
{
	(void)row;
	if (read_days(p, value,
		"--credential-days=", &p->s->credential_days_warning,
		&p->s->credential_days_critical) == 0)
		p->s->has_credential_days = true;
}
