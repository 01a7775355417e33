#include "tests/unit/fetch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/loop.h"
#include "secret/fetch.h"

enum { NOT_YET = 1 };

static void
on_done(void *arg, int rc)
{
	assert_int_equal(*(int *)arg, NOT_YET);
	*(int *)arg = rc;
}

bool fetch_by_readers;

int
fetch_source(
    struct secret *s, const char *source, int64_t limit_us, struct err *e)
{
	struct secret_source parsed = { .kind = SECRET_NONE };
	struct loop *l = loop_new();
	struct secret_readers *r = NULL;
	struct secret_fetch *f;
	int rc = NOT_YET;

	assert_non_null(l);
	*e = (struct err){ .kind = ERR_NONE };
	assert_int_equal(secret_source_parse(source, &parsed, e), 0);
	f = secret_fetch_start(
	    l, &parsed, clock_now_us() + limit_us, s, e, on_done, &rc);
	assert_non_null(f);
	if (fetch_by_readers) {
		assert_non_null(r = secret_readers_new(l));
		secret_fetch_read_by(f, r);
	}
	assert_int_equal(rc, NOT_YET);
	while (rc == NOT_YET)
		assert_int_equal(loop_turn(l), 1);
	/* It waits for nothing any more. */
	assert_int_equal(loop_turn(l), 0);
	secret_fetch_free(f);
	secret_source_free(&parsed);
	secret_readers_free(r);
	loop_free(l);
	assert_int_equal(rc, e->kind == ERR_NONE ? 0 : -1);
	assert_true((s->value != NULL) == (rc == 0));
	return rc;
}
