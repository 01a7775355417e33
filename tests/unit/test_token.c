/* The claims of a token: what is read, and what is left alone. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/base64.h"
#include "base/buf.h"
#include "secret/token.h"

#define COUNT(a) (sizeof(a) / sizeof(a)[0])

enum { SILENT = -1 }; /* no date: none in it, or it is opaque */

static const char HEAD[] = "eyJhbGciOiJSUzI1NiJ9";

static void
add_segment(struct buf *b, const char *text, size_t len)
{
	size_t from = b->len;

	assert_int_equal(base64_encode(b, text, len), 0);
	for (; from < b->len; from++)
		if (b->data[from] == '+')
			b->data[from] = '-';
		else if (b->data[from] == '/')
			b->data[from] = '_';
	while (b->data[b->len - 1] == '=')
		buf_truncate(b, b->len - 1);
}

/* The token with these claims. */
static struct token
read_claims(const char *claims, size_t len)
{
	struct buf b = BUF_INIT(1024 * 1024);
	struct token t;

	assert_int_equal(buf_addf(&b, "%s.", HEAD), 0);
	add_segment(&b, claims, len);
	assert_int_equal(buf_adds(&b, ".c2ln-_"), 0);
	assert_int_equal(token_read(&t, b.data, b.len), 0);
	buf_free(&b);
	return t;
}

static void
expect_expiry(const char *what, struct token t, int64_t expected)
{
	int64_t seen = t.has_expiry ? t.expires_at : SILENT;

	if (seen != expected)
		fail_msg("%s: %lld", what, (long long)seen);
}

static const struct {
	const char *what;
	const char *claims;
	int64_t expected;
} dates[] = {
	{ "integer", "{\"exp\":1700000000}", 1700000000 },
	{ "among others",
	    "{\"a\":{\"exp\":1},\"b\":[{\"exp\":2}],\"exp\":3,\"c\":\"exp\"}",
	    3 },
	{ "blanks", " {\t\"exp\"\r:\n7 , \"a\" : [ ] } ", 7 },
	{ "fraction", "{\"exp\":1700000000.999}", 1700000000 },
	{ "less than a second", "{\"exp\":0.5}", 0 },
	{ "exponent", "{\"exp\":1.7e9}", 1700000000 },
	{ "exponent with plus", "{\"exp\":17E+8}", 1700000000 },
	{ "exponent with minus", "{\"exp\":17000000005e-1}", 1700000000 },
	{ "0", "{\"exp\":0}", 0 },
	{ "0 with an endless exponent",
	    "{\"exp\":0e99999999999999999999999999}", 0 },
	{ "next to nothing", "{\"exp\":1e-99999999999999999999999}", 0 },
	{ "many digits", "{\"exp\":1700000000.00000000000000000000000001}",
	    1700000000 },
	{ "many digits and an exponent",
	    "{\"exp\":170000000000000000000000000e-17}", 1700000000 },
	{ "zeros first", "{\"exp\":0.0000000000000000000000017e33}",
	    1700000000 },
	{ "the last second", "{\"exp\":253402300799}", 253402300799 },
	{ "beyond it", "{\"exp\":253402300800}", SILENT },
	{ "beyond int64_t", "{\"exp\":9223372036854775808}", SILENT },
	{ "far beyond it", "{\"exp\":1e400}", SILENT },
	{ "an endless exponent", "{\"exp\":1e99999999999999999999}", SILENT },
	{ "negative", "{\"exp\":-1}", SILENT },
	{ "a string", "{\"exp\":\"1700000000\"}", SILENT },
	{ "null", "{\"exp\":null}", SILENT },
	{ "a list", "{\"exp\":[1700000000]}", SILENT },
	{ "none", "{\"iat\":1700000000}", SILENT },
	{ "nothing", "{}", SILENT },
	{ "another case", "{\"EXP\":1}", SILENT },
	{ "a longer key", "{\"exp \":1}", SILENT },
	{ "a key with NUL", "{\"exp\\u0000\":1}", SILENT },
	{ "an escaped key", "{\"\\u0065x\\u0070\":9}", 9 },
	{ "hex in capitals", "{\"a\":\"\\u00fF\\uABCD\",\"exp\":9}", 9 },
	{ "another letter's lower half", "{\"\\u0165xp\":9}", SILENT },
	{ "every escape", "{\"\\\"\\\\\\/\\b\\f\\n\\r\\t\":1,\"exp\":9}", 9 },
	{ "surrogates", "{\"\\ud83d\\ude00\":\"\\ude00\",\"exp\":9}", 9 },
	{ "UTF-8", "{\"\xc3\xbc\":\"\xf0\x9f\x98\x80\",\"exp\":9}", 9 },
	{ "twice: the last", "{\"exp\":1,\"exp\":2}", 2 },
	{ "twice: then no date", "{\"exp\":1,\"exp\":\"2\"}", SILENT },
	{ "every kind", "{\"a\":true,\"b\":false,\"c\":null,\"exp\":9}", 9 },
	{ "empty", "", SILENT },
	{ "a list of claims", "[{\"exp\":1}]", SILENT },
	{ "a bare number", "1700000000", SILENT },
	{ "something behind", "{\"exp\":1}x", SILENT },
	{ "two objects", "{\"exp\":1}{}", SILENT },
	{ "a comma too many", "{\"exp\":1,}", SILENT },
	{ "a comma in a list", "{\"exp\":1,\"a\":[1,]}", SILENT },
	{ "a comma first", "{,\"exp\":1}", SILENT },
	{ "no colon", "{\"exp\" 1}", SILENT },
	{ "no value", "{\"exp\":}", SILENT },
	{ "no key", "{exp:1}", SILENT },
	{ "the wrong bracket", "{\"exp\":1,\"a\":[1}]", SILENT },
	{ "0 before a digit", "{\"exp\":01}", SILENT },
	{ "plus", "{\"exp\":+1}", SILENT },
	{ "minus alone", "{\"exp\":-}", SILENT },
	{ "no fraction", "{\"exp\":1.}", SILENT },
	{ "nothing before the point", "{\"exp\":.5}", SILENT },
	{ "no exponent", "{\"exp\":1e}", SILENT },
	{ "no exponent behind a sign", "{\"exp\":1e+}", SILENT },
	{ "hex", "{\"exp\":0x10}", SILENT },
	{ "a word of another tongue", "{\"exp\":1,\"a\":True}", SILENT },
	{ "half a word", "{\"exp\":1,\"a\":nul}", SILENT },
	{ "an unknown escape", "{\"exp\":1,\"a\":\"\\x41\"}", SILENT },
	{ "no hex", "{\"exp\":1,\"a\":\"\\u00g0\"}", SILENT },
	{ "a line end in a string", "{\"exp\":1,\"a\":\"\n\"}", SILENT },
	{ "a byte order mark", "\xef\xbb\xbf{\"exp\":1}", SILENT },
};

static void
test_dates(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(dates); i++)
		expect_expiry(dates[i].what,
		    read_claims(dates[i].claims, strlen(dates[i].claims)),
		    dates[i].expected);
	expect_expiry(
	    "NUL", read_claims("{\"exp\":1,\"a\":\"\0\"}", 17), SILENT);
	expect_expiry("NUL behind", read_claims("{\"exp\":1}\0", 10), SILENT);
}

#define GRAPH "\"https://graph.microsoft.com\""
#define MAIL "\"https://outlook.office365.com\""

static const struct {
	const char *what;
	const char *claims;
	bool elsewhere;
} audiences[] = {
	{ "Graph", "{\"aud\":" GRAPH "}", true },
	{ "with a slash", "{\"aud\":\"https:\\/\\/graph.microsoft.com/\"}",
	    true },
	{ "with two", "{\"aud\":\"https://management.core.windows.net//\"}",
	    true },
	{ "by number", "{\"aud\":\"00000003-0000-0000-c000-000000000000\"}",
	    true },
	{ "escaped", "{\"a\\u0075d\":\"https://gr\\u0061ph.microsoft.com\"}",
	    true },
	{ "in a list", "{\"aud\":[" GRAPH "]}", true },
	{ "two of them", "{\"aud\":[" GRAPH ", \"https://vault.azure.net\"]}",
	    true },
	{ "Exchange Online", "{\"aud\":" MAIL "}", false },
	{ "by its number", "{\"aud\":\"00000002-0000-0ff1-ce00-000000000000\"}",
	    false },
	{ "one of them takes mail", "{\"aud\":[" GRAPH "," MAIL "]}", false },
	{ "one is nobody known", "{\"aud\":[\"account\"," GRAPH "]}", false },
	{ "one is no string", "{\"aud\":[" GRAPH ",1]}", false },
	{ "one is a list", "{\"aud\":[[" GRAPH "]]}", false },
	{ "nobody known", "{\"aud\":\"account\"}", false },
	{ "one's own", "{\"aud\":\"https://mail.example.org\"}", false },
	{ "longer", "{\"aud\":\"https://graph.microsoft.com.example.org\"}",
	    false },
	{ "shorter", "{\"aud\":\"https://graph.microsoft.co\"}", false },
	{ "empty", "{\"aud\":\"\"}", false },
	{ "slashes", "{\"aud\":\"//\"}", false },
	{ "an empty list", "{\"aud\":[]}", false },
	{ "no string", "{\"aud\":7}", false },
	{ "an object", "{\"aud\":{\"aud\":" GRAPH "}}", false },
	{ "deeper", "{\"a\":{\"aud\":" GRAPH "}}", false },
	{ "none", "{}", false },
	{ "twice: the last", "{\"aud\":" GRAPH ",\"aud\":" MAIL "}", false },
	{ "twice: the last of another kind",
	    "{\"aud\":[" MAIL "],\"aud\":" GRAPH "}", true },
	{ "broken behind it", "{\"aud\":" GRAPH ",}", false },
};

static void
test_audiences(void **state)
{
	struct token t;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(audiences); i++) {
		t = read_claims(
		    audiences[i].claims, strlen(audiences[i].claims));
		if (t.is_for_elsewhere != audiences[i].elsewhere)
			fail_msg("%s", audiences[i].what);
	}
}

static const struct {
	const char *what;
	const char *text;
	int64_t expected;
} shapes[] = {
	{ "signed", "eyJ9.eyJleHAiOjF9.c2ln", 1 },
	{ "unsigned", "eyJ9.eyJleHAiOjF9.", 1 },
	{ "opaque", "ya29.a0AfH6SMBx", SILENT },
	{ "one segment", "eyJleHAiOjF9", SILENT },
	{ "two segments", "eyJ9.eyJleHAiOjF9", SILENT },
	{ "four segments", "eyJ9.eyJleHAiOjF9.c2ln.c2ln", SILENT },
	{ "encrypted", "eyJ9.eyJleHAiOjF9.a.b.c", SILENT },
	{ "no head", ".eyJleHAiOjF9.c2ln", SILENT },
	{ "no claims", "eyJ9..c2ln", SILENT },
	{ "dots", "..", SILENT },
	{ "one dot", ".", SILENT },
	{ "nothing", "", SILENT },
	{ "padded", "eyJ9.eyJleHAiOjF9IA==.c2ln", SILENT },
	{ "not base64", "eyJ9.eyJleHAiOjF9!.c2ln", SILENT },
	{ "plain base64", "eyJ9.eyJ+eHAiOjF9.c2ln", SILENT },
	{ "a length that no octets have", "eyJ9.eyJleHAiOjF9I.c2ln", SILENT },
	{ "a head of such a length", "eyJ9e.eyJleHAiOjF9.c2ln", SILENT },
	{ "a blank", "eyJ9. eyJleHAiOjF9.c2ln", SILENT },
};

static void
test_shapes(void **state)
{
	struct token t;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(shapes); i++) {
		assert_int_equal(
		    token_read(&t, shapes[i].text, strlen(shapes[i].text)), 0);
		expect_expiry(shapes[i].what, t, shapes[i].expected);
	}
}

/* Cut short the claims are broken, and so is every token. */
static void
test_prefixes(void **state)
{
	static const char claims[] =
	    "{\"aud\":[" GRAPH
	    "],\"a\":[{},[1.5e-3,-0],\"\\u00e4\\\"\",true,null],"
	    "\"exp\":1700000000}";
	static const char text[] = "eyJ9.eyJleHAiOjF9.c2ln";
	struct token t = read_claims(claims, strlen(claims));
	size_t n, dot = (size_t)(strrchr(text, '.') - text);

	(void)state;
	assert_true(t.has_expiry && t.is_for_elsewhere);
	for (n = 0; n < strlen(claims); n++) {
		t = read_claims(claims, n);
		expect_expiry("claims cut short", t, SILENT);
		assert_false(t.is_for_elsewhere);
	}
	for (n = 0; n <= dot; n++) {
		assert_int_equal(token_read(&t, text, n), 0);
		expect_expiry("token cut short", t, SILENT);
	}
}

static void
test_depth(void **state)
{
	struct buf b = BUF_INIT(TOKEN_MAX);
	int depth, i;

	(void)state;
	/* The object of the claims is the first level. */
	for (depth = 0; depth < 2 * TOKEN_DEPTH_MAX; depth++) {
		buf_truncate(&b, 0);
		assert_int_equal(buf_adds(&b, "{\"exp\":1,\"a\":"), 0);
		for (i = 0; i < depth; i++)
			buf_adds(&b, i % 2 ? "[" : "{\"a\":");
		assert_int_equal(buf_adds(&b, "0"), 0);
		for (i = depth; i-- > 0;)
			buf_addc(&b, i % 2 ? ']' : '}');
		buf_addc(&b, '}');
		expect_expiry("nested", read_claims(b.data, b.len),
		    depth < TOKEN_DEPTH_MAX ? 1 : SILENT);
	}
	buf_truncate(&b, 0);
	for (i = 0; i < 40000; i++)
		assert_int_equal(buf_addc(&b, '['), 0);
	expect_expiry("an abyss", read_claims(b.data, b.len), SILENT);
	buf_free(&b);
}

static void
test_length(void **state)
{
	struct buf b = BUF_INIT(TOKEN_MAX + 1);
	struct token t;

	(void)state;
	assert_int_equal(buf_adds(&b, "eyJ9.eyJleHAiOjF9."), 0);
	while (b.len < TOKEN_MAX)
		assert_int_equal(buf_addc(&b, 'A'), 0);
	/* A signature of 4n + 1 characters there is not. */
	while ((b.len - 18) % 4 == 1)
		buf_truncate(&b, b.len - 1);
	assert_int_equal(token_read(&t, b.data, b.len), 0);
	expect_expiry("long", t, 1);
	while (b.len <= TOKEN_MAX)
		assert_int_equal(buf_addc(&b, 'A'), 0);
	assert_int_equal(token_read(&t, b.data, b.len), 0);
	expect_expiry("too long", t, SILENT);
	buf_free(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_dates),
		cmocka_unit_test(test_audiences),
		cmocka_unit_test(test_shapes),
		cmocka_unit_test(test_prefixes),
		cmocka_unit_test(test_depth),
		cmocka_unit_test(test_length),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
