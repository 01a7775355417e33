#include "run/last_word.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/replace.h"
#include "run/answer.h"
#include "secret/secret.h"

/*
 * Stand-ins in the prepared answers, filled in when one is written; of the
 * width of the longest word, so that no line grows by it.
 */
#define PLACE "@PLACE@-----------------------------------------@"
#define CAUSE "@CAUSE@-----------------------------------------@"

enum {
	PREPARED_MAX = 128 * 1024,   /* with a long user name in each sample */
	FILE_NS = 250 * 1000 * 1000, /* what the file may take in the end */
};

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
	volatile sig_atomic_t prepared;
	volatile sig_atomic_t retired;
	volatile sig_atomic_t retired_code;
	volatile sig_atomic_t passed_on; /* a descriptor and 1; 0: none */
	timer_t timer;
	bool has_timer;
} last = { .timeout = ANSWER_INIT(PREPARED_MAX),
	.internal = ANSWER_INIT(PREPARED_MAX) };

/* The prepared text with its stand-ins filled in. */
static struct {
	char data[PREPARED_MAX + 1024];
	size_t len;
} filled;

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

/*
 * The others that would end a process, and the real-time ones.  Blocked, all
 * of them with one call, they cannot: what the kernel means by one, a write
 * that fails, the program hears all the same.
 */
static const int held[] = {
	SIGPIPE,
	SIGTRAP,
	SIGVTALRM,
	SIGPROF,
	SIGXFSZ,
	SIGPOLL,
#ifdef SIGPWR
	SIGPWR,
#endif
#ifdef SIGSTKFLT
	SIGSTKFLT,
#endif
};

/*
 * Write all, but never block: a peer that does not read must not hold the
 * process past its deadline.
 */
static void
write_now(const char *text, size_t len)
{
	struct pollfd p = { .fd = STDOUT_FILENO, .events = POLLOUT };
	ssize_t n;

	while (len > 0 && poll(&p, 1, 0) == 1) {
		n = write(STDOUT_FILENO, text, len);
		if (n <= 0)
			return;
		text += n;
		len -= (size_t)n;
	}
}

/* Async-signal-safe, like all that the handler calls. */
static void
fill_in(const struct buf *prepared, const char *cause)
{
	const char *from = prepared->data, *word;
	size_t used = 0, left = prepared->len, n;

	while (left > 0 && used < PREPARED_MAX) {
		word = NULL;
		if (left >= sizeof PLACE - 1 &&
		    memcmp(from, PLACE, sizeof PLACE - 1) == 0)
			word = last.place;
		else if (left >= sizeof CAUSE - 1 &&
		    memcmp(from, CAUSE, sizeof CAUSE - 1) == 0)
			word = cause;
		if (word == NULL) {
			filled.data[used++] = *from++;
			left--;
			continue;
		}
		n = strnlen(word, sizeof PLACE - 1);
		memcpy(filled.data + used, word, n);
		used += n;
		from += sizeof PLACE - 1; /* both are of one length */
		left -= sizeof PLACE - 1;
	}
	filled.len = used;
}

_Static_assert(sizeof PLACE == sizeof CAUSE, "fill_in() relies on it");

/* The timer, set anew, ends the process if the file's disk hangs. */
static void
limit_file(void)
{
	const struct itimerspec when = { .it_value = { .tv_nsec = FILE_NS } };
	sigset_t alarm;

	sigemptyset(&alarm);
	sigaddset(&alarm, SIGALRM);
	if (last.has_timer && timer_settime(last.timer, 0, &when, NULL) == 0)
		sigprocmask(SIG_UNBLOCK, &alarm, NULL);
}

/* Whoever waits for the answer comes first, then who reads the file. */
static int
give(const struct answer *a, const char *cause)
{
	last_word_retire(a->code);
	if (!a->silent) {
		fill_in(&a->said, cause);
		write_now(filled.data, filled.len);
	}
	if (last.path != NULL) {
		limit_file();
		fill_in(&a->page, cause);
		replace_file(
		    last.path, last.temporary, filled.data, filled.len);
	}
	return a->code;
}

static void
on_signal(int number, siginfo_t *info, void *context)
{
	bool is_timer = number == SIGALRM && info->si_code == SI_TIMER;
	const uint64_t told = (uint64_t)number;

	(void)context;
	if (last.passed_on != 0 && !last.retired && !is_timer) {
		(void)!write((int)last.passed_on - 1, &told, sizeof told);
		return;
	}
	secret_kill_commands();
	/* An answer is under way: let it out, the timer waits for it. */
	if (last.retired && last.has_timer && !is_timer)
		return;
	if (last.retired)
		_exit((int)last.retired_code);
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

/*
 * Of many checks each has been told, or is not known.  A page of before stands,
 * and among lines for an engine this one would be none.
 */
static int
prepare_for_many(const struct options *o)
{
	struct report r = { .service = "SMTP_AUTH",
		.state = o->check.state_of[CONDITION_TIMEOUT],
		.message = "timeout of the whole run in " PLACE
			   "; the other checks are not known" };
	bool silent = o->output_temporary == NULL && o->format != &report_text;

	last.timeout.silent = last.internal.silent = silent;
	last.timeout.code = (int)r.state;
	last.internal.code = STATUS_UNKNOWN;
	if (report_write(&report_text, &r, &last.timeout.said) == -1)
		return -1;
	r.state = STATUS_UNKNOWN;
	r.message = "internal error: " CAUSE " in " PLACE
		    "; the other checks are not known";
	return report_write(&report_text, &r, &last.internal.said);
}

static int
prepare_answers(const struct options *o)
{
	struct facts f;
	int rc;

	if (o->batch != NULL)
		return prepare_for_many(o);
	facts_init(&f);
	f.end = END_TIMEOUT;
	f.hung_in = PLACE;
	rc = answer_make(&last.timeout, &f, o);
	if (rc == 0) {
		f.end = END_ERROR;
		err_set(&f.err, ERR_INTERNAL, "%s while %s", CAUSE, PLACE);
		rc = answer_make(&last.internal, &f, o);
	}
	facts_free(&f);
	return rc;
}

void
last_word_begin(void)
{
	struct sigaction sa = { .sa_sigaction = on_signal,
		.sa_flags = SA_SIGINFO };
	struct sigaction old;
	sigset_t blocked;
	size_t i;
	int n;

	sigfillset(&sa.sa_mask);
	for (i = 0; i < sizeof caught / sizeof caught[0]; i++)
		if (sigaction(caught[i].number, &sa, &old) == 0 &&
		    old.sa_handler == SIG_IGN && caught[i].number != SIGALRM)
			sigaction(caught[i].number, &old, NULL);
	sigemptyset(&blocked);
	for (i = 0; i < sizeof held / sizeof held[0]; i++)
		sigaddset(&blocked, held[i]);
	for (n = SIGRTMIN; n <= SIGRTMAX; n++)
		sigaddset(&blocked, n);
	sigprocmask(SIG_SETMASK, &blocked, NULL);
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
	withdraw();
	last.place = "starting";
	if (take_path(o) == -1 || prepare_answers(o) == -1)
		return -1;
	last.prepared = 1;
	return start_timer(deadline_us);
}

void
last_word_place(const char *where)
{
	last.place = where;
}

void
last_word_retire(int exit_code)
{
	last.retired_code = exit_code;
	last.retired = 1;
}

/* Without a prepared answer nothing of the command line can be told. */
int
last_word_internal(const char *why)
{
	static const char begin[] = "SMTP_AUTH UNKNOWN: internal error: ";
	char *end;

	if (last.prepared)
		return give(&last.internal, why);
	last_word_retire(STATUS_UNKNOWN);
	end = stpcpy(stpcpy(filled.data, begin), why);
	*end++ = '\n';
	write_now(filled.data, (size_t)(end - filled.data));
	return STATUS_UNKNOWN;
}

void
last_word_free(void)
{
	last.retired = 1; /* a late signal finds nothing to say */
	withdraw();
}
