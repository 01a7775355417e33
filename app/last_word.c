#include "app/last_word.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "app/present.h"
#include "app/secret.h"

/* Stand-ins in the prepared answers, filled in when one is written. */
#define PLACE "@PLACE@"
#define CAUSE "@CAUSE@"

enum { ANSWER_MAX = 16 * 1024 };

/*
 * The one piece of process-wide state: a signal handler has no other way to
 * know.  Everything in here is only read by the handler.
 */
static struct {
	struct buf timeout;  /* the answer when the deadline strikes */
	struct buf internal; /* the answer for everything else */
	int timeout_code;
	int internal_code;
	bool timeout_silent; /* --quiet, and the state is OK */
	bool internal_silent;
	const char *volatile place;
	volatile sig_atomic_t retired;
	volatile sig_atomic_t retired_code;
	timer_t timer;
	bool has_timer;
} last = { .timeout = BUF_INIT(ANSWER_MAX), .internal = BUF_INIT(ANSWER_MAX) };

static const struct {
	int number;
	const char *name;
} caught[] = {
	{ SIGALRM, "SIGALRM" },
	{ SIGHUP, "SIGHUP" },
	{ SIGINT, "SIGINT" },
	{ SIGQUIT, "SIGQUIT" },
	{ SIGTERM, "SIGTERM" },
	{ SIGUSR1, "SIGUSR1" },
	{ SIGUSR2, "SIGUSR2" },
	{ SIGTRAP, "SIGTRAP" },
	{ SIGSYS, "SIGSYS" },
	{ SIGVTALRM, "SIGVTALRM" },
	{ SIGPROF, "SIGPROF" },
	{ SIGXCPU, "SIGXCPU" },
	{ SIGXFSZ, "SIGXFSZ" },
	{ SIGPOLL, "SIGPOLL" },
#ifdef SIGPWR
	{ SIGPWR, "SIGPWR" },
#endif
#ifdef SIGSTKFLT
	{ SIGSTKFLT, "SIGSTKFLT" },
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

/* Copy the prepared answer with its stand-ins filled in; async-signal-safe. */
static void
say(const struct buf *prepared, const char *cause)
{
	static char answer[ANSWER_MAX + 1024];
	const char *from = prepared->data, *word;
	size_t used = 0, left = prepared->len, n;

	while (left > 0 && used < ANSWER_MAX) {
		word = NULL;
		if (left >= sizeof PLACE - 1 &&
		    memcmp(from, PLACE, sizeof PLACE - 1) == 0)
			word = last.place;
		else if (left >= sizeof CAUSE - 1 &&
		    memcmp(from, CAUSE, sizeof CAUSE - 1) == 0)
			word = cause;
		if (word == NULL) {
			answer[used++] = *from++;
			left--;
			continue;
		}
		n = strnlen(word, 100);
		memcpy(answer + used, word, n);
		used += n;
		from += sizeof PLACE - 1; /* both are of one length */
		left -= sizeof PLACE - 1;
	}
	write_now(answer, used);
}

_Static_assert(sizeof PLACE == sizeof CAUSE, "say() relies on it");

static void
on_signal(int number, siginfo_t *info, void *context)
{
	const char *name = "a signal";
	size_t i;

	(void)context;
	secret_kill_command();
	if (last.retired)
		_exit((int)last.retired_code);
	if (number == SIGALRM && info->si_code == SI_TIMER) {
		if (!last.timeout_silent)
			say(&last.timeout, "");
		_exit(last.timeout_code);
	}
	for (i = 0; i < sizeof caught / sizeof caught[0]; i++)
		if (caught[i].number == number)
			name = caught[i].name;
	if (!last.internal_silent)
		say(&last.internal, name);
	_exit(last.internal_code);
}

static int
prepare_answer(
    struct buf *out, const struct options *o, struct facts *f, int *code)
{
	struct verdict v;
	int rc = -1;

	if (verdict_reach(&v, f, o) == 0)
		rc = present(out, &v, f, o);
	*code = (int)v.state;
	verdict_free(&v);
	return rc;
}

static int
prepare_answers(const struct options *o)
{
	struct facts f;
	int rc;

	facts_init(&f);
	f.end = END_TIMEOUT;
	f.hung_in = PLACE;
	rc = prepare_answer(&last.timeout, o, &f, &last.timeout_code);
	if (rc == 0) {
		f.end = END_ERROR;
		err_set(&f.err, ERR_INTERNAL, "%s in %s", CAUSE, PLACE);
		rc = prepare_answer(&last.internal, o, &f, &last.internal_code);
	}
	facts_free(&f);
	last.timeout_silent = o->quiet && last.timeout_code == STATUS_OK;
	last.internal_silent = o->quiet && last.internal_code == STATUS_OK;
	return rc;
}

static void
catch_signals(void)
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
	signal(SIGPIPE, SIG_IGN);
	/* Nobody sends these; blocked, they cannot end the process. */
	sigemptyset(&blocked);
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

int
last_word_prepare(const struct options *o, int64_t deadline_us)
{
	last.place = "start";
	if (prepare_answers(o) == -1)
		return -1;
	catch_signals();
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

int
last_word_internal(const char *why)
{
	static const char nothing[] =
	    "SMTP_AUTH UNKNOWN: internal error: out of memory\n";

	if (last.internal.len == 0) {
		last_word_retire(STATUS_UNKNOWN);
		write_now(nothing, sizeof nothing - 1);
		return STATUS_UNKNOWN;
	}
	last_word_retire(last.internal_code);
	if (!last.internal_silent)
		say(&last.internal, why);
	return last.internal_code;
}

void
last_word_free(void)
{
	if (last.has_timer)
		timer_delete(last.timer);
	last.has_timer = false;
	last.retired = 1; /* a late signal finds nothing to say */
	buf_free(&last.timeout);
	buf_free(&last.internal);
}
