/* Secrets leave argv; options from INI files. */

#include "plugin/printable.h"
#include "tests/unit/options_line.h"

/* In no spelling, and after no error, does a secret stay in argv. */
static void
test_secrets_leave_argv(void **state)
{
	static const char *const lines[] = {
		"h -U u -P hunter2",
		"h -U u -Phunter2",
		"h -U u -vvPhunter2",
		"h -U u --authpass hunter2",
		"h -U u --authpass=hunter2",
		"h -U u --authp=hunter2",
		"h -U u --password-from=pass:hunter2",
		"h -U u --password-from pass:hunter2",
		"h -U u --pass=pass:hunter2",
		"h -U u --token-from=pass:hunter2",
		"h -U u --password-from=hunter2",
		"h -U u -P hunter2 -P x",
		"h -U u -P x -P hunter2 --token-from=pass:hunter2",
		"--bogus -P hunter2",
		"h --help -P hunter2",
		"h --auth=hunter2",
		"h --authpas5=hunter2",
		"--passwd hunter2 -H h",
		"h -p x -P hunter2",
		"h -password-from=pass:hunter2",
		"-P hunter2",
		"-u hunter2",
		"-uhunter2 -H h",
		"-uxHhunter2",
		"-H h -vuPHhunter2",
		"-u my hunter2 -H h",
		"-H h -u alice:hunter2",
		"-H h --user alice:hunter2",
		"-H h --user=alice:hunter2",
		"-H h -a hunter2",
		"-H h -au alice -ap hunter2",
		"-H h -p hunter2",
		"-H h -p my hunter2",
		"-H h -phunter2",
		"-H h --port=hunter2",
		"-H h -p 25hunter2",
		"-password hunter2 -H h",
		"-U u hunter2 -H h",
		"-H h -U u hunter2",
		"h -U u hunter2",
		"h -C AUTH_PLAIN_hunter2",
		"h -C auth_hunter2",
		"h -C AUTH_LOGIN\r\nhunter2",
		"h --command=_AUTH_hunter2",
		"h -U alice:hunter2",
		"h -U alice:hunter2 -A PLAIN",
		"h --authuser=alice:hunter2 --bogus",
		"alice:hunter2@h",
		"-H alice:hunter2@h",
		"-H smtp://alice:hunter2@h",
		"h -U u -P x -I alice:hunter2@h",
		"h --verify-name=alice:hunter2@h",
	};
	struct options o;
	struct line l;
	struct err e;
	size_t i;
	int k;

	(void)state;
	for (i = 0; i < sizeof lines / sizeof lines[0]; i++) {
		split(&l, lines[i]);
		options_parse(&o, l.argc, l.argv, NULL, &e);
		for (k = 0; k < l.argc; k++)
			if (memmem(l.shown[k], l.size[k], "hunter2", 7))
				fail_msg("still there: %s", lines[i]);
		if (strstr(e.text, "hunter2") != NULL)
			fail_msg("%s: told: %s", lines[i], e.text);
		if (o.check.user != NULL && strstr(o.check.user, "hunter2"))
			fail_msg("still the user: %s", lines[i]);
		assert_true(
		    o.check.host == NULL || strcmp(o.check.host, "h") == 0);
		options_free(&o);
		free_line(&l);
	}
}

static char folder[] = "/tmp/test-options.XXXXXX";
static char ini[64];

static int
make_folder(void **state)
{
	(void)state;
	if (mkdtemp(folder) == NULL)
		return -1;
	snprintf(ini, sizeof ini, "%s/plugins.ini", folder);
	return 0;
}

static int
remove_folder(void **state)
{
	(void)state;
	unlink(ini);
	return rmdir(folder);
}

struct ini_row {
	const char *what;
	const char *text;
	const char *line;   /* @ stands for @FILE */
	const char *wanted; /* FILE in an error is the file */
};

#define COMMENT                                                                \
	" has a ';' or '#' between blanks in its value; a comment stands on "  \
	"a line of its own, a secret with that in a file (password-from = "    \
	"file:PATH)"

static const struct ini_row ini_rows[] = {
	{ "default section",
	    "# a comment\n; another\n\n[other]\nhostname=o\n"
	    "[check_smtp_auth]\n hostname = m.example \r\nport=26\n"
	    "starttls=\nlmtp\np = 27\n[check_smtp]\nport=28\n",
	    "--extra-opts=@", "host=m.example port=27 tls=starttls lmtp=1" },
	{ "check_smtp if ours is absent", "[check_smtp]\nport=28\n",
	    "h --extra-opts=@", "port=28" },
	{ "named section", "[ mail one ]\nport=29\n[check_smtp]\nport=1\n",
	    "h --extra-opts=mail_one@", "port=29" },
	{ "as two words", "[x]\nport=30\n", "h --extra-opts x@", "port=30" },
	{ "section twice", "[x]\nport=1\n[y]\nport=2\n[x]\nlmtp=\n",
	    "h --extra-opts=x@", "port=1 lmtp=1" },
	{ "an option behind the section", "[y] port=1\n[x] port=2\n",
	    "h --extra-opts=x@", "port=2" },
	{ "a comment behind the section", "[x] # port=1\nport=2\n",
	    "h --extra-opts=x@", "port=2" },
	{ "comments do not end a line", "[x]\nfqdn=a;b#c\n",
	    "h --extra-opts=x@", "F=a;b#c" },
	{ "shortened names", "[x]\nhostn=m.example\nwarn=1\nstartt=\n",
	    "--extra-opts=x@", "host=m.example tls=starttls" },
	{ "PROXY", "[x]\nproxy=v2\n", "h --extra-opts=x@", "proxy=2" },
	{ "PROXY, no version", "[x]\nproxy=\n", "h --extra-opts=x@",
	    "proxy=1" },
	{ "no newline at the end", "[x]\nport=31", "h --extra-opts=x@",
	    "port=31" },
	{ "the command line wins, wherever", "[x]\nport=1\n",
	    "h -p 2 --extra-opts=x@", "port=2" },
	{ "the command line's TLS wins", "[x]\nstarttls\n",
	    "h -s --extra-opts=x@", "tls=implicit" },
	{ "its STARTTLS", "[x]\nssl\n", "h -S --extra-opts=x@",
	    "tls=starttls" },
	{ "its lack of TLS", "[x]\nssl\n", "h --no-tls --extra-opts=x@",
	    "tls=none" },
	{ "both in the file", "[x]\nssl\nstarttls\n", "h --extra-opts=x@",
	    "!-s with -S: TLS begins once; give one of them" },
	{ "both on the command line", "[x]\nssl\n",
	    "h -S --no-tls --extra-opts=x@",
	    "!-S with --no-tls: give one of them" },
	{ "its family", "[x]\nuse-ipv6\n", "h -4 --extra-opts=x@", "family=4" },
	{ "lists add up", "[x]\nrequire-extension=A\nrequire-extension=B\n",
	    "h --require-extension=C --extra-opts=x@", "require-ext=A,B,C" },
	{ "another host on the command line", "[x]\nhostname=a\n",
	    "b --extra-opts=x@", "host=b" },
	{ "another secret on the command line",
	    "[x]\nauthuser=u\nauthpass=p\nauthtype=LOGIN\n",
	    "h --token-from=fd:3 -A XOAUTH2 --extra-opts=x@",
	    "proof=1 source=4/3 mechs=XOAUTH2" },
	{ "quotes, comments and '=' belong to the value",
	    "[x]\nauthuser=u\nauthpass= \"a=b #c;d\" \n", "h --extra-opts=x@",
	    "source=1/\"a=b #c;d\"" },
	{ "names with dashes", "[x]\n--port = 26\n-F = me\n --lmtp\n",
	    "h --extra-opts=x@", "port=26 F=me lmtp=1" },
	{ "a dash alone", "[x]\n-=1\n", "h --extra-opts=x@",
	    "!--extra-opts: FILE, line 2: not an option of this program; see "
	    "--help" },
	{ "two dashes alone", "[x]\n--=hunter2\n", "h --extra-opts=x@",
	    "!--extra-opts: FILE, line 2: no name before the '='" },
	{ "byte order mark", "\xef\xbb\xbf[x]\nport=26\n", "h --extra-opts=x@",
	    "port=26" },
	{ "byte order mark, then a comment",
	    "\xef\xbb\xbf# for x\n[x]\nport=26\n", "h --extra-opts=x@",
	    "port=26" },
	{ "a part of that mark", "\xef\xbb[x]\nport=26\n", "h --extra-opts=x@",
	    "!--extra-opts: FILE, line 1: text before the first section" },
	{ "a comment behind a password",
	    "[x]\nauthuser=u\nauthpass=hunter2 ; of alice\n",
	    "h --extra-opts=x@",
	    "!--extra-opts: FILE, line 3: authpass" COMMENT },
	{ "a comment behind a value", "[x]\nauthuser = u\t#\n",
	    "h -P p --extra-opts=x@",
	    "!--extra-opts: FILE, line 2: authuser" COMMENT },
	{ "marks in a value", "[x]\nauthuser=u\nauthpass=a; b# c #d ;e;\n",
	    "h --extra-opts=x@", "source=1/a; b# c #d ;e;" },
	{ "marks in a shell's command",
	    "[x]\nauthuser=u\npassword-from=cmd:a ; b # c\n",
	    "h --extra-opts=x@", "login=1" },
	{ "a macro", "[x]\nauthuser=$_SERVICEUSER$\n", "h -P p --extra-opts=x@",
	    "!--authuser=$_SERVICEUSER$ (from --extra-opts): the engine did "
	    "not replace the macro; define it, or write the value itself" },
	{ "empty section", "[x]\n", "h --extra-opts=x@", "port=25" },
	{ "help does not read it", "rubbish\n", "--help --extra-opts=@",
	    "action=1" },
	{ "section absent", "[y]\n", "h --extra-opts=x@",
	    "!--extra-opts: no section [x] in FILE; write "
	    "--extra-opts=SECTION@FILE" },
	{ "both absent", "[y]\n", "h --extra-opts=@",
	    "!--extra-opts: no section [check_smtp_auth] or [check_smtp] in "
	    "FILE" },
	{ "text before a section", "port=1\n[x]\n", "h --extra-opts=x@",
	    "!--extra-opts: FILE, line 1: text before the first section" },
	{ "unknown name", "[x]\n\nhunter2\n", "h --extra-opts=x@",
	    "!--extra-opts: FILE, line 3: not an option of this program; see "
	    "--help" },
	{ "a name of another program", "[x]\n\nuser = hunter2\n",
	    "h --extra-opts=x@",
	    "!--extra-opts: FILE, line 3: not an option of this program; did "
	    "you mean -U USER and --password-from=SOURCE" },
	{ "ambiguous name", "[x]\nauth=hunter2\n", "h --extra-opts=x@",
	    "!--extra-opts: FILE, line 2: not an option of this program; see "
	    "--help" },
	{ "no name", "[x]\n=hunter2\n", "h --extra-opts=x@",
	    "!--extra-opts: FILE, line 2: no name before the '='" },
	{ "value missing", "[x]\nport=\n", "h --extra-opts=x@",
	    "!--extra-opts: FILE, line 2: port needs a value" },
	{ "value too many", "[x]\nlmtp=yes\n", "h --extra-opts=x@",
	    "!--extra-opts: FILE, line 2: lmtp takes no value" },
	{ "section open", "[x\n", "h --extra-opts=x@",
	    "!--extra-opts: FILE, line 1: a section without its ']'" },
	{ "nested", "[x]\nextra-opts=y\n", "h --extra-opts=x@",
	    "!--extra-opts: FILE, line 2: extra-opts cannot stand in a "
	    "file" },
	{ "bad value", "[x]\nport=x\n", "h --extra-opts=x@",
	    "!--port (from --extra-opts): not a port; use 1 to 65535 or a "
	    "service name (a password is given with --password-from)" },
};

/* Copy text with every word that ends in mark followed by the file. */
static void
put_file(char *out, size_t size, const char *text, const char *mark)
{
	const char *at = strstr(text, mark);

	if (at == NULL)
		snprintf(out, size, "%s", text);
	else
		snprintf(out, size, "%.*s%s%s%s", (int)(at - text), text,
		    *mark == '@' ? "@" : "", ini, at + strlen(mark));
}

static void
write_bytes(const char *text, size_t len)
{
	FILE *f = fopen(ini, "w");

	assert_non_null(f);
	assert_int_equal(fwrite(text, 1, len, f), len);
	assert_int_equal(fclose(f), 0);
}

static void
write_ini(const char *text)
{
	write_bytes(text, strlen(text));
}

static void
test_extra_opts(void **state)
{
	char line[512], wanted[512];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof ini_rows / sizeof ini_rows[0]; i++) {
		struct row r = { ini_rows[i].what, line, wanted };

		write_ini(ini_rows[i].text);
		put_file(line, sizeof line, ini_rows[i].line, "@");
		put_file(wanted, sizeof wanted, ini_rows[i].wanted, "FILE");
		run_row(&r);
	}
}

static void
test_extra_opts_nul(void **state)
{
	static const char text[] = "[o]\nport=1\0\n[x]\nfrom=a\0b\n";
	char line[128], wanted[256];
	struct row r = { "a NUL byte", line, wanted };

	(void)state;
	write_bytes(text, sizeof text - 1);
	snprintf(line, sizeof line, "h --extra-opts=x@%s", ini);
	snprintf(wanted, sizeof wanted,
	    "!--extra-opts: %s, line 4: holds a NUL byte", ini);
	run_row(&r);
}

static void
test_extra_opts_places(void **state)
{
	static const struct row by_default = { "MP_CONFIG_FILE",
		"h --extra-opts", "port=77" };
	char dirs[128];

	(void)state;
	write_ini("[check_smtp]\nport=77\n");
	setenv("MP_CONFIG_FILE", ini, 1);
	run_row(&by_default);
	unsetenv("MP_CONFIG_FILE");
	snprintf(dirs, sizeof dirs, ":/nonexistent:%s", folder);
	setenv("NAGIOS_CONFIG_PATH", dirs, 1);
	run_row(&by_default);
	unsetenv("NAGIOS_CONFIG_PATH");
}

static void
test_extra_opts_missing_file(void **state)
{
	static const struct row missing = { "missing",
		"h --extra-opts=@/nonexistent.ini",
		"!--extra-opts: /nonexistent.ini: No such file or "
		"directory" };
	static const struct row directory = { "directory", "h --extra-opts=@/",
		"!--extra-opts: /: Is a directory" };

	(void)state;
	run_row(&missing);
	run_row(&directory);
}

/* Where a value is too long to be told whole, no character is cut in two. */
static void
test_told_in_whole_characters(void **state)
{
	static const char *const lines[] = {
		"h --verify-name=TEXT",
		"h --sni=TEXT",
		"h --TEXT",
		"h -f<a>TEXT",
		"h --require-extension=TEXT",
		"h -UTEXT",
		"TEXT h",
		"h --extra-opts=@/nonexistent/TEXT",
		"h --extra-opts=TEXT@FILE",
	};
	char pattern[128], filler[512], line[1024];
	struct buf told = BUF_INIT(4096);
	struct options o;
	struct line l;
	struct err e;
	size_t i, before;
	const char *at;

	(void)state;
	write_ini("[check_smtp]\n");
	for (i = 0; i < 3 * sizeof lines / sizeof lines[0]; i++) {
		/* A beginning of 0 to 2 octets, then three for each. */
		memset(filler, 0, sizeof filler);
		memset(filler, 'x', i % 3);
		for (before = i % 3; before < 500; before += 3)
			memcpy(filler + before, "\xe2\x82\xac", 3);
		put_file(pattern, sizeof pattern, lines[i / 3], "FILE");
		at = strstr(pattern, "TEXT");
		snprintf(line, sizeof line, "%.*s%s%s", (int)(at - pattern),
		    pattern, filler, at + 4);
		split(&l, line);
		if (options_parse(&o, l.argc, l.argv, NULL, &e) != -1)
			fail_msg("%s: no error", lines[i / 3]);
		buf_truncate(&told, 0);
		printable_add(&told, e.text, strlen(e.text));
		if (strstr(buf_str(&told), "\\x") != NULL ||
		    strstr(e.text, "\xe2\x82\xac") == NULL)
			fail_msg("%s: %s", lines[i / 3], buf_str(&told));
		options_free(&o);
		free_line(&l);
	}
	buf_free(&told);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_secrets_leave_argv),
		cmocka_unit_test(test_extra_opts),
		cmocka_unit_test(test_extra_opts_nul),
		cmocka_unit_test(test_extra_opts_places),
		cmocka_unit_test(test_extra_opts_missing_file),
		cmocka_unit_test(test_told_in_whole_characters),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
