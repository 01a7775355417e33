/* fuzz_redirect.c - what comes to the loopback port, and what is pasted. */

#include "signin/redirect.h"
#include "tests/fuzz/fuzz.h"

enum { PREFIXES_MAX = 1024 };

static void
check(struct redirect *r)
{
	struct failure f = { .class = FAILURE_NONE };
	int rc = redirect_judge(r, "https://issuer.example.org", true, &f);
	const char *s;

	MUST(!redirect_is_ours(r, "a state that nobody has guessed"));
	if (r->state != NULL)
		MUST(redirect_is_ours(r, r->state));
	MUST((rc == 0) == (f.class == FAILURE_NONE));
	if (rc == 0)
		MUST(r->code != NULL && r->code[0] != '\0' && r->iss != NULL &&
		    strcmp(r->iss, "https://issuer.example.org") == 0);
	for (s = f.text; *s != '\0'; s++)
		MUST(*s >= ' ' && *s <= '~' && *s != '|');
	redirect_free(r);
	MUST(r->code == NULL && r->state == NULL);
}

/* Of what is a request every beginning wants more, up to its end. */
static void
check_prefixes(const char *data, size_t size)
{
	struct redirect r;
	int rc, before = 0;
	size_t n;

	for (n = 0; n < size && size < PREFIXES_MAX; n++) {
		rc = redirect_read_request(&r, data, n);
		MUST(rc == before || (rc == 1 && before == 0));
		if (rc == 1)
			redirect_free(&r);
		before = rc;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct redirect r;

	if (redirect_read_request(&r, (const char *)data, size) == 1) {
		check_prefixes((const char *)data, size);
		check(&r);
	}
	if (redirect_read_url(&r, (const char *)data, size) == 0)
		check(&r);
	return 0;
}
