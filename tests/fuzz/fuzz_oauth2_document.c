/*
 * fuzz_oauth2_document.c - what a token endpoint says, and what is then said
 * of it.  Input: a byte that chooses the status, then the body.
 */

#include <string.h>

#include "oauth2/document.h"
#include "oauth2/json.h"
#include "oauth2/remedy.h"
#include "tests/fuzz/fuzz.h"

static const long statuses[] = { 200, 400, 401, 403, 429, 500, 302, 0 };

static void
check_token(const char *s)
{
	for (; s != NULL && *s != '\0'; s++)
		MUST(*s > ' ' && *s <= '~');
}

static void
check_text(const char *s)
{
	for (; *s != '\0'; s++)
		MUST(*s >= ' ' && *s <= '~' && *s != '|');
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const secret = "secret-0123456789";
	struct response r = { .retry_after = -1 };
	struct failure f = { .class = FAILURE_NONE };
	struct document d;
	char why[128] = "";
	int rc;

	if (size < 1)
		return 0;
	json_guard_memory();
	r.status = statuses[data[0] % 8];
	r.retry_after = data[0] / 8 - 1;
	rc = document_read(
	    &d, (const char *)data + 1, size - 1, why, sizeof why);
	MUST((rc == 0) == (why[0] == '\0'));
	check_text(why);
	check_token(d.access_token);
	MUST(rc == 0 || (d.access_token == NULL && d.error == NULL));
	MUST(d.expires_in >= -1 && d.expires_in <= 1000000000);
	remedy_explain(
	    &f, "microsoft", "bob", &r, rc == 0 ? &d : NULL, &secret, 1);
	MUST(f.class != FAILURE_NONE && f.text[0] != '\0');
	check_text(f.text);
	check_text(f.remedy);
	check_text(f.error);
	check_text(f.code);
	MUST(strstr(f.text, "0123456789") == NULL ||
	    strstr(f.text, "secret-0123456789") == NULL);
	document_free(&d);
	return 0;
}
