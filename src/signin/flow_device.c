/* The device code: typed on another machine, while this one asks. */

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "oauth2/grant.h"
#include "signin/flow.h"
#include "signin/inquiry.h"

enum {
	INTERVAL = 5,   /* seconds, if none is told (RFC 8628, 3.2) */
	SLOWER = 5,     /* more after slow_down (RFC 8628, 3.5) */
	LONGEST = 120,  /* between two questions */
	LIFETIME = 900, /* if none is told */
	LIFETIME_MAX = 3600,
	SECOND_US = 1000000,
	SHOWN_MAX = 256,
};

/* One sign-in. */
struct device_signin {
	const struct account *account;
	const char *secret;
	struct document begun;
	int64_t interval; /* seconds */
	int64_t deadline_us;
	struct failure *f;
};

static int
begin(struct device_signin *s)
{
	const struct account *a = s->account;
	struct inquiry q = {
		.account = a,
		.url = a->device_url,
		.secret = { s->secret },
	};
	struct grant g;
	int rc;

	if (a->device_url == NULL)
		return failure_set(s->f, FAILURE_LOCAL,
		    "device-url is missing: flow device needs it");
	grant_init(&g);
	q.grant = &g;
	rc = grant_device_begin(&g, a, s->secret, (int64_t)time(NULL), s->f);
	if (rc == 0)
		rc = inquiry_ask(&q, &s->begun, s->f);
	grant_free(&g);
	if (rc == -1)
		return -1;
	if (s->begun.device_code == NULL || s->begun.user_code == NULL ||
	    s->begun.verification_uri == NULL)
		return failure_set(s->f, FAILURE_TEMPORARY,
		    "the provider's answer is of no use: it has no device "
		    "code");
	return 0;
}

static void
print(const struct device_signin *s)
{
	char uri[SHOWN_MAX], code[SHOWN_MAX];

	failure_harmless(uri, sizeof uri, s->begun.verification_uri);
	failure_harmless(code, sizeof code, s->begun.user_code);
	printf("Open this on any machine, type the code, and sign in%s%s:\n\n"
	       "  %s\n  %s\n\n",
	    s->account->user != NULL ? " as " : "",
	    s->account->user != NULL ? s->account->user : "", uri, code);
	fflush(stdout);
}

static void
rest(int64_t seconds)
{
	const struct timespec span = { .tv_sec = (time_t)seconds };

	nanosleep(&span, NULL);
}

static int
ask(const struct device_signin *s, struct document *out, struct failure *f)
{
	const struct account *a = s->account;
	struct inquiry q = {
		.account = a,
		.url = a->token_url,
		.secret = { s->secret, s->begun.device_code },
	};
	struct grant g;
	int rc;

	grant_init(&g);
	q.grant = &g;
	rc = grant_device(
	    &g, a, s->secret, s->begun.device_code, (int64_t)time(NULL), f);
	if (rc == 0)
		rc = inquiry_ask(&q, out, f);
	grant_free(&g);
	return rc;
}

/* How much longer to rest from now on; -1: it is over. */
static int64_t
judge(struct device_signin *s, const struct failure *f)
{
	if (f->class == FAILURE_PENDING)
		return strcmp(f->error, "slow_down") == 0 ? s->interval + SLOWER
							  : s->interval;
	/* RFC 8628, 3.5: ask less often where nobody answers. */
	if (f->class == FAILURE_TEMPORARY)
		return s->interval * 2 < LONGEST ? s->interval * 2 : LONGEST;
	return -1;
}

static int
poll_for_token(struct device_signin *s, struct document *out)
{
	struct failure f;

	for (;;) {
		f = (struct failure){ .class = FAILURE_NONE };
		rest(s->interval);
		if (ask(s, out, &f) == 0)
			return 0;
		if ((s->interval = judge(s, &f)) == -1)
			break;
		if (clock_now_us() + s->interval * SECOND_US > s->deadline_us) {
			failure_set(s->f, FAILURE_SIGNIN,
			    "nobody has typed the code in time");
			return failure_advise(s->f, "run setup again");
		}
	}
	*s->f = f;
	return -1;
}

int
flow_device(const struct account *a, const char *secret, struct document *out,
    struct failure *f)
{
	struct device_signin s = { .account = a, .secret = secret, .f = f };
	int64_t life;
	int rc = begin(&s);

	if (rc == 0) {
		life = s.begun.expires_in;
		if (life < 0)
			life = LIFETIME;
		if (life > LIFETIME_MAX)
			life = LIFETIME_MAX;
		s.interval = s.begun.interval > 0 ? s.begun.interval : INTERVAL;
		if (s.interval > LONGEST)
			s.interval = LONGEST;
		s.deadline_us = clock_now_us() + life * SECOND_US;
		print(&s);
		rc = poll_for_token(&s, out);
	}
	document_free(&s.begun);
	return rc;
}
