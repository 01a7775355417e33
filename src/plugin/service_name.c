#include "plugin/service_name.h"

#include <string.h>

struct service_name
service_name(const char *name, const char *host)
{
	const char *mark;

	if (name == NULL)
		name = "";
	if ((mark = strchr(name, '!')) != NULL)
		return (struct service_name){ .host = name,
			.host_len = (size_t)(mark - name),
			.service = mark + 1 };
	if (host == NULL)
		host = "";
	return (struct service_name){
		.host = host, .host_len = strlen(host), .service = name
	};
}
