/*
 * service_name.h - what the results of one check among many are addressed to:
 * the name "HOST!SERVICE" taken apart.  It knows no engine.
 */

#ifndef PLUGIN_SERVICE_NAME_H
#define PLUGIN_SERVICE_NAME_H

#include <stddef.h>

struct service_name {
	const char *host;
	size_t host_len;
	const char *service;
};

/*
 * Take name apart, into which the result points; without a '!' the host is
 * that of the check, which may be NULL, and the service is the name.  NULL is
 * no name: both are empty.
 */
struct service_name service_name(const char *name, const char *host);

#endif
