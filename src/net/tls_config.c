/*
 * Nothing public tells what openssl.cnf has set for the random generator, say.
 * So it is read here, once, and handed over to the modules that OpenSSL would
 * have called.  Where anything is out of the ordinary OpenSSL does it all by
 * itself, from the beginning: it knows best which faults to report.
 */

#include "net/tls_config.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/conf.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

enum {
	AS_OPENSSL = CONF_MFLAGS_DEFAULT_SECTION |
	    CONF_MFLAGS_IGNORE_MISSING_FILE | CONF_MFLAGS_IGNORE_RETURN_CODES
};

/* What was read: freed at exit, if at all, when it costs nobody. */
static CONF *kept;

static void
free_kept(void)
{
	NCONF_free(kept);
	kept = NULL;
}

/* Debian's names a provider and sets nothing of it. */
static bool
sets_no_provider(const CONF *conf, const char *section)
{
	STACK_OF(CONF_VALUE) *providers = NCONF_get_section(conf, section);
	STACK_OF(CONF_VALUE) * settings;
	int i;

	for (i = 0; i < sk_CONF_VALUE_num(providers); i++) {
		settings = NCONF_get_section(
		    conf, sk_CONF_VALUE_value(providers, i)->value);
		if (sk_CONF_VALUE_num(settings) != 0)
			return false;
	}
	return providers != NULL;
}

static enum tls_config
judge(const CONF *conf)
{
	const char *start = NCONF_get_string(conf, NULL, "openssl_conf");
	enum tls_config judged = TLS_CONFIG_PLAIN;
	STACK_OF(CONF_VALUE) * modules;
	int i;

	if (start == NULL)
		return TLS_CONFIG_PLAIN;
	modules = NCONF_get_section(conf, start);
	for (i = 0; i < sk_CONF_VALUE_num(modules); i++) {
		const CONF_VALUE *m = sk_CONF_VALUE_value(modules, i);

		if (strcmp(m->name, "ssl_conf") == 0)
			judged = TLS_CONFIG_TLS;
		else if (strcmp(m->name, "providers") != 0 ||
		    !sets_no_provider(conf, m->value))
			return TLS_CONFIG_ALGORITHMS;
	}
	return modules != NULL ? judged : TLS_CONFIG_ALGORITHMS;
}

/* NULL if there is none, or none that can be read: missing says which. */
static CONF *
read_file(bool *missing)
{
	char *name = CONF_get1_default_config_file();
	CONF *conf = NULL;

	*missing = name != NULL && name[0] == '\0';
	if (name != NULL && name[0] != '\0')
		conf = NCONF_new_ex(OSSL_LIB_CTX_get0_global_default(), NULL);
	if (conf != NULL && NCONF_load(conf, name, NULL) <= 0) {
		*missing = ERR_GET_REASON(ERR_peek_last_error()) ==
		    CONF_R_NO_SUCH_FILE;
		NCONF_free(conf);
		conf = NULL;
	}
	OPENSSL_free(name);
	return conf;
}

enum tls_config
tls_config_load(uint64_t options)
{
	enum tls_config judged = TLS_CONFIG_ALGORITHMS;
	bool missing;
	CONF *conf;

	OPENSSL_init_crypto(options, NULL);
	conf = read_file(&missing);
	if (missing)
		judged = TLS_CONFIG_PLAIN;
	else if (conf != NULL)
		judged = judge(conf);
	if (judged != TLS_CONFIG_ALGORITHMS && conf != NULL) {
		if (CONF_modules_load(conf, NULL, AS_OPENSSL) > 0)
			options |= OPENSSL_INIT_NO_LOAD_CONFIG;
		else
			judged = TLS_CONFIG_ALGORITHMS;
	}
	NCONF_free(kept);
	kept = conf;
	atexit(free_kept);
	ERR_clear_error();
	if (OPENSSL_init_ssl(options, NULL) != 1)
		return TLS_CONFIG_ALGORITHMS;
	return judged;
}
