/* What a transcript says of TLS and of the server's certificate. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <openssl/x509_vfy.h>

#include "net/tls_pin.h"
#include "tests/unit/transcript_internal.h"

int64_t
transcript_date(const char *text)
{
	struct tm tm = { .tm_isdst = 0 };
	const char *end = strptime(text, "%Y-%m-%d %H:%M", &tm);

	return end != NULL ? (int64_t)timegm(&tm) : -1;
}

void
transcript_good_tls(struct tls_facts *t)
{
	size_t i;

	*t = (struct tls_facts){ .version = "TLSv1.3",
		.cipher = "TLS_AES_256_GCM_SHA384",
		.has_certificate = true,
		.subject = "CN=mail.example.org",
		.issuer = "CN=Example Issuing CA,O=Example",
		.not_after = transcript_date("2026-05-30 12:00"),
		.has_san = true,
		.names = { "mail.example.org" },
		.name_count = 1,
		.chain_judged = true,
		.from_store_at = TLS_CHAIN_MAX };
	for (i = 0; i < sizeof t->pin; i++)
		t->pin[i] = (unsigned char)i;
}

static bool
take_names(struct tls_facts *t, const char *value)
{
	size_t n;

	t->name_count = 0;
	t->has_san = strcmp(value, "no subjectAltName") != 0;
	if (!t->has_san || strcmp(value, "none") == 0)
		return true;
	for (; *value != '\0'; value += n) {
		value += strspn(value, ", ");
		n = strcspn(value, ",");
		if (t->name_count == TLS_NAMES_MAX)
			return false;
		snprintf(t->names[t->name_count++], sizeof t->names[0], "%.*s",
		    (int)n, value);
	}
	return t->name_count > 0;
}

static const struct {
	const char *word;
	int error;
	enum tls_fault_kind kind;
} faults[] = {
	{ "self-signed ", X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT,
	    TLS_FAULT_UNTRUSTED },
	{ "root ", X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN, TLS_FAULT_UNTRUSTED },
	{ "weak-key ", X509_V_ERR_EE_KEY_TOO_SMALL, TLS_FAULT_UNTRUSTED },
	{ "weak-signature ", X509_V_ERR_CA_MD_TOO_WEAK, TLS_FAULT_UNTRUSTED },
	{ "purpose ", X509_V_ERR_INVALID_PURPOSE, TLS_FAULT_UNTRUSTED },
	{ "names ", X509_V_ERR_PERMITTED_VIOLATION, TLS_FAULT_UNTRUSTED },
	{ "no-ca ", X509_V_ERR_INVALID_CA, TLS_FAULT_UNTRUSTED },
	{ "altered ", X509_V_ERR_CERT_SIGNATURE_FAILURE, TLS_FAULT_UNTRUSTED },
	{ "no-issuer ", X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY,
	    TLS_FAULT_UNTRUSTED },
	{ "expired ", X509_V_ERR_CERT_HAS_EXPIRED, TLS_FAULT_EXPIRED },
	{ "not-yet-valid ", X509_V_ERR_CERT_NOT_YET_VALID,
	    TLS_FAULT_NOT_YET_VALID },
};

/* "DATE SUBJECT" or "SUBJECT". */
static bool
take_dated(const char *value, bool dated, int64_t *when, char subject[256])
{
	const size_t length = strlen("2026-03-01 10:00 ");

	if (dated) {
		if ((*when = transcript_date(value)) == -1 ||
		    strlen(value) < length)
			return false;
		value += length;
	}
	snprintf(subject, 256, "%s", value);
	return true;
}

/* As the verification notes it: of each kind the first one decides. */
static bool
add_fault(struct tls_facts *t, struct tls_fault fault, enum tls_fault_kind kind)
{
	if (t->first[kind].error == 0)
		t->first[kind] = fault;
	if (fault.depth == 0 && t->leaf[kind].error == 0)
		t->leaf[kind] = fault;
	if (t->fault_count == TLS_FAULTS_MAX)
		return false;
	t->faults[t->fault_count++] = fault;
	return true;
}

static bool
take_fault(struct tls_facts *t, const char *value)
{
	static const char here[] = "here ", by[] = " by ";
	struct tls_fault fault = { .error = 0 };
	char *word, *issuer;
	size_t i, n;

	fault.depth = (int)strtol(value, &word, 10);
	word += strspn(word, " ");
	if (strncmp(word, here, strlen(here)) == 0) {
		t->from_store_at = fault.depth;
		word += strlen(here);
	}
	for (i = 0; i < sizeof faults / sizeof faults[0]; i++) {
		n = strlen(faults[i].word);
		if (strncmp(word, faults[i].word, n) != 0)
			continue;
		fault.error = faults[i].error;
		if (!take_dated(word + n, faults[i].kind != TLS_FAULT_UNTRUSTED,
			&fault.when, fault.subject))
			return false;
		if ((issuer = strstr(fault.subject, by)) != NULL) {
			*issuer = '\0';
			snprintf(fault.issuer, sizeof fault.issuer, "%s",
			    strstr(word, by) + strlen(by));
		}
		return add_fault(t, fault, faults[i].kind);
	}
	return false;
}

static bool
take_chain(struct tls_facts *t, const char *value)
{
	size_t i = t->chain_count;

	if (i == TLS_CHAIN_MAX)
		return false;
	t->chain_count++;
	return take_dated(
	    value, true, &t->chain[i].not_after, t->chain[i].subject);
}

/* "none FOLDER", "empty FOLDER", "unhashed FOLDER". */
static bool
take_folder(struct tls_facts *t, const char *value)
{
	static const char *const words[] = { [TLS_ROOTS_NONE] = "none ",
		[TLS_ROOTS_EMPTY] = "empty ",
		[TLS_ROOTS_UNHASHED] = "unhashed " };
	int i;

	for (i = TLS_ROOTS_NONE; i <= TLS_ROOTS_UNHASHED; i++)
		if (strncmp(value, words[i], strlen(words[i])) == 0) {
			t->roots = (enum tls_roots)i;
			snprintf(t->roots_folder, sizeof t->roots_folder, "%s",
			    value + strlen(words[i]));
			return true;
		}
	return false;
}

/* "ends: DATE SUBJECT": of the path verified, an issuer that ends first. */
static bool
take_ends(struct tls_facts *t, const char *value)
{
	t->ends_first.depth = 1;
	return take_dated(
	    value, true, &t->ends_first.not_after, t->ends_first.subject);
}

static bool
take_words(struct tls_facts *t, const char *value)
{
	return sscanf(value, "%15s %63s", t->version, t->cipher) == 2;
}

static bool
take_text(char *to, size_t size, const char *value)
{
	return snprintf(to, size, "%s", value) < (int)size;
}

int
transcript_take_tls(
    struct transcript_scene *s, const char *key, const char *value)
{
	struct tls_facts *t = &s->f.tls;
	bool good;

	if (strcmp(key, "tls") == 0)
		good = take_words(t, value);
	else if (strcmp(key, "certificate") == 0)
		good = !(t->has_certificate = strcmp(value, "none") != 0);
	else if (strcmp(key, "subject") == 0)
		good = take_text(t->subject, sizeof t->subject, value);
	else if (strcmp(key, "issuer") == 0)
		good = take_text(t->issuer, sizeof t->issuer, value);
	else if (strcmp(key, "until") == 0)
		good = (t->not_after = transcript_date(value)) != -1;
	else if (strcmp(key, "names") == 0)
		good = take_names(t, value);
	else if (strcmp(key, "key") == 0)
		good = tls_pin_parse(value, t->pin) == 0;
	else if (strcmp(key, "fault") == 0)
		good = take_fault(t, value);
	else if (strcmp(key, "chain") == 0)
		good = take_chain(t, value);
	else if (strcmp(key, "names in all") == 0)
		good = (t->name_total = strtoul(value, NULL, 10)) > 0;
	else if (strcmp(key, "client certificate") == 0)
		good = t->client_cert_requested = strcmp(value, "asked") == 0;
	else if (strcmp(key, "oldest") == 0)
		good = t->wants_1_3 = strcmp(value, "TLSv1.3") == 0;
	else if (strcmp(key, "roots in") == 0)
		good = take_folder(t, value);
	else if (strcmp(key, "ends") == 0)
		good = take_ends(t, value);
	else if (strcmp(key, "roots") == 0)
		good = take_text(t->roots_error, sizeof t->roots_error, value);
	else
		return 1;
	return good ? 0 : -1;
}
