/*
 * transcript.h - the files of tests/transcripts: what one check saw, and all
 * that is then said of it.  One file is one situation:
 *
 *	# comment               the first line says what is shown
 *	$ check_smtp_auth ...   the command line; what stands in '...' may hold
 *	                        blanks and \r \n \t \\ \xHH
 *	key: value              facts, as below
 *	S: R: C: TLS CLOSE      the dialogue, as in dialogue.h, but that C: is
 *	                        what the trace shows, and so holds no secret
 *	E: text                 the server sends 334 and text in base64
 *	== FORMAT OPTIONS       the whole output in this format, with these
 *	                        options added to the command line; repeated
 *
 * FORMAT is text, json, openmetrics or "terminal COLUMNS [utf8] [colour]".
 * Of JSON, which is one line, each member is shown on a line of its own; an
 * escape character is shown as \e.
 *
 *	now: DATE               by the wall clock (2026-03-01 10:00, UTC)
 *	times: dns 1.5, ...     the phases as they followed each other, in
 *	                        milliseconds; without them nothing was begun
 *	address: ADDRESS        connected to
 *	tried: ADDRESS WHY      not: ECONNREFUSED and so on, or "no answer"
 *	AAAA:, A: ADDRESSES     "failed WHY"; empty: unanswered
 *	end: WHAT               complete, dns WHY, connect, timeout, tls; before
 *	                        there is a connection: secret, refused,
 *	                        unavailable, internal, late
 *	remedy: TEXT            what to do where no token was to be had
 *	hung in: WHAT           the deadline struck in what is no phase
 *	stream error: WHY       why the stream failed or was closed
 *	plaintext: TEXT         what was said in place of a handshake
 *	no memory: yes          for the dialogue
 *	output: FILE: WHY       the answer was not written
 *	token: JSON             the token is a JWT with these claims
 *	credential: DATE NAME   what the token is renewed with ends then
 *	secret length: N        the secret is that long
 *	readable: yes           others may read the secret's file
 *	held back: N DATE, DATE, REPLY
 *	                        refused so often since, until when, how
 *	unguarded: WHY          --guard did not work
 *	before: KIND TEXT       what an earlier check saw; repeated
 *	accepted: yes           and that it differs is accepted
 *	state: WHAT             what was wrong with what is remembered
 *
 * Of the server's certificate, where TLS was spoken, by default a good one:
 *
 *	tls: VERSION CIPHER
 *	certificate: none
 *	subject: issuer: TEXT
 *	until: DATE
 *	names: NAME, ...        "none", or "no subjectAltName"
 *	names in all: N         if there are more
 *	key: sha256//BASE64
 *	fault: DEPTH [here] KIND SUBJECT [by ISSUER]
 *	                        self-signed, no-issuer, root, weak-key,
 *	                        weak-signature, purpose, names, no-ca, altered;
 *	                        with a DATE before SUBJECT: expired,
 *	                        not-yet-valid; "here": it is one of the roots
 *	chain: DATE SUBJECT     repeated, as it was sent
 *	roots: FILE: WHY        roots that were not had
 *	roots in: WHAT FOLDER   none, empty, unhashed
 *	client certificate: asked       for by the server
 *	oldest: TLSv1.3         nothing older was offered to the server
 */

#ifndef TESTS_UNIT_TRANSCRIPT_H
#define TESTS_UNIT_TRANSCRIPT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "options/options.h"
#include "tests/unit/dialogue.h"
#include "verdict/verdict.h"

enum {
	TRANSCRIPT_KEYS = 48,
	TRANSCRIPT_BLOCKS = 24,
	TRANSCRIPT_WORDS = 64,
	TRANSCRIPT_TEXT_MAX = 1024 * 1024,
};

struct transcript_key {
	const char *key;
	const char *value;
	int line;
};

struct transcript_block {
	char *head; /* "text -v" */
	int line;
	const char *wanted;
	size_t len;
};

struct transcript {
	char *text;      /* what the pointers below point into */
	char *command;   /* behind "$ " */
	size_t head_len; /* bytes before the first block */
	struct transcript_key keys[TRANSCRIPT_KEYS];
	size_t key_count;
	struct dialogue d; /* the steps alone */
	struct transcript_block blocks[TRANSCRIPT_BLOCKS];
	size_t block_count;
	char fault[600]; /* the first thing wrong */
};

/*
 * Read text[0..len).  Returns 0, or -1 with t->fault set.  Release it with
 * transcript_free() in both cases.
 */
int transcript_parse(struct transcript *t, const char *text, size_t len);

void transcript_free(struct transcript *t);

/* Set the fault, unless there is one.  Returns -1. */
int transcript_fault(struct transcript *t, int line, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* A command line in memory that may be written to, as main() gets it. */
struct transcript_words {
	int argc;
	char *argv[TRANSCRIPT_WORDS + 1];
	char *owned[TRANSCRIPT_WORDS];
};

/* Append the words of text.  Returns 0, or -1 if there is no end to one. */
int transcript_split(struct transcript_words *w, const char *text);

void transcript_free_words(struct transcript_words *w);

struct transcript_scene;

/*
 * Let the check happen, as it is asked for by o, of which options_parse() made
 * e.  t and o are borrowed.  Returns NULL with t->fault set.
 */
struct transcript_scene *transcript_stage(
    struct transcript *t, const struct options *o, const struct err *e);

/* What it showed. */
const struct facts *transcript_facts(const struct transcript_scene *s);

void transcript_leave(struct transcript_scene *s);

/*
 * Append what a block should hold, and mark in seen[CONDITIONS] what was
 * found.  Returns 0, or -1 with t->fault set.
 */
int transcript_show(struct transcript *t, const struct transcript_block *b,
    struct buf *out, bool *seen);

#endif
