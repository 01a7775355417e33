#include "run/last_word.h"

#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/descriptor.h"
#include "base/process.h"
#include "base/replace.h"
#include "run/answer.h"
#include "run/prepared.h"
#include "run/stand_in.h"
#include "run/watchdog.h"
#include "secret/secret.h"
#include "secret/terminal.h"

enum {
	FILE_NS = 250 * 1000 * 1000,  /* what the file may take in the end */
	GRACE_NS = 100 * 1000 * 1000, /* to tell a verdict that is known */
	DOG_LATE_US = 5 * 1000,       /* the timer's handler comes first */
	SLICE_NS = 5 * 1000 * 1000,
};

/* Who gives the answer: one alone. */
enum { NOBODY, THE_PROCESS, THE_WATCHDOG };

/*
 * The one piece of process-wide state: a signal handler has no other way to
 * know.  Everything in here is only read by the handler.
 */
static struct {
	struct answer timeout;  /* when the deadline strikes */
	struct answer internal; /* for everything else */
	char *path;             /* --output-file, or NULL */
	char *temporary;
	const char *volatile place;
	volatile sig_atomic_t known;  /* the verdict is, and can be told */
	volatile sig_atomic_t graced; /* it was given time for that */
	atomic_int speaker;
	int64_t deadline_us;
	volatile sig_atomic_t prepared;
	volatile sig_atomic_t retired;
	volatile sig_atomic_t retired_code;
	volatile sig_atomic_t passed_on; /* a descriptor and 1; 0: none */
	timer_t timer;
	bool has_timer;
} last = { .retired_code = STATUS_UNKNOWN,
	.timeout = ANSWER_INIT(STAND_IN_MAX),
	.internal = ANSWER_INIT(STAND_IN_MAX) };

/* What is being written; of whoever has the word. */
static struct stand_in_text filled;

/* Those that somebody sends, or the kernel insists on. */
static const struct {
	int number;
	const char *name;
} caught[] = {
	{ SIGTERM, "SIGTERM" },
	{ SIGALRM, "SIGALRM" },
	{ SIGHUP, "SIGHUP" },
	{ SIGINT, "SIGINT" },
	{ SIGQUIT, "SIGQUIT" },
	{ SIGUSR1, "SIGUSR1" },
	{ SIGUSR2, "SIGUSR2" },
	{ SIGSYS, "SIGSYS" },
	{ SIGXCPU, "SIGXCPU" },
};

static int
strike_in(long ns)
{
	const struct itimerspec when = { .it_value = { .tv_nsec = ns } };

	if (!last.has_timer)
		return -1;
	return timer_settime(last.timer, 0, &when, NULL);
}

/* The timer, set anew, ends the process if the file's disk hangs. */
static void
limit_file(void)
{
	sigset_t alarm;

	sigemptyset(&alarm);
	sigaddset(&alarm, SIGALRM);
	if (strike_in(FILE_NS) == 0)
		sigprocmask(SIG_UNBLOCK, &alarm, NULL);
}

static void
rest(long ns)
{
	const struct timespec t = { .tv_nsec = ns };

	nanosleep(&t, NULL);
}

static bool
claim(int who)
{
	int nobody = NOBODY;

	return atomic_compare_exchange_strong(&last.speaker, &nobody, who) ||
	    nobody == who;
}

static void
retire(int exit_code)
{
	last.retired_code = exit_code;
	last.retired = 1;
}

/* Whoever waits for the answer comes first, then who reads the file. */
static void
say(const struct answer *a, const char *cause)
{
	retire(a->code);
	if (a->silent)
		return;
	stand_in_fill(&filled, &a->said, last.place, cause);
	descriptor_write_now(STDOUT_FILENO, filled.data, filled.len);
}

static void
write_file(const struct answer *a, const char *cause)
{
	stand_in_fill(&filled, &a->page, last.place, cause);
	replace_file(last.path, last.temporary, filled.data, filled.len);
}

static int
give(const struct answer *a, const char *cause)
{
	say(a, cause);
	if (last.path != NULL) {
		limit_file();
		write_file(a, cause);
	}
	return a->code;
}

#if defined(__GLIBC__) && !__GLIBC_PREREQ(2, 34)
#define _Fork fork
#endif

/*
 * The file may be on the same mount.  Not by fork(), which would wait for what
 * the one that hangs holds; a process, unlike a thread, can be left behind.
 */
static void
write_file_apart(const struct answer *a)
{
	int slices = FILE_NS / SLICE_NS;
	pid_t pid = _Fork();

	if (pid == 0) {
		write_file(a, "");
		_exit(0);
	}
	while (pid > 0 && slices-- > 0 && waitpid(pid, NULL, WNOHANG) == 0)
		rest(SLICE_NS);
	if (pid > 0 && slices < 0)
		kill(pid, SIGKILL);
}

/* In the watchdog's thread, time is up, and no handler has ended it all. */
static void
bite(void)
{
	if (last.known)
		rest(2L * GRACE_NS);
	if (!claim(THE_WATCHDOG)) {
		/* An answer is under way: let it out, and the file. */
		rest(FILE_NS + GRACE_NS);
		_exit((int)last.retired_code);
	}
	secret_kill_commands();
	secret_terminal_restore();
	say(&last.timeout, "");
	/* A file of a dead server may keep the process from its end, but not
	   whoever reads until the end. */
	close(STDOUT_FILENO);
	close(STDERR_FILENO);
	if (last.path != NULL)
		write_file_apart(&last.timeout);
	_exit(last.timeout.code);
}

static void
on_signal(int number, siginfo_t *info, void *context)
{
	bool is_timer = number == SIGALRM && info->si_code == SI_TIMER;
	const uint64_t told = (uint64_t)number;

	(void)context;
	if (atomic_load(&last.speaker) == THE_WATCHDOG)
		return; /* which ends it all */
	if (last.passed_on != 0 && !last.retired && !is_timer) {
		(void)!write((int)last.passed_on - 1, &told, sizeof told);
		return;
	}
	/* What is known only needs to be told, if the loop still turns. */
	if (is_timer && last.known && !last.graced && !last.retired) {
		last.graced = 1;
		if (strike_in(GRACE_NS) == 0)
			return;
	}
	secret_kill_commands();
	secret_terminal_restore();
	/* An answer is under way: let it out, the timer waits for it. */
	if (last.retired && last.has_timer && !is_timer)
		return;
	if (last.retired)
		_exit((int)last.retired_code);
	if (!claim(THE_PROCESS))
		return;
	if (is_timer)
		_exit(give(&last.timeout, ""));
	_exit(last_word_internal(last_word_signal(number)));
}

const char *
last_word_signal(int number)
{
	size_t i;

	for (i = 0; i < sizeof caught / sizeof caught[0]; i++)
		if (caught[i].number == number)
			return caught[i].name;
	return "a signal";
}

void
last_word_pass_on(int eventfd)
{
	last.passed_on = eventfd + 1;
}

void
last_word_begin(void)
{
	struct sigaction sa = { .sa_sigaction = on_signal,
		.sa_flags = SA_SIGINFO };
	struct sigaction old;
	size_t i;

	sigfillset(&sa.sa_mask);
	for (i = 0; i < sizeof caught / sizeof caught[0]; i++)
		if (sigaction(caught[i].number, &sa, &old) == 0 &&
		    old.sa_handler == SIG_IGN && caught[i].number != SIGALRM)
			sigaction(caught[i].number, &old, NULL);
	process_hold_signals();
}

static int
start_timer(int64_t deadline_us)
{
	struct sigevent event = { .sigev_notify = SIGEV_SIGNAL,
		.sigev_signo = SIGALRM };
	struct itimerspec when = {
		.it_value = { .tv_sec = (time_t)(deadline_us / 1000000),
		    .tv_nsec = (long)(deadline_us % 1000000) * 1000 }
	};

	if (timer_create(CLOCK_MONOTONIC, &event, &last.timer) == -1)
		return -1;
	last.has_timer = true;
	return timer_settime(last.timer, TIMER_ABSTIME, &when, NULL);
}

/* Nothing is prepared any more, and no timer runs. */
static void
withdraw(void)
{
	if (last.has_timer)
		timer_delete(last.timer);
	last.has_timer = false;
	last.prepared = 0;
	answer_free(&last.timeout);
	answer_free(&last.internal);
	free(last.path);
	free(last.temporary);
	last.path = last.temporary = NULL;
}

static int
take_path(const struct options *o)
{
	if (o->output_temporary == NULL || o->batch != NULL)
		return 0;
	if ((last.temporary = strdup(o->output_temporary)) == NULL)
		return -1;
	return (last.path = strdup(o->output_file)) != NULL ? 0 : -1;
}

int
last_word_prepare(const struct options *o, int64_t deadline_us)
{
	watchdog_stop();
	withdraw();
	last.place = "starting";
	if (take_path(o) == -1 ||
	    prepared_make(&last.timeout, &last.internal, o) == -1)
		return -1;
	last.prepared = 1;
	last.deadline_us = deadline_us;
	return start_timer(deadline_us);
}

void
last_word_watch(void)
{
	/* Without a thread the timer does what it can. */
	(void)watchdog_start(last.deadline_us + DOG_LATE_US, bite);
}

void
last_word_known(void)
{
	last.known = 1;
}

void
last_word_place(const char *where)
{
	last.place = where;
}

/* Unless the watchdog gives the answer, which ends the process. */
static void
take_word(void)
{
	while (!claim(THE_PROCESS))
		pause();
}

void
last_word_retire(int exit_code)
{
	take_word();
	retire(exit_code);
}

/* Without a prepared answer nothing of the command line can be told. */
int
last_word_internal(const char *why)
{
	static const char begin[] = "SMTP_AUTH UNKNOWN: internal error: ";
	char *end;

	take_word();
	if (last.prepared)
		return give(&last.internal, why);
	retire(STATUS_UNKNOWN);
	end = stpcpy(stpcpy(filled.data, begin), why);
	*end++ = '\n';
	descriptor_write_now(
	    STDOUT_FILENO, filled.data, (size_t)(end - filled.data));
	return STATUS_UNKNOWN;
}

void
last_word_withdraw(void)
{
	watchdog_stop();
	withdraw();
}

void
last_word_free(void)
{
	last.retired = 1; /* a late signal finds nothing to say */
	last_word_withdraw();
}
