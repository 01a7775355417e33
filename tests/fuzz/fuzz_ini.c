/* fuzz_ini.c - a file of --extra-opts.  Input: the file. */

#include <sys/mman.h>
#include <unistd.h>

#include "options/options.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/options_rules.h"

static void
read_section(int fd, const char *section)
{
	char name[] = "check_smtp_auth", host[] = "-Hmail.example.org";
	char extra[64];
	char *argv[] = { name, host, extra, NULL };
	struct options o;
	struct err e;
	int rc;

	snprintf(
	    extra, sizeof extra, "--extra-opts=%s@/dev/fd/%d", section, fd);
	rc = options_parse(&o, 3, argv, NULL, &e);
	options_rules(&o, rc, &e);
	MUST(rc == -1 || o.action != ACTION_CHECK ||
	    strcmp(o.check.host, "mail.example.org") == 0);
	options_free(&o);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static int fd = -1;

	if (fd == -1)
		fd = memfd_create("ini", MFD_CLOEXEC);
	MUST(fd != -1 && ftruncate(fd, 0) == 0);
	MUST(pwrite(fd, data, size, 0) == (ssize_t)size);
	read_section(fd, "");
	read_section(fd, "mail");
	return 0;
}
