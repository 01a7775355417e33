/*
 * tls_provider.h - starts OpenSSL with only the algorithms that TLS and X.509
 * can need, which takes a third of the instructions of a check.  It changes
 * nothing of what a handshake offers or accepts.
 */

#ifndef NET_TLS_PROVIDER_H
#define NET_TLS_PROVIDER_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Initialise libssl, with options as OPENSSL_init_ssl() takes them, and put a
 * provider of our own in place of OpenSSL's default one, in the default library
 * context and until the process ends.  Call it before anything else asks
 * OpenSSL for something; a second call does nothing.  reads_keys: private keys
 * will be read, not only certificates.
 *
 * Stands back, and leaves everything as it is, where openssl.cnf may have a say
 * in which algorithms are used (see tls_config.h), where another version of
 * OpenSSL may need more, and where anything fails.  Returns whether it is in
 * place.
 */
bool tls_provider_start(uint64_t options, bool reads_keys);

#endif
