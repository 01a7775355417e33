#include "oauth2/fingerprint.h"

#include <inttypes.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/wipe.h"

enum { HEX_MAX = 2 * EVP_MAX_MD_SIZE + 1, SALT = 16, TEXT_MAX = 256 * 1024 };

static void
add(struct buf *b, const char *s)
{
	buf_addf(b, "%zu:", s != NULL ? strlen(s) : 0);
	buf_adds(b, s != NULL ? s : "");
}

/* A file by its name and what changes when it is written. */
static void
add_file(struct buf *b, const char *path)
{
	struct stat st;

	add(b, path);
	if (path != NULL && stat(path, &st) == 0)
		buf_addf(b, "%ju.%ju.%jd.%ld;", (uintmax_t)st.st_ino,
		    (uintmax_t)st.st_size, (intmax_t)st.st_mtim.tv_sec,
		    st.st_mtim.tv_nsec);
}

static void
print_hex(char *out, const unsigned char *data, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		sprintf(out + 2 * i, "%02x", data[i]);
}

/* Returns false without memory. */
static bool
digest(char out[HEX_MAX], const char *salt, const struct account *a,
    const char *secret)
{
	unsigned char md[EVP_MAX_MD_SIZE];
	struct buf b = BUF_INIT(TEXT_MAX);
	unsigned n = 0;
	bool done;

	add(&b, salt);
	buf_addf(&b, "%d.%d;", (int)a->flow, (int)a->proof);
	add(&b, a->provider->name);
	add(&b, a->token_url);
	add(&b, a->client_id);
	add(&b, a->user);
	add(&b, a->scope);
	add_file(&b, a->certificate);
	add_file(&b, a->key);
	add_file(&b, a->service_account);
	add(&b, secret);
	done = !b.failed &&
	    EVP_Digest(b.data, b.len, md, &n, EVP_sha256(), NULL) == 1;
	buf_free(&b);
	if (done)
		print_hex(out, md, n);
	return done;
}

void
fingerprint_take(struct record *r, const struct account *a, const char *secret)
{
	unsigned char random[SALT];
	char salt[2 * SALT + 1], hex[HEX_MAX];

	wipe_free(r->salt);
	wipe_free(r->fingerprint);
	r->salt = r->fingerprint = NULL;
	if (getentropy(random, sizeof random) == -1)
		return;
	print_hex(salt, random, sizeof random);
	if (!digest(hex, salt, a, secret))
		return;
	r->salt = strdup(salt);
	r->fingerprint = strdup(hex);
	if (r->salt != NULL && r->fingerprint != NULL)
		return;
	wipe_free(r->salt);
	wipe_free(r->fingerprint);
	r->salt = r->fingerprint = NULL;
}

bool
fingerprint_is(
    const struct record *r, const struct account *a, const char *secret)
{
	char hex[HEX_MAX];

	/* Who cannot tell does not ask again. */
	return r->salt != NULL && r->fingerprint != NULL &&
	    (!digest(hex, r->salt, a, secret) ||
		strcmp(hex, r->fingerprint) == 0);
}
