#include "smtp/scram_message.h"

#include <stdbool.h>
#include <string.h>

#include "base/base64.h"
#include "base/digest.h"
#include "base/text.h"

enum { SALT_MAX = 64 * 1024 }; /* no reply holds more */

struct attribute {
	char letter;
	const char *value;
	size_t len;
};

/* The attribute at *pos, up to a comma or the end; steps behind the comma. */
static bool
next_attribute(struct attribute *a, const char *text, size_t len, size_t *pos)
{
	const char *at = text + *pos, *comma;
	size_t n = len - *pos;

	if (*pos > len || n < 2 || at[1] != '=')
		return false;
	comma = memchr(at, ',', n);
	n = comma != NULL ? (size_t)(comma - at) : n;
	if (n < 2)
		return false;
	*a = (struct attribute){ at[0], at + 2, n - 2 };
	*pos += n + 1;
	return true;
}

/* Those of RFC 5802, 7: printable, without the comma. */
static bool
is_nonce(const char *text, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		if (text[i] < 0x21 || text[i] > 0x7e)
			return false;
	return true;
}

/* posit-number: no sign, no zero in front.  0 stands for what is none. */
static unsigned long
read_iterations(const struct attribute *a)
{
	unsigned long n = 0;
	size_t i;

	if (a->len == 0 || a->value[0] == '0')
		return 0;
	for (i = 0; i < a->len; i++) {
		if (!text_is_digit(a->value[i]))
			return 0;
		n = n * 10 + (unsigned long)(a->value[i] - '0');
		if (n > SCRAM_ITERATIONS_MAX)
			return n;
	}
	return n;
}

static const char *
take_nonce(
    struct scram_first *out, const struct attribute *a, const char *nonce)
{
	size_t n = strlen(nonce);

	out->nonce = a->value;
	out->nonce_len = a->len;
	if (a->len < n || memcmp(a->value, nonce, n) != 0)
		return "refuses: its nonce does not begin with ours";
	return is_nonce(a->value, a->len) ? NULL
					  : "refuses: its nonce is no text";
}

static const char *
take_salt(struct scram_first *out, const struct attribute *a)
{
	if (a->len == 0)
		return "refuses: there is no salt";
	if (base64_decode(&out->salt, a->value, a->len) == -1)
		return "refuses: its salt is no base64";
	return NULL;
}

static const char *
take_iterations(struct scram_first *out, const struct attribute *a)
{
	out->iterations = read_iterations(a);
	if (out->iterations == 0)
		return "refuses: the iterations are no number from 1 on";
	if (out->iterations > SCRAM_ITERATIONS_MAX)
		return "refuses: more than 2000000 iterations";
	return NULL;
}

/* What may follow is not understood, and need not be. */
static const char *
check_extensions(const char *text, size_t len, size_t pos)
{
	struct attribute a;

	while (pos <= len)
		if (!next_attribute(&a, text, len, &pos))
			return "refuses: it is no list of attributes";
	return NULL;
}

const char *
scram_message_first(
    struct scram_first *out, const char *nonce, const char *text, size_t len)
{
	struct attribute a;
	const char *why;
	size_t pos = 0;

	*out = (struct scram_first){ .salt = BUF_INIT(SALT_MAX) };
	if (!next_attribute(&a, text, len, &pos))
		return "refuses: it is no list of attributes";
	if (a.letter == 'm')
		return "refuses: it demands an extension (m=)";
	if (a.letter != 'r')
		return "refuses: there is no nonce";
	if ((why = take_nonce(out, &a, nonce)) != NULL)
		return why;
	if (!next_attribute(&a, text, len, &pos) || a.letter != 's')
		return "refuses: there is no salt";
	if ((why = take_salt(out, &a)) != NULL)
		return why;
	if (!next_attribute(&a, text, len, &pos) || a.letter != 'i')
		return "refuses: there is no number of iterations";
	if ((why = take_iterations(out, &a)) != NULL)
		return why;
	return check_extensions(text, len, pos);
}

enum scram_final
scram_message_final(
    const char *text, size_t len, const unsigned char *signature, size_t size)
{
	struct buf raw = BUF_INIT(SALT_MAX);
	struct attribute a;
	size_t pos = 0;
	bool right;

	if (!next_attribute(&a, text, len, &pos))
		return SCRAM_FINAL_OTHER;
	if (a.letter == 'e')
		return SCRAM_FINAL_ERROR;
	if (a.letter != 'v')
		return SCRAM_FINAL_OTHER;
	right = base64_decode(&raw, a.value, a.len) == 0 && raw.len == size &&
	    digest_is_equal(raw.data, signature, size);
	buf_free(&raw);
	return right ? SCRAM_FINAL_PROOF : SCRAM_FINAL_NO_PROOF;
}
