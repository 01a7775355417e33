#include "tests/unit/scene.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"

void
scene_play(struct scene *s, const char *text)
{
	struct buf b = BUF_INIT(1024 * 1024);

	assert_int_equal(buf_addf(&b, "# scene\n%s\nEND none\n", text), 0);
	if (dialogue_parse(&s->d, b.data, b.len) == -1)
		fail_msg("%s", s->d.fault);
	buf_free(&b);
	if (play_begin(&s->p, &s->d, PLAY_WHOLE) == -1 ||
	    play_steps(&s->p, 0, s->d.step_count) == -1)
		fail_msg("%s", s->p.fault);
	s->f = smtp_client_facts(s->p.c);
}

void
scene_finish(struct scene *s)
{
	play_free(&s->p);
	dialogue_free(&s->d);
}

void
scene_expect_output(struct scene *s, const char *line)
{
	const char *out;
	size_t len;

	assert_int_equal(smtp_client_want(s->p.c), SMTP_WANT_WRITE);
	out = smtp_client_output(s->p.c, &len);
	assert_int_equal(len, strlen(line));
	assert_memory_equal(out, line, len);
	smtp_client_sent(s->p.c, len);
}

void
scene_expect_end(struct scene *s, enum smtp_outcome outcome)
{
	assert_int_equal(smtp_client_want(s->p.c), SMTP_END);
	assert_string_equal(
	    dialogue_condition(s->f->outcome), dialogue_condition(outcome));
}
