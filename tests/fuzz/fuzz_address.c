/*
 * fuzz_address.c - addresses as text, and the list of --resolver: what the
 * plugin itself reads of the DNS; c-ares reads the rest.
 */

#include "base/buf.h"
#include "net/address.h"
#include "net/servers.h"
#include "tests/fuzz/fuzz.h"

enum { LIST_MAX_BYTES = 64 * 1024, PORT = 53 };

static void
check_address(const char *text)
{
	char said[ADDRESS_TEXT_MAX], again[ADDRESS_TEXT_MAX];
	struct address a, b;

	if (!address_parse(&a, text, PORT))
		return;
	address_text(&a, said);
	MUST(strlen(said) < sizeof said);
	MUST(address_parse(&b, said, PORT));
	MUST(address_equal(&a, &b));
	MUST(address_family(&a) == address_family(&b));
	address_text(&b, again);
	MUST(strcmp(said, again) == 0);
	address_set_port(&b, PORT + 1);
	MUST(!address_equal(&a, &b));
}

static void
check_list(const char *text)
{
	struct buf list = BUF_INIT(LIST_MAX_BYTES);
	struct buf again = BUF_INIT(LIST_MAX_BYTES);

	if (servers_read(&list, text)) {
		/* What is handed to c-ares reads as itself. */
		MUST(list.len > 0 && !list.failed);
		MUST(servers_read(&again, buf_str(&list)));
		MUST(strcmp(buf_str(&list), buf_str(&again)) == 0);
	}
	buf_free(&list);
	buf_free(&again);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text;

	if (size > LIST_MAX_BYTES / 8)
		return 0;
	text = fuzz_string(data, size);
	check_address(text);
	check_list(text);
	free(text);
	return 0;
}
