/*
 * scene.h - a dialogue up to some point, written in the test itself, to look
 * at what the machine knows then.  Whatever is wrong fails the test.
 */

#ifndef TESTS_UNIT_SCENE_H
#define TESTS_UNIT_SCENE_H

#include "smtp_client.h"
#include "tests/unit/dialogue.h"
#include "tests/unit/play.h"

struct scene {
	struct dialogue d;
	struct play p;
	const struct smtp_facts *f;
};

/* Play what dialogue.h describes, without first comment and END. */
void scene_play(struct scene *s, const char *text);

void scene_finish(struct scene *s);

/* It wants to send this, CRLF included; it is sent. */
void scene_expect_output(struct scene *s, const char *line);

void scene_expect_end(struct scene *s, enum smtp_outcome outcome);

#endif
