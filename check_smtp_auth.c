/*
 * check_smtp_auth - can this account still log in to this mail server, and
 * if not, why?  A plugin for Nagios, Icinga and Zabbix.
 */

#include <unistd.h>

#include "base/clock.h"
#include "base/library_memory.h"
#include "base/process.h"
#include "run/last_word.h"
#include "run/run.h"

/* The version with the commit; this file alone is compiled anew for it. */
#ifndef BUILD
#define BUILD VERSION
#endif

int
main(int argc, char **argv)
{
	int64_t started_us;
	static struct run r; /* zero at no cost */

	last_word_begin();
	started_us = clock_now_us();
	process_guard();
	process_economize();
	library_memory_watch();
	r.version = BUILD;
	run_init(&r, argc, argv, started_us);
	run_do(&r);
	run_forget(&r);
	run_print(&r);
#ifdef FREE_ALL
	/* Builds that look for leaks give everything back. */
	run_free(&r);
	process_unguard();
	return r.answer.code;
#else
	_exit(r.answer.code);
#endif
}
