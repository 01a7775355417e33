/* transcript_internal.h - what the parts of transcript.h share. */

#ifndef TESTS_UNIT_TRANSCRIPT_INTERNAL_H
#define TESTS_UNIT_TRANSCRIPT_INTERNAL_H

#include "check/facts.h"
#include "check/settings.h"
#include "tests/unit/transcript.h"

struct transcript_scene {
	struct transcript *t;
	const struct settings *asked;
	struct facts f;
	struct buf secret;
	struct censor *censor;
	bool no_memory; /* for the dialogue */
	struct smtp_facts smtp;
	/* The dialogue, and the phases that it went through. */
	struct smtp_client *c;
	struct sasl_creds creds;
	const char *commands[SETTINGS_LIST_MAX];
	struct buf said; /* the last line of ours in the trace */
	enum phase phase;
	enum phase passed[FACTS_SPANS_MAX];
	size_t passed_count;
};

/* Each returns 0, or -1 with the fault set. */

/* Take the facts from the keys, the server's behaviour too. */
int transcript_take_keys(struct transcript_scene *s);

/* The same for one key of the server's certificate; 1: it is none of them. */
int transcript_take_tls(
    struct transcript_scene *s, const char *key, const char *value);

/* A good server's. */
void transcript_good_tls(struct tls_facts *t);

/* "2026-03-01 10:00", UTC, at the beginning of text; -1: it is none. */
int64_t transcript_date(const char *text);

/* Play the dialogue, if there was a connection, and see that it is over. */
int transcript_play(struct transcript_scene *s);

#endif
