/* What --help and --version print. */

#include <string.h>

#include "base/buf.h"
#include "cli/help.h"
#include "net/resolver.h"
#include "net/tls.h"
#include "options/options.h"
#include "options/table.h"

void
options_help(struct buf *out)
{
	buf_adds(out,
	    "Usage: check_smtp_auth [options] [HOST]\n\n"
	    "Can this account still log in to this mail server, and if "
	    "not, why?\n");
	help_add(out, &options_table);
	buf_adds(out,
	    "\nExit status: 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN.\n"
	    "See check_smtp_auth(1) for the conditions and examples.\n");
}

/* What is loaded need not be what it was built with. */
static void
add_library(struct buf *out, const char *name, const char *version,
    const char *built_with)
{
	buf_addf(out, "%s%s", name, version);
	if (strcmp(version, built_with) != 0)
		buf_addf(out, " (built with %s)", built_with);
	buf_addc(out, '\n');
}

void
options_version(struct buf *out, const char *version)
{
	const char *tls, *tls_built_with, *cares, *cares_built_with;

	tls = tls_library(&tls_built_with);
	cares = resolver_library(&cares_built_with);
	buf_addf(out, "check_smtp_auth %s\n", version);
	add_library(out, "", tls, tls_built_with);
	add_library(out, "c-ares ", cares, cares_built_with);
}
