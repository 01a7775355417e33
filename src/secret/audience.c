#include "secret/audience.h"

#include <string.h>

/*
 * Who does not take mail, as "aud" names them, without a slash at the end:
 * Microsoft Graph, its predecessor, and Azure.  Many a token for Microsoft 365
 * is requested for the first by mistake.  Whatever else stands there may be
 * somebody's mail server.
 */
static const char *const elsewhere[] = {
	"https://graph.microsoft.com",
	"https://graph.microsoft.us",
	"https://dod-graph.microsoft.us",
	"https://microsoftgraph.chinacloudapi.cn",
	"00000003-0000-0000-c000-000000000000",
	"https://graph.windows.net",
	"00000002-0000-0000-c000-000000000000",
	"https://management.azure.com",
	"https://management.core.windows.net",
	"797f4846-ba00-4fd7-ba43-dac1f8f63013",
	"https://vault.azure.net",
	"cfa8b339-82a2-471a-a3c9-0fc0be7a4093",
	"https://storage.azure.com",
};

bool
audience_is_elsewhere(const char *text, size_t len)
{
	size_t i;

	while (len > 0 && text[len - 1] == '/')
		len--;
	for (i = 0; i < sizeof elsewhere / sizeof elsewhere[0]; i++)
		if (strlen(elsewhere[i]) == len &&
		    memcmp(elsewhere[i], text, len) == 0)
			return true;
	return false;
}
