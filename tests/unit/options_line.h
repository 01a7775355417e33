/*
 * options_line.h - run one command line through options_parse() and compare
 * what comes of it with words or with the text of an error.
 */

#ifndef TESTS_OPTIONS_LINE_H
#define TESTS_OPTIONS_LINE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/buf.h"
#include "options/internal.h"
#include "options/options.h"
#include "options/table.h"

enum { WORDS_MAX = 40 };

/* A command line in memory that may be written to, as main() gets it. */
struct line {
	char *argv[WORDS_MAX + 1];
	int argc;
	char *shown[WORDS_MAX + 1]; /* argv before getopt reordered it */
	size_t size[WORDS_MAX + 1]; /* of each word, NUL included */
};

/* Words are parted by a blank; '' is an empty one, and _ stands for blanks. */
static void
split(struct line *l, const char *text)
{
	size_t n, i;

	memset(l, 0, sizeof *l);
	l->argv[l->argc++] = strdup("check_smtp_auth");
	for (; *text != '\0'; text += n + (text[n] == ' ')) {
		n = strcspn(text, " ");
		if (n == 0)
			continue;
		assert_true(l->argc < WORDS_MAX);
		if (strncmp(text, "''", n) == 0)
			l->argv[l->argc] = strdup("");
		else
			l->argv[l->argc] = strndup(text, n);
		for (i = 0; i < n && l->argv[l->argc][i] != '\0'; i++)
			if (l->argv[l->argc][i] == '_')
				l->argv[l->argc][i] = ' ';
		l->argc++;
	}
	for (i = 0; i < (size_t)l->argc; i++) {
		l->shown[i] = l->argv[i];
		l->size[i] = strlen(l->argv[i]) + 1;
	}
}

static void
free_line(struct line *l)
{
	int i;

	for (i = 0; i < l->argc; i++)
		free(l->shown[i]);
}

static void
describe_words(struct buf *b, const char *key, const struct word_list *l)
{
	size_t i;

	buf_addf(b, "%s=", key);
	for (i = 0; i < l->count; i++)
		buf_addf(b, "%s%s", i > 0 ? "," : "", l->word[i]);
	buf_addc(b, ' ');
}

static void
describe_string(struct buf *b, const char *key, const char *value)
{
	buf_addf(b, "%s=%s ", key, value != NULL ? value : "NULL");
}

static void
describe_depth(struct buf *b, const struct options *o)
{
	size_t i;

	describe_string(b, "expect", o->check.expect);
	describe_string(b, "from", o->check.from);
	describe_string(b, "rcpt", o->check.rcpt);
	for (i = 0; i < o->check.command_count; i++)
		buf_addf(b, "C%zu=%s/%s ", i, o->check.commands[i].command,
		    o->check.commands[i].response != NULL
			? o->check.commands[i].response
			: "NULL");
	describe_words(b, "require-ext", &o->check.require_extension);
	describe_words(b, "require-mech", &o->check.require_mechanism);
	describe_words(b, "forbid-mech", &o->check.forbid_mechanism);
	buf_addf(b, "forbid-clear=%d ", o->check.forbid_cleartext_auth);
	buf_addf(b, "guard=%d/%lld ", o->check.guard_count,
	    (long long)o->check.guard_seconds);
	buf_addf(b, "baseline=%x accept=%d ", o->check.baseline,
	    o->check.accept_changes);
}

static void
describe_output(struct buf *b, const struct options *o)
{
	const char *name;
	int i;

	for (i = 0; i < THRESHOLDS; i++) {
		name =
		    i == THRESHOLD_TOKEN ? "token" : phase_name((enum phase)i);
		if (o->check.warning[i].set)
			buf_addf(b, "w-%s=%s ", name, o->check.warning[i].text);
		if (o->check.critical[i].set)
			buf_addf(
			    b, "c-%s=%s ", name, o->check.critical[i].text);
	}
	for (i = 0; i < CONDITIONS; i++)
		buf_addf(b, "on-%s=%d ", condition_name((enum condition)i),
		    o->check.state_of[i]);
	buf_addf(b, "timeout=%lld v=%d known=%d quiet=%d json=%d action=%d ",
	    (long long)o->check.timeout_us, o->verbosity, o->known_metrics_only,
	    o->quiet, o->format == &report_json, o->action);
	buf_addf(b, "format=%s color=%d dialogue=%d answers=%d ",
	    o->format->name, o->color, o->check.keep_dialogue,
	    o->check.keep_answers);
	describe_string(b, "batch", o->batch);
	describe_words(b, "only", &o->only);
	buf_addf(b, "list=%d parallel=%ld per-host=%ld run=%lld ", o->list,
	    o->parallel, o->per_host, (long long)o->run_timeout_us);
	describe_string(b, "file", o->output_file);
	buf_addf(b, "temporary=%d ", o->output_temporary != NULL);
}

static void
describe_login(struct buf *b, const struct options *o)
{
	size_t i;

	buf_addf(b, "login=%d proof=%d mechs=", o->check.login, o->check.proof);
	for (i = 0; i < o->check.mech_count; i++)
		buf_addf(b, "%s%s", i > 0 ? "," : "", o->check.mechs[i]->name);
	buf_addc(b, ' ');
	describe_string(b, "user", o->check.user);
	describe_string(b, "authzid", o->check.authzid);
	buf_addf(b, "source=%d/%s ", o->check.secret.kind,
	    o->check.secret.text != NULL ? o->check.secret.text : "NULL");
	buf_addf(b, "cleartext=%d rejected=%d ", o->check.allow_cleartext,
	    o->check.expect_rejected);
}

/* Everything as " key=value ". */
static void
describe(struct buf *b, const struct options *o)
{
	static const char *const tls[] = { "none", "starttls", "implicit" };

	buf_addc(b, ' ');
	describe_string(b, "host", o->check.host);
	buf_addf(b, "literal=%d port=%d family=%s lmtp=%d proxy=%d tls=%s ",
	    o->check.host_is_literal, o->check.port,
	    o->check.family == AF_INET         ? "4"
		: o->check.family == AF_INET6  ? "6"
		: o->check.family == AF_UNSPEC ? "any"
					       : "?",
	    o->check.lmtp, o->check.proxy, tls[o->check.tls_mode]);
	describe_string(b, "I", o->check.connect_address);
	describe_string(b, "resolver", o->check.resolver);
	describe_string(b, "F", o->check.ehlo_name);
	describe_string(b, "ca-file", o->check.ca_file);
	describe_string(b, "ca-path", o->check.ca_path);
	describe_string(b, "sni", o->check.sni);
	describe_string(b, "verify", o->check.verify_name);
	describe_string(b, "cert", o->check.client_cert);
	describe_string(b, "key", o->check.client_key);
	buf_addf(b, "pins=%zu insecure=%d unverified=%d min=%s ",
	    o->check.pin_count, o->check.insecure, o->check.allow_unverified,
	    o->check.tls_min == TLS_VERSION_1_3 ? "1.3" : "1.2");
	buf_addf(b, "renewal=%d/%ld/%ld state=%s ",
	    o->check.has_credential_days, o->check.credential_days_warning,
	    o->check.credential_days_critical,
	    o->check.state_dir != NULL ? o->check.state_dir : "-");
	buf_addf(b, "days=%d/%ld/%ld ignore=%d ", o->check.has_days,
	    o->check.days_warning, o->check.days_critical,
	    o->check.ignore_expiry);
	describe_login(b, o);
	describe_depth(b, o);
	describe_output(b, o);
}

struct row {
	const char *what;
	const char *line;
	const char *wanted; /* "key=value" words, or the error after '!' */
};

static void
assert_described(const struct row *r, const struct options *o)
{
	struct buf b = BUF_INIT(16384);
	char wanted[512];
	const char *w;
	size_t n;

	describe(&b, o);
	for (w = r->wanted; *w != '\0'; w += n + (w[n] == ' ')) {
		n = strcspn(w, " ");
		/* A word without '=' goes on a value with a blank. */
		while (w[n] == ' ' &&
		    strcspn(w + n + 1, "= ") == strcspn(w + n + 1, " "))
			n += 1 + strcspn(w + n + 1, " ");
		snprintf(wanted, sizeof wanted, " %.*s ", (int)n, w);
		if (strstr(buf_str(&b), wanted) == NULL)
			fail_msg("%s: no%sin%s", r->what, wanted, buf_str(&b));
	}
	buf_free(&b);
}

static inline void
run_row(const struct row *r)
{
	struct options o;
	struct line l;
	struct err e;
	int rc;

	split(&l, r->line);
	rc = options_parse(&o, l.argc, l.argv, NULL, &e);
	if (r->wanted[0] == '!') {
		if (rc != -1 || strcmp(e.text, r->wanted + 1) != 0)
			fail_msg("%s: rc %d \"%s\"", r->what, rc, e.text);
		assert_int_equal(e.kind, ERR_USAGE);
	} else {
		if (rc != 0)
			fail_msg("%s: \"%s\"", r->what, e.text);
		assert_described(r, &o);
	}
	options_free(&o);
	free_line(&l);
}

#endif
