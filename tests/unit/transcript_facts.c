/* The facts of a transcript's keys, and the scene that they make. */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "tests/unit/transcript_internal.h"

static bool
take_now(struct transcript_scene *s, const char *value)
{
	return (s->f.now_unix = transcript_date(value)) != -1;
}

/* "NAME MILLISECONDS". */
static bool
take_span(struct facts *f, const char *word)
{
	struct facts_span *span = &f->spans[f->span_count];
	size_t n = strcspn(word, " ");
	int phase = phase_find(word, n);
	char *end;
	double ms = strtod(word + n, &end);

	if (f->span_count == FACTS_SPANS_MAX || phase < 0 || phase == PHASES ||
	    end == word + n || (*end != ',' && *end != '\0') || ms < 0)
		return false;
	*span = (struct facts_span){ .phase = (enum phase)phase,
		.start_us = f->total_us,
		.elapsed_us = (int64_t)(ms * 1000 + 0.5) };
	f->span_count++;
	f->total_us += span->elapsed_us;
	f->phase_us[phase] += span->elapsed_us;
	f->reached = span->phase;
	return true;
}

static bool
take_times(struct transcript_scene *s, const char *value)
{
	s->f.begun = true;
	for (; *value != '\0'; value += strcspn(value, ",")) {
		value += strspn(value, ", ");
		if (!take_span(&s->f, value))
			return false;
	}
	return s->f.span_count > 0;
}

static bool
add_attempt(struct facts *f, const char *address, size_t len, int error)
{
	struct facts_attempt *list =
	    realloc(f->attempts, (f->attempt_count + 1) * sizeof *list);

	if (list == NULL || len >= ADDRESS_TEXT_MAX)
		return false;
	f->attempts = list;
	list += f->attempt_count++;
	f->address_count++;
	*list = (struct facts_attempt){ .error = error };
	memcpy(list->address, address, len);
	return true;
}

static bool
take_address(struct transcript_scene *s, const char *value)
{
	snprintf(s->f.address, sizeof s->f.address, "%s", value);
	return add_attempt(&s->f, value, strlen(value), 0);
}

static bool
take_tried(struct transcript_scene *s, const char *value)
{
	static const struct {
		const char *word;
		int error;
	} errors[] = {
		{ " no answer", 0 },
		{ " ECONNREFUSED", ECONNREFUSED },
		{ " ECONNRESET", ECONNRESET },
		{ " EHOSTUNREACH", EHOSTUNREACH },
		{ " ENETUNREACH", ENETUNREACH },
		{ " ETIMEDOUT", ETIMEDOUT },
	};
	size_t n = strcspn(value, " "), i;

	for (i = 0; i < sizeof errors / sizeof errors[0]; i++)
		if (strcmp(value + n, errors[i].word) == 0)
			return add_attempt(&s->f, value, n, errors[i].error);
	return false;
}

static bool
take_answer(struct transcript_scene *s, size_t i, const char *value)
{
	static const char failed[] = "failed ";
	struct facts_dns *d = &s->f.dns[i];

	if (!s->asked->keep_answers)
		return true;
	d->asked = true;
	if (strncmp(value, failed, strlen(failed)) == 0) {
		d->error = value + strlen(failed);
		return true;
	}
	return buf_adds(&d->addresses, value) == 0;
}

static bool
take_aaaa(struct transcript_scene *s, const char *value)
{
	return take_answer(s, 0, value);
}

static bool
take_a(struct transcript_scene *s, const char *value)
{
	return take_answer(s, 1, value);
}

static bool
take_end(struct transcript_scene *s, const char *value)
{
	static const struct {
		const char *word;
		enum facts_end end;
		enum err_kind kind;
	} ends[] = {
		{ "complete", END_COMPLETE, ERR_NONE },
		{ "dns", END_DNS, ERR_NONE },
		{ "connect", END_CONNECT, ERR_NONE },
		{ "timeout", END_TIMEOUT, ERR_NONE },
		{ "tls", END_TLS, ERR_NONE },
		{ "secret", END_ERROR, ERR_SECRET },
		{ "refused", END_ERROR, ERR_REFUSED },
		{ "unavailable", END_ERROR, ERR_UNAVAILABLE },
		{ "internal", END_ERROR, ERR_INTERNAL },
		{ "late", END_ERROR, ERR_TIMEOUT },
	};
	size_t n = strcspn(value, " "), i;
	const char *why = value + n + strspn(value + n, " ");

	for (i = 0; i < sizeof ends / sizeof ends[0]; i++) {
		if (strlen(ends[i].word) != n ||
		    memcmp(value, ends[i].word, n) != 0)
			continue;
		s->f.end = ends[i].end;
		if (s->f.end == END_DNS)
			s->f.dns_error = why;
		else if (s->f.end == END_ERROR)
			err_set(&s->f.err, ends[i].kind, "%s", why);
		return (s->f.end == END_DNS || s->f.end == END_ERROR) ==
		    (why[0] != '\0');
	}
	return false;
}

static bool
take_hung(struct transcript_scene *s, const char *value)
{
	s->f.hung_in = value;
	return true;
}

static bool
take_stream(struct transcript_scene *s, const char *value)
{
	return snprintf(s->f.stream_error, sizeof s->f.stream_error, "%s",
		   value) < (int)sizeof s->f.stream_error;
}

static bool
take_plaintext(struct transcript_scene *s, const char *value)
{
	return snprintf(s->f.plaintext, sizeof s->f.plaintext, "%s", value) <
	    (int)sizeof s->f.plaintext;
}

static bool
take_no_memory(struct transcript_scene *s, const char *value)
{
	return s->no_memory = strcmp(value, "yes") == 0;
}

static bool
take_output(struct transcript_scene *s, const char *value)
{
	return snprintf(s->f.output_error, sizeof s->f.output_error, "%s",
		   value) < (int)sizeof s->f.output_error;
}

/* A JWT, unsigned: nobody looks at the signature. */
static bool
take_token(struct transcript_scene *s, const char *value)
{
	/* Of a length that needs no padding. */
	static const char header[] = "{\"alg\": \"none\"}";
	struct buf *b = &s->secret;
	size_t i;

	buf_truncate(b, 0);
	if (base64_encode(b, header, strlen(header)) || buf_addc(b, '.') ||
	    base64_encode(b, value, strlen(value)))
		return false;
	while (b->len > 0 && b->data[b->len - 1] == '=')
		buf_truncate(b, b->len - 1);
	for (i = 0; i < b->len; i++)
		if (b->data[i] == '+')
			b->data[i] = '-';
		else if (b->data[i] == '/')
			b->data[i] = '_';
	return buf_adds(b, ".c2lnbmVk") == 0;
}

static bool
take_length(struct transcript_scene *s, const char *value)
{
	long n = strtol(value, NULL, 10);

	buf_truncate(&s->secret, 0);
	while (n-- > 0)
		if (buf_addc(&s->secret, 'x') == -1)
			return false;
	return s->secret.len > 0;
}

static bool
take_readable(struct transcript_scene *s, const char *value)
{
	return s->f.secret_world_readable = strcmp(value, "yes") == 0;
}

static bool
take_remedy(struct transcript_scene *s, const char *value)
{
	return snprintf(s->f.remedy, sizeof s->f.remedy, "%s", value) <
	    (int)sizeof s->f.remedy;
}

/* "DATE TIME NAME" */
static bool
take_credential(struct transcript_scene *s, const char *value)
{
	char date[17];

	snprintf(date, sizeof date, "%s", value);
	s->f.credential_ends_at = transcript_date(date);
	return strlen(value) > sizeof date && s->f.credential_ends_at != -1 &&
	    snprintf(s->f.credential, sizeof s->f.credential, "%s",
		value + sizeof date) < (int)sizeof s->f.credential;
}

/* "COUNT SINCE, NEXT TRY, REPLY". */
static bool
take_held_back(struct transcript_scene *s, const char *value)
{
	struct facts_guard *g = &s->f.guard;
	const char *since = strchr(value, ' '), *next, *reply;

	next = since != NULL ? strstr(since, ", ") : NULL;
	reply = next != NULL ? strstr(next + 2, ", ") : NULL;
	if (reply == NULL)
		return false;
	g->held_back = true;
	g->refused = atoi(value);
	g->since = transcript_date(since + 1);
	g->next_try = transcript_date(next + 2);
	snprintf(g->reply, sizeof g->reply, "%s", reply + 2);
	return g->refused > 0 && g->since != -1 && g->next_try != -1;
}

static bool
take_unguarded(struct transcript_scene *s, const char *value)
{
	snprintf(s->f.guard_trouble, sizeof s->f.guard_trouble, "%s", value);
	return true;
}

/* "KIND TEXT", of an earlier check. */
static bool
take_before(struct transcript_scene *s, const char *value)
{
	struct buf line = BUF_INIT(2 * BASELINE_TEXT);
	int rc;

	if (s->f.baseline == NULL)
		s->f.baseline = calloc(1, sizeof *s->f.baseline);
	if (s->f.baseline == NULL)
		return false;
	baseline_write(&s->f.baseline->before, &line);
	buf_addf(&line, "%s\n", value);
	rc = baseline_read(&s->f.baseline->before, buf_str(&line), line.len);
	buf_free(&line);
	return rc == 0;
}

static bool
take_accepted(struct transcript_scene *s, const char *value)
{
	(void)value;
	return s->f.baseline != NULL && (s->f.baseline->accepted = true);
}

static bool
take_state(struct transcript_scene *s, const char *value)
{
	snprintf(s->f.state_trouble, sizeof s->f.state_trouble, "%s", value);
	return true;
}

static const struct {
	const char *key;
	bool (*take)(struct transcript_scene *s, const char *value);
} takers[] = {
	{ "now", take_now },
	{ "times", take_times },
	{ "address", take_address },
	{ "tried", take_tried },
	{ "AAAA", take_aaaa },
	{ "A", take_a },
	{ "end", take_end },
	{ "hung in", take_hung },
	{ "stream error", take_stream },
	{ "plaintext", take_plaintext },
	{ "no memory", take_no_memory },
	{ "output", take_output },
	{ "token", take_token },
	{ "secret length", take_length },
	{ "readable", take_readable },
	{ "remedy", take_remedy },
	{ "credential", take_credential },
	{ "held back", take_held_back },
	{ "unguarded", take_unguarded },
	{ "state", take_state },
	{ "before", take_before },
	{ "accepted", take_accepted },
};

static bool
take_key(struct transcript_scene *s, const char *key, const char *value)
{
	size_t i;

	for (i = 0; i < sizeof takers / sizeof takers[0]; i++)
		if (strcmp(key, takers[i].key) == 0)
			return takers[i].take(s, value);
	return transcript_take_tls(s, key, value) == 0;
}

int
transcript_take_keys(struct transcript_scene *s)
{
	const struct transcript_key *k;
	size_t i;

	for (i = 0; i < s->t->key_count; i++) {
		k = &s->t->keys[i];
		if (!take_key(s, k->key, k->value))
			return transcript_fault(s->t, k->line,
			    "bad key %s: \"%.80s\"", k->key, k->value);
	}
	return 0;
}
