/*
 * tls_config.h - starts OpenSSL with its openssl.cnf, and tells whether that
 * bears on which algorithms are used.  What it says of TLS is libssl's matter.
 */

#ifndef NET_TLS_CONFIG_H
#define NET_TLS_CONFIG_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Initialise libssl, with options as OPENSSL_init_ssl() takes them, before
 * anything else asks OpenSSL for something.  All that openssl.cnf says is
 * done as OpenSSL does it by itself.
 *
 * Returns whether it leaves alone what is fetched from where: no provider, no
 * [random], no FIPS, no property query, no engine, nor a section that is not
 * known here.
 */
bool tls_config_load(uint64_t options);

#endif
