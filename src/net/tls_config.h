/*
 * tls_config.h - starts OpenSSL with its openssl.cnf, and tells whether that
 * bears on which algorithms are used.  What it says of TLS is libssl's matter.
 */

#ifndef NET_TLS_CONFIG_H
#define NET_TLS_CONFIG_H

#include <stdint.h>

enum tls_config {
	TLS_CONFIG_ALGORITHMS, /* it may have a say in which are used */
	TLS_CONFIG_TLS,   /* it leaves them alone, but says how to use TLS */
	TLS_CONFIG_PLAIN, /* neither */
};

/*
 * Initialise libssl, with options as OPENSSL_init_ssl() takes them, before
 * anything else asks OpenSSL for something.  All that openssl.cnf says is
 * done as OpenSSL does it by itself.
 *
 * TLS_CONFIG_ALGORITHMS is a provider, [random], FIPS, a property query, an
 * engine, a section that is not known here, and a file with a fault.
 */
enum tls_config tls_config_load(uint64_t options);

#endif
