/* A transcript's scene from its beginning, and what is said of it. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "net/tls_pin.h"
#include "present/present.h"
#include "tests/unit/transcript_internal.h"

static int
take_secret(struct transcript_scene *s)
{
	const struct settings *asked = s->asked;
	struct facts *f = &s->f;

	if (s->secret.len == 0 && asked->secret.kind == SECRET_TEXT &&
	    buf_adds(&s->secret, asked->secret.text) == -1)
		return transcript_fault(s->t, 0, "no memory");
	if (asked->secret.kind != SECRET_NONE && s->secret.len == 0 &&
	    f->end != END_ERROR)
		return transcript_fault(s->t, 0, "no secret is given");
	if (s->secret.len == 0)
		return 0;
	s->censor = censor_new(s->secret.data, asked->user);
	f->censor = s->censor;
	if (s->censor == NULL ||
	    secret_look(&f->look, s->secret.data, s->secret.len,
		asked->proof == SASL_PROOF_TOKEN) == -1)
		return transcript_fault(s->t, 0, "no memory");
	return 0;
}

/* What the handshake would have found out. */
static void
take_identity(struct transcript_scene *s)
{
	const struct settings *asked = s->asked;
	struct tls_pins pins = { asked->pins, asked->pin_count };
	struct tls_facts *t = &s->f.tls;
	size_t i;

	t->pin_matches = t->has_certificate && tls_pins_hold(&pins, t->pin);
	for (i = 0; i < t->name_count; i++)
		if (t->has_certificate && asked->verify_name != NULL &&
		    strcmp(t->names[i], asked->verify_name) == 0)
			t->name_matches = true;
}

static int
stage(struct transcript_scene *s, const struct err *e)
{
	struct facts *f = &s->f;
	bool wants_tls;
	size_t i;

	f->now_unix = transcript_date("2026-03-01 10:00");
	if (e->kind != ERR_NONE) {
		f->end = END_ERROR;
		f->err = *e;
		return s->t->key_count == 0
		    ? 0
		    : transcript_fault(
			  s->t, 0, "facts, and no check: %s", e->text);
	}
	transcript_good_tls(&f->tls);
	if (transcript_take_keys(s) == -1 || take_secret(s) == -1)
		return -1;
	take_identity(s);
	if (transcript_play(s) == -1)
		return -1;
	wants_tls = false;
	for (i = 0; i < s->t->d.step_count; i++)
		wants_tls = wants_tls || s->t->d.steps[i].kind == DIALOGUE_TLS;
	/* A handshake that failed has shown no more. */
	if (!wants_tls)
		f->tls = (struct tls_facts){ .client_cert_requested =
						 f->tls.client_cert_requested,
			.wants_1_3 = f->tls.wants_1_3 };
	return 0;
}

struct transcript_scene *
transcript_stage(
    struct transcript *t, const struct options *o, const struct err *e)
{
	struct transcript_scene *s = calloc(1, sizeof *s);

	if (s == NULL) {
		transcript_fault(t, 0, "no memory");
		return NULL;
	}
	s->t = t;
	s->asked = &o->check;
	s->secret = (struct buf)BUF_INIT(TRANSCRIPT_TEXT_MAX);
	s->said = (struct buf)BUF_INIT(TRANSCRIPT_TEXT_MAX);
	facts_init(&s->f);
	if (stage(s, e) == 0)
		return s;
	transcript_leave(s);
	return NULL;
}

const struct facts *
transcript_facts(const struct transcript_scene *s)
{
	return &s->f;
}

void
transcript_leave(struct transcript_scene *s)
{
	smtp_client_free(s->c);
	censor_free(s->censor);
	facts_free(&s->f);
	buf_free(&s->secret);
	buf_free(&s->said);
	free(s);
}

/* JSON has each member on a line of its own, and no escape is raw. */
static int
make_readable(struct buf *out, const struct buf *page, bool json)
{
	bool quoted = false;
	size_t i;
	int depth = 0, rc = 0;
	char c;

	for (i = 0; rc == 0 && i < page->len; i++) {
		c = page->data[i];
		if (c == '\x1b') {
			rc = buf_adds(out, "\\e");
			continue;
		}
		rc = buf_addc(out, c);
		if (!json || rc == -1)
			continue;
		if (quoted && c == '\\')
			rc = buf_addc(out, page->data[++i]);
		else if (c == '"')
			quoted = !quoted;
		else if (!quoted && strchr("{[", c) != NULL)
			depth++;
		else if (!quoted && strchr("}]", c) != NULL)
			depth--;
		else if (!quoted && depth == 1 && c == ',')
			rc = buf_adds(out, "\n");
	}
	return rc;
}

/* "text", "terminal 80 utf8 colour"; the options begin at the first '-'. */
static const struct report_format *
take_format(const char *head, size_t len, struct terminal *t)
{
	static const char terminal[] = "terminal ";
	const struct report_format *const *f;
	char words[80];

	snprintf(words, sizeof words, "%.*s", (int)len, head);
	for (f = report_formats; *f != NULL; f++)
		if (strcmp((*f)->name, words) == 0)
			return *f;
	if (strncmp(words, terminal, strlen(terminal)) != 0)
		return NULL;
	*t = (struct terminal){ .draws = true,
		.color = strstr(words, " colour") != NULL,
		.utf8 = strstr(words, " utf8") != NULL,
		.width = atoi(words + strlen(terminal)) };
	return t->width > 0 ? &report_text : NULL;
}

static int
judge(struct transcript *t, const struct options *o, const struct facts *f,
    const struct report_format *format, const struct terminal *terminal,
    struct buf *out, bool *seen)
{
	const struct present_style style = { .verbosity = o->verbosity,
		.known_metrics_only = o->known_metrics_only,
		.terminal = *terminal };
	struct buf page = BUF_INIT(TRANSCRIPT_TEXT_MAX * 4);
	struct verdict v;
	size_t i;
	int rc = -1;

	if (verdict_reach(&v, f, &o->check) == 0 &&
	    present(&page, format, &v, f, &o->check, &style) == 0)
		rc = make_readable(out, &page, format == &report_json);
	for (i = 0; i < v.finding_count; i++)
		seen[v.findings[i].condition] = true;
	if (rc == 0 && format == &report_json &&
	    memchr(page.data, '\n', page.len) != page.data + page.len - 1)
		transcript_fault(t, 0, "JSON that is not one line");
	verdict_free(&v);
	buf_free(&page);
	return rc == 0 ? 0 : transcript_fault(t, 0, "no memory");
}

/* options_parse() says what is wrong with the words; that is a check, too. */
static int
show(struct transcript *t, const struct transcript_block *b,
    struct transcript_words *w, struct buf *out, bool *seen)
{
	const char *dash = strchr(b->head, '-');
	size_t len = dash != NULL ? (size_t)(dash - b->head) : strlen(b->head);
	struct terminal terminal = { .draws = false };
	struct transcript_scene *s;
	struct options o;
	const struct report_format *format;
	struct err e;
	int rc = -1;

	while (len > 0 && b->head[len - 1] == ' ')
		len--;
	if ((format = take_format(b->head, len, &terminal)) == NULL)
		return transcript_fault(
		    t, b->line, "unknown format \"%s\"", b->head);
	if (transcript_split(w, t->command) == -1 ||
	    (dash != NULL && transcript_split(w, dash) == -1))
		return transcript_fault(t, b->line, "a word has no end");
	options_parse(&o, w->argc, w->argv, NULL, &e);
	if ((s = transcript_stage(t, &o, &e)) != NULL) {
		rc = judge(t, &o, &s->f, format, &terminal, out, seen);
		transcript_leave(s);
	}
	options_free(&o);
	return rc;
}

int
transcript_show(struct transcript *t, const struct transcript_block *b,
    struct buf *out, bool *seen)
{
	struct transcript_words w = { .argc = 0 };
	int rc = show(t, b, &w, out, seen);

	transcript_free_words(&w);
	return t->fault[0] == '\0' ? rc : -1;
}
