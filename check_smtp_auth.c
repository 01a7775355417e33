/*
 * check_smtp_auth - can this account still log in to this mail server, and
 * if not, why?  A plugin for Nagios, Icinga and Zabbix.
 */

#include <unistd.h>

#include "app/check.h"
#include "app/last_word.h"
#include "base/clock.h"
#include "base/process.h"

int
main(int argc, char **argv)
{
	int64_t started_us;
	struct check c;

	last_word_begin();
	started_us = clock_now_us();
	process_guard();
	process_economize();
	check_init(&c, argc, argv, started_us);
	check_run(&c, started_us);
	check_forget(&c);
	check_print(&c);
#ifdef FREE_ALL
	/* Builds that look for leaks give everything back. */
	check_free(&c);
	process_unguard();
	return c.exit_code;
#else
	_exit(c.exit_code);
#endif
}
