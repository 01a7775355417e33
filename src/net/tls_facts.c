#include "net/tls_facts.h"

#include <openssl/x509.h>

const char *
tls_fault_text(const struct tls_fault *f)
{
	return X509_verify_cert_error_string(f->error);
}
