/*
 * Every option has a row here that says what it changes, in each of its
 * spellings; an option without one makes the test fail and tells the row.
 */

#include "tests/unit/options_line.h"

#define BATCH "--batch=b.ini"
#define LOGIN "h -U u --password-from=env:P"

static const struct effect {
	const char *option;
	const char *value;   /* NULL: without one */
	const char *beside;  /* the rest of the command line */
	const char *changes; /* what is described otherwise with the option */
} effects[] = {
	{ "hostname", "mx.test", "",
	    "host=mx.test sni=mx.test verify=mx.test" },
	{ "port", "99", "h", "port=99" },
	{ "ip-address", "192.0.2.1", "h", "I=192.0.2.1" },
	{ "use-ipv4", NULL, "h", "family=4" },
	{ "use-ipv6", NULL, "h", "family=6" },
	{ "resolver", "192.0.2.53", "h", "resolver=192.0.2.53:53" },
	{ "fqdn", "me.test", "h", "F=me.test" },
	{ "lmtp", NULL, "h", "lmtp=1" },
	{ "proxy", NULL, "h", "proxy=1" },
	{ "proxy", "v2", "h", "proxy=2" },
	{ "starttls", NULL, "h", "tls=starttls" },
	{ "ssl", NULL, "h", "port=465 tls=implicit" },
	{ "no-tls", NULL, LOGIN " --allow-cleartext", "tls=none" },
	{ "ca-file", "/ca.pem", LOGIN, "ca-file=/ca.pem" },
	{ "ca-path", "/ca", LOGIN, "ca-path=/ca" },
	{ "pin", "sha256//47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=", LOGIN,
	    "pins=1" },
	{ "insecure", NULL, LOGIN, "insecure=1" },
	{ "allow-unverified", NULL, LOGIN, "insecure=1 unverified=1" },
	{ "sni", "sni.test", LOGIN, "sni=sni.test" },
	{ "verify-name", "name.test", LOGIN, "sni=name.test verify=name.test" },
	{ "tls-min", "1.3", LOGIN, "min=1.3" },
	{ "client-cert", "/cert.pem", LOGIN, "cert=/cert.pem" },
	{ "client-key", "/key.pem", LOGIN " --client-cert=/cert.pem",
	    "key=/key.pem" },
	{ "certificate", "30,14", LOGIN, "days=1/30/14" },
	{ "ignore-certificate-expiration", NULL, LOGIN, "ignore=1" },
	{ "authtype", "LOGIN,PLAIN", LOGIN, "mechs=LOGIN,PLAIN" },
	{ "authuser", "alice", "h --password-from=env:P", "user=alice" },
	{ "authpass", "SeCrEt", "h -U u -A PLAIN",
	    "proof=0 mechs=PLAIN source=1/SeCrEt" },
	{ "password-from", "env:P", "h -U u -A PLAIN",
	    "proof=0 mechs=PLAIN source=3/P" },
	{ "token-from", "env:T", "h -U u -A XOAUTH2",
	    "proof=1 mechs=XOAUTH2 source=3/T" },
	{ "state-dir", "/state", "h -U u --token-from=oauth2:a",
	    "state=/state" },
	{ "credential-days", "30,14", "h -U u --token-from=oauth2:a",
	    "renewal=1/30/14" },
	{ "authzid", "other", LOGIN " -A PLAIN", "authzid=other" },
	{ "allow-cleartext", NULL, LOGIN, "cleartext=1" },
	{ "expect-rejected", NULL, LOGIN, "rejected=1" },
	{ "extra-opts", "s@FILE", "h", "port=98" },
	{ "expect", "ready", "h", "expect=ready" },
	{ "from", "a@b.test", LOGIN, "from=a@b.test" },
	{ "rcpt", "c@d.test", LOGIN " -f a@b.test", "rcpt=c@d.test" },
	{ "command", "NOOP", LOGIN, "C0=NOOP/NULL" },
	{ "response", "^250", LOGIN " -C NOOP", "C0=NOOP/^250" },
	{ "require-extension", "SIZE", "h", "require-ext=SIZE" },
	{ "require-mechanism", "PLAIN", "h", "require-mech=PLAIN" },
	{ "forbid-mechanism", "LOGIN", "h", "forbid-mech=LOGIN" },
	{ "forbid-cleartext-auth", NULL, "h", "forbid-clear=1" },
	{ "warning", "2", "h", "w-time=2" },
	{ "warning", "auth=1", LOGIN, "w-auth=1" },
	{ "critical", "5", "h", "c-time=5" },
	{ "timeout", "7:unknown", "h", "on-timeout=3 timeout=7000000" },
	{ "on", "dns=unknown", "h", "on-dns=3" },
	{ "guard", NULL, LOGIN " --state-dir=/s", "guard=3/3600" },
	{ "guard", "5/86400", LOGIN " --state-dir=/s", "guard=5/86400" },
	{ "baseline", NULL, LOGIN " --state-dir=/s", "baseline=3f" },
	{ "baseline", "mechanisms,tls", LOGIN " --state-dir=/s", "baseline=3" },
	{ "accept-changes", NULL, LOGIN " --baseline --state-dir=/s",
	    "accept=1" },
	{ "batch", "b.ini", "--output-format=json",
	    "port=0 on-starttls-missing=2 batch=b.ini" },
	{ "only", "a*", BATCH, "only=a*" },
	{ "list", NULL, BATCH, "list=1" },
	{ "list", "zabbix", BATCH, "list=2" },
	{ "parallel", "9", BATCH, "parallel=9" },
	{ "per-host", "2", BATCH, "per-host=2" },
	{ "run-timeout", "1.5", BATCH, "run=1500000" },
	{ "verbose", NULL, "h -v", "v=2 dialogue=1" },
	{ "verbose", NULL, "h -vv", "v=3 answers=1" },
	{ "output-format", "json", "h", "json=1 format=json" },
	{ "output-file", "/a.prom", "h", "file=/a.prom temporary=1" },
	{ "perfdata", "known", "h", "known=1" },
	{ "color", "never", "h", "color=2" },
	{ "quiet", NULL, "h", "quiet=1" },
	{ "ignore-quit-failure", NULL, "h", "" },
	{ "help", NULL, "h", "action=1" },
	{ "version", NULL, "h", "action=2" },
};

enum { EFFECTS = sizeof effects / sizeof effects[0] };

/* ini: a file for --extra-opts, whose name stands for FILE in a value. */
static char ini[] = "/tmp/test-options-effect.XXXXXX";

static int
make_file(void **state)
{
	static const char text[] = "[s]\nport=98\n";
	int fd = mkstemp(ini);

	(void)state;
	if (fd == -1)
		return -1;
	if (write(fd, text, sizeof text - 1) != sizeof text - 1)
		return -1;
	return close(fd);
}

static int
remove_file(void **state)
{
	(void)state;
	return unlink(ini);
}

/* What is understood of a command line.  Returns whether it is a whole one. */
static bool
read_line(struct buf *b, const char *line)
{
	struct options o;
	struct line l;
	struct err e;
	bool is_whole;

	split(&l, line);
	is_whole = options_parse(&o, l.argc, l.argv, NULL, &e) == 0;
	describe(b, &o);
	options_free(&o);
	free_line(&l);
	return is_whole;
}

/* The words of `with` that are not in `without`. */
static void
find_changes(struct buf *changes, const struct buf *without, const char *with)
{
	char word[512];
	size_t n;

	for (with++; *with != '\0'; with += n + 1) {
		n = strcspn(with, " ");
		snprintf(word, sizeof word, " %.*s ", (int)n, with);
		if (strstr(buf_str(without), word) == NULL)
			buf_addf(changes, "%s%.*s", changes->len > 0 ? " " : "",
			    (int)n, with);
	}
}

/* One spelling: "--port=99", "-p99", "-L". */
static void
check_spelling(const struct effect *f, const char *dashes, const char *name,
    const char *before_value)
{
	struct buf without = BUF_INIT(16384), with = BUF_INIT(16384);
	struct buf changes = BUF_INIT(16384);
	const char *file = f->value != NULL ? strstr(f->value, "FILE") : NULL;
	char line[512];

	snprintf(line, sizeof line, "%s%s%s%.*s%s %s", dashes, name,
	    f->value != NULL ? before_value : "",
	    f->value == NULL   ? 0
		: file != NULL ? (int)(file - f->value)
			       : (int)strlen(f->value),
	    f->value != NULL ? f->value : "", file != NULL ? ini : "",
	    f->beside);
	read_line(&without, f->beside);
	if (!read_line(&with, line))
		fail_msg("%s is refused", line);
	find_changes(&changes, &without, buf_str(&with));
	if (strcmp(buf_str(&changes), f->changes) != 0)
		fail_msg("%s changes \"%s\", not \"%s\"", line,
		    buf_str(&changes), f->changes);
	buf_free(&without);
	buf_free(&with);
	buf_free(&changes);
}

static void
check_effect(const struct option_row *row, const struct effect *f)
{
	const char letter[] = { row->letter, '\0' };

	check_spelling(f, "--", row->name, "=");
	if (row->alias != NULL)
		check_spelling(f, "--", row->alias, "=");
	if (row->letter != 0 &&
	    (f->value == NULL || row->argument == ARGUMENT_REQUIRED))
		check_spelling(f, "-", letter, "");
	/* One that changes nothing is one that is not looked at. */
	if ((f->changes[0] == '\0') !=
	    (row->set == options_set_nothing &&
		(row->traits & OPTION_FILES) == 0))
		fail_msg("--%s: describe() in options_line.h does not tell "
			 "what it sets",
		    row->name);
}

static void
test_every_option(void **state)
{
	const struct option_row *row;
	size_t i, found;

	(void)state;
	for (row = options_table.rows; row->name != NULL; row++) {
		for (i = found = 0; i < EFFECTS; i++)
			if (strcmp(effects[i].option, row->name) == 0) {
				check_effect(row, &effects[i]);
				found++;
			}
		if (found == 0)
			fail_msg("--%s has no test of its effect; put into "
				 "effects[], with what it changes:\n"
				 "\t{ \"%s\", %s, \"h\", \"\" },",
			    row->name, row->name,
			    row->argument == ARGUMENT_NONE ? "NULL"
							   : "\"VALUE\"");
	}
}

static void
test_no_other(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < EFFECTS; i++)
		if (table_find_name(&options_table, effects[i].option) == NULL)
			fail_msg("--%s is no option", effects[i].option);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_option),
		cmocka_unit_test(test_no_other),
	};

	return cmocka_run_group_tests(tests, make_file, remove_file);
}
