#include "oauth2/remedy.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/text.h"
#include "base/wipe.h"
#include "oauth2/words.h"
#include "secret/censor.h"

enum {
	SAID_MAX = 160,    /* octets of the provider's own words */
	REFUSED_FOR = 900, /* seconds after a definite refusal */
	WAIT = 30,         /* after a failure that names no time */
	SKEW_MAX = 120,    /* seconds that clocks may differ */
};

/* The "AADSTS..." that a description begins with, or "". */
static void
find_code(char *out, size_t size, const struct document *a)
{
	const char *s = a != NULL && a->description != NULL
	    ? strstr(a->description, "AADSTS")
	    : NULL;
	size_t n = 0;

	if (s != NULL)
		n = 6 + strspn(s + 6, "0123456789");
	if (n >= size)
		n = 0;
	snprintf(out, size, "%.*s", (int)n, s != NULL ? s : "");
}

static bool
holds(const char *text, const char *part)
{
	return text != NULL &&
	    text_holds(text, strlen(text), part, strlen(part));
}

/* How well a row fits, 0: not at all. */
static int
score(const struct remedy *r, const char *provider, long status,
    const struct document *a, const char *code)
{
	const char *error = a != NULL && a->error != NULL ? a->error : "";
	int points = 1;

	/* Numbers are one provider's, under whatever name it is configured. */
	if (r->code != NULL && strcmp(r->code, code) != 0)
		return 0;
	if (r->code == NULL && r->provider != NULL &&
	    strcmp(r->provider, provider) != 0)
		return 0;
	if (r->error != NULL && r->code == NULL && strcmp(r->error, error) != 0)
		return 0;
	if (r->status != 0 && r->status != status)
		return 0;
	if (r->said != NULL &&
	    (a == NULL ||
		(!holds(a->suberror, r->said) &&
		    !holds(a->description, r->said))))
		return 0;
	points += r->code != NULL ? 16 : 0;
	points += r->said != NULL ? 8 : 0;
	points += r->error != NULL ? 4 : 0;
	points += r->error != NULL && strcmp(r->error, error) == 0 ? 1 : 0;
	points += r->provider != NULL ? 1 : 0;
	return points;
}

const struct remedy *
remedy_find(const char *provider, long status, const struct document *a)
{
	const struct remedy *r, *best = NULL;
	int points, most = 0;
	char code[32];

	find_code(code, sizeof code, a);
	for (r = remedies; r->class != FAILURE_NONE; r++) {
		points = score(r, provider, status, a, code);
		if (points > most) {
			most = points;
			best = r;
		}
	}
	return best;
}

/* What is done next depends on this, not on the row (see remedy.h). */
static bool
is_definite(long status, const struct document *a)
{
	static const char *const others[] = { "authorization_pending",
		"slow_down", "temporarily_unavailable", "server_error" };
	size_t i;

	if (status == 408 || status == 429 || status >= 500 || status < 400)
		return false;
	for (i = 0; i < sizeof others / sizeof others[0]; i++)
		if (a != NULL && a->error != NULL &&
		    strcmp(a->error, others[i]) == 0)
			return false;
	return true;
}

/* Whether text may be shown: no secret that was sent is in it. */
static bool
is_clean(const char *text, const char *const *secrets, size_t count)
{
	struct censor *c;
	bool clean = true;
	size_t i;

	for (i = 0; i < count && clean; i++) {
		if (secrets[i] == NULL)
			continue;
		c = censor_new(secrets[i], NULL);
		clean = c != NULL && !censor_holds(c, text, strlen(text));
		censor_free(c);
	}
	return clean;
}

/* The provider's own words, cut and quoted; "" if there are none. */
static void
quote(char *out, size_t size, const struct document *a,
    const char *const *secrets, size_t count)
{
	const char *said = a != NULL ? a->description : NULL;
	int cut;

	out[0] = '\0';
	if (said == NULL)
		return;
	cut = text_cut(said, SAID_MAX);
	if (!is_clean(said, secrets, count))
		snprintf(out, size, " (%s)", CENSOR_TEXT);
	else
		snprintf(out, size, " (\"%.*s%s\")", cut, said,
		    said[cut] != '\0' ? "..." : "");
}

/* One of the provider's words; it is one, or it is nothing. */
static void
keep_word(char *out, size_t size, const char *word, const char *const *secrets,
    size_t count)
{
	failure_harmless(out, size,
	    word != NULL && is_clean(word, secrets, count) ? word : "");
}

static bool
is_temporary(long status)
{
	return status == 429 || status == 408 || status >= 500;
}

/* Where neither the table nor "error" tells: the status does. */
static enum failure_class
class_of(long status)
{
	if (is_temporary(status))
		return FAILURE_TEMPORARY;
	if (status >= 300 && status < 400)
		return FAILURE_LOCAL;
	return status >= 400 ? FAILURE_ADMIN : FAILURE_TEMPORARY;
}

static void
word_status(char *out, size_t size, const struct response *r)
{
	if (r->status >= 300 && r->status < 400)
		snprintf(out, size,
		    "a redirect (HTTP %ld), which is not followed", r->status);
	else
		snprintf(
		    out, size, "HTTP %ld without an error of OAuth", r->status);
}

static void
set_times(struct failure *f, const struct response *r, bool definite)
{
	const int64_t now = (int64_t)time(NULL);

	f->refused = definite;
	f->retry_at = now + (definite ? REFUSED_FOR : WAIT);
	if (r->retry_after >= 0 && now + r->retry_after > f->retry_at)
		f->retry_at = now + r->retry_after;
	/* It may name less than we would wait. */
	if (r->retry_after >= 0 && !definite)
		f->retry_at = now + r->retry_after;
	if (r->date != 0)
		f->ahead = r->date - now;
}

/* A wrong clock explains more than any words of the provider's. */
static void
add_skew(struct failure *f)
{
	struct buf skew = BUF_INIT(200);
	size_t n = strlen(f->text);

	if (f->ahead <= SKEW_MAX && f->ahead >= -SKEW_MAX)
		return;
	words_add_skew(&skew, f->ahead);
	snprintf(f->text + n, sizeof f->text - n, "; %s", buf_str(&skew));
	buf_free(&skew);
}

/* What to do, for this account. */
static void
advise(struct failure *f, const char *remedy, const char *name)
{
	const size_t n = strcspn(remedy, REMEDY_SETUP);

	if (remedy[n] == '\0')
		failure_advise(f, "%s", remedy);
	else if (name == NULL)
		failure_advise(f, "%.*s%s", (int)n, remedy, remedy + n + 1);
	else
		failure_advise(f, "%.*s (smtp-oauth2 setup %s)%s", (int)n,
		    remedy, name, remedy + n + 1);
}

int
remedy_explain(struct failure *f, const char *provider, const char *name,
    const struct response *response, const struct document *answer,
    const char *const *secrets, size_t count)
{
	const struct remedy *row =
	    remedy_find(provider, response->status, answer);
	char said[SAID_MAX + 64], status[80];

	if (f->class != FAILURE_NONE)
		return -1;
	f->status = response->status;
	/* A word that we know ourselves tells nothing of a secret like it. */
	if (row != NULL && row->error != NULL && answer != NULL &&
	    answer->error != NULL && strcmp(row->error, answer->error) == 0)
		failure_harmless(f->error, sizeof f->error, row->error);
	else if (answer != NULL)
		keep_word(
		    f->error, sizeof f->error, answer->error, secrets, count);
	find_code(f->code, sizeof f->code, answer);
	if (f->code[0] == '\0' && answer != NULL)
		keep_word(
		    f->code, sizeof f->code, answer->suberror, secrets, count);
	quote(said, sizeof said, answer, secrets, count);
	word_status(status, sizeof status, response);
	failure_set(f, row != NULL ? row->class : class_of(response->status),
	    "%s%s%s%s%s%s", f->error[0] != '\0' ? f->error : status,
	    f->code[0] != '\0' ? " " : "", f->code, row != NULL ? ": " : "",
	    row != NULL ? row->means : "", said);
	set_times(f, response, is_definite(response->status, answer));
	add_skew(f);
	if (row != NULL)
		advise(f, row->remedy, name);
	else if (response->status >= 300 && response->status < 400)
		failure_advise(f, "look at token-url: it is another one now");
	else if (f->error[0] == '\0' && !is_temporary(response->status))
		failure_advise(f,
		    "look at token-url and proxy: what answered is no token "
		    "endpoint");
	return -1;
}
