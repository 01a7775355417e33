#include "net/tls_trust.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/err.h>
#include <openssl/pem.h>

#include "base/library_memory.h"
#include "base/text.h"
#include "net/tls_error.h"

static int
add_directory(X509_STORE *store, const char *path)
{
	X509_LOOKUP *lookup =
	    X509_STORE_add_lookup(store, X509_LOOKUP_hash_dir());

	if (lookup == NULL ||
	    X509_LOOKUP_add_dir(lookup, path, X509_FILETYPE_PEM) != 1)
		return -1;
	return 0;
}

/* What stands between the certificates is passed over, and nobody is asked. */
static int
no_pass_phrase(char *buf, int size, int writing, void *arg)
{
	(void)buf;
	(void)size;
	(void)writing;
	(void)arg;
	return -1;
}

/*
 * As X509_STORE_load_file() does it, which gives up where a key with a pass
 * phrase stands beside the certificates.  Returns whether there was one.
 */
static bool
load_certificates(X509_STORE *store, const char *file)
{
	BIO *bio = BIO_new_file(file, "r");
	bool found = false, ok = bio != NULL;
	X509 *cert;

	while (ok &&
	    (cert = PEM_read_bio_X509_AUX(bio, NULL, no_pass_phrase, NULL)) !=
		NULL) {
		ok = X509_STORE_add_cert(store, cert) == 1;
		found = found || ok;
		X509_free(cert);
	}
	/* The end of the file is no error if there was one before it. */
	ok = ok && found && ERR_GET_LIB(ERR_peek_last_error()) == ERR_LIB_PEM &&
	    ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
	if (ok)
		ERR_clear_error();
	BIO_free(bio);
	return ok;
}

static const char *
from_environment(const char *name, const char *otherwise)
{
	const char *value = secure_getenv(name);

	return value != NULL && value[0] != '\0' ? value : otherwise;
}

static int
check_directory(const char *path, struct err *e)
{
	struct stat st;

	if (strchr(path, ':') != NULL)
		return err_set(e, ERR_USAGE,
		    "%s: OpenSSL takes the colon for the end of a path; give "
		    "another path, such as a link",
		    path);
	if (stat(path, &st) == 0 && !S_ISDIR(st.st_mode))
		errno = ENOTDIR;
	else if (access(path, R_OK | X_OK) == 0)
		return 0;
	return err_set(e, ERR_USAGE,
	    "%s: %s; give a directory made "
	    "by openssl rehash",
	    path, strerror(errno));
}

/* Not by opening it: it may be a pipe. */
static int
check_file(const char *path, struct err *e)
{
	struct stat st;

	if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
		errno = EISDIR;
	else if (access(path, R_OK) == 0)
		return 0;
	return err_set(e, ERR_USAGE, "%s: %s", path, strerror(errno));
}

static int
load_roots(X509_STORE *store, const char *file, struct err *e)
{
	if (load_certificates(store, file))
		return 0;
	if (check_file(file, e) == -1) {
		ERR_clear_error();
		return -1;
	}
	return tls_error_refuse(
	    e, file, "no certificate in it; give a PEM file");
}

/* Which of the two is at fault, if one is. */
static int
check_given(const struct tls_settings *s, enum tls_file *culprit, struct err *e)
{
	*culprit = TLS_FILE_CA_PATH;
	if (s->ca_path != NULL && check_directory(s->ca_path, e) == -1)
		return -1;
	*culprit = TLS_FILE_CA_FILE;
	if (s->ca_file != NULL && check_file(s->ca_file, e) == -1)
		return -1;
	*culprit = TLS_FILE_NONE;
	return 0;
}

int
tls_trust_init(struct tls_trust *t, X509_STORE *store,
    const struct tls_settings *s, enum tls_file *culprit, struct err *e)
{
	const char *dir = s->ca_path, *file = s->ca_file;

	*t = (struct tls_trust){ .store = store };
	if (dir == NULL && file != NULL) {
		*culprit = TLS_FILE_CA_FILE;
		return load_roots(store, file, e);
	}
	if (check_given(s, culprit, e) == -1)
		return -1;
	if (file == NULL && dir == NULL) {
		dir = from_environment(X509_get_default_cert_dir_env(),
		    X509_get_default_cert_dir());
		file = from_environment(X509_get_default_cert_file_env(), NULL);
	}
	t->bundle_given = file != NULL;
	t->folder = dir;
	t->folder_given = s->ca_path != NULL;
	if (file == NULL && s->ca_path == NULL)
		file = X509_get_default_cert_file();
	if (add_directory(store, dir) == -1)
		return err_nomem(e);
	t->bundle = file;
	return 0;
}

int
tls_trust_load_bundle(struct tls_trust *t)
{
	const unsigned long lacks = library_memory_lacks();
	const char *file = t->bundle, *why;

	if (file == NULL)
		return 0;
	t->bundle = NULL;
	if (load_certificates(t->store, file)) {
		t->has_bundle = true;
		return 1;
	}
	if ((why = tls_error_of_file("no certificate in it")) == NULL ||
	    library_memory_lacks() != lacks) {
		t->bundle = file; /* it may be there the next time */
		return -1;
	}
	if (t->bundle_given)
		snprintf(t->bundle_error, sizeof t->bundle_error, "%.*s: %s",
		    text_cut(file, 200), file, why);
	return 0;
}

/* "9d66eef0.0", as openssl rehash calls a root. */
static bool
is_hashed(const char *name)
{
	return strspn(name, "0123456789abcdef") == 8 && name[8] == '.' &&
	    text_is_digit(name[9]);
}

/* As the files are called that openssl rehash looks at. */
static bool
is_certificate(const char *name)
{
	static const char *const ends[] = { ".pem", ".crt", ".cer", ".crl" };
	size_t n = strlen(name), i;

	for (i = 0; i < sizeof ends / sizeof ends[0]; i++)
		if (n > 4 && strcmp(name + n - 4, ends[i]) == 0)
			return true;
	return false;
}

/* Which of the two kinds of names there are in the folder. */
static void
look_into(const char *path, bool *hashed, bool *other)
{
	const struct dirent *e;
	DIR *dir = opendir(path);

	if (dir == NULL)
		return;
	while ((e = readdir(dir)) != NULL)
		if (is_hashed(e->d_name))
			*hashed = true;
		else if (is_certificate(e->d_name))
			*other = true;
	closedir(dir);
}

void
tls_trust_look(const struct tls_trust *t, struct tls_facts *f)
{
	char path[sizeof f->roots_folder];
	const char *from = t->folder;
	bool hashed = false, other = false;
	size_t n;

	if (from == NULL || t->has_bundle)
		return;
	/* OpenSSL's list of folders. */
	for (; *from != '\0'; from += n + (from[n] == ':')) {
		n = strcspn(from, ":");
		snprintf(path, sizeof path, "%.*s", (int)n, from);
		look_into(path, &hashed, &other);
	}
	if (hashed)
		return;
	f->roots = other      ? TLS_ROOTS_UNHASHED
	    : t->folder_given ? TLS_ROOTS_EMPTY
			      : TLS_ROOTS_NONE;
	snprintf(f->roots_folder, sizeof f->roots_folder, "%.*s",
	    text_cut(t->folder, sizeof f->roots_folder - 1), t->folder);
}
