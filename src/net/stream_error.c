/* Why a stream goes no further, in words. */

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <openssl/err.h>

#include "net/stream_internal.h"
#include "net/tls_error.h"

static const char closed[] = "connection closed";

enum stream_status
stream_ended(struct stream *s)
{
	snprintf(s->error, sizeof s->error, "%s", closed);
	return STREAM_CLOSED;
}

enum stream_status
stream_fail(struct stream *s, enum stream_status status, const char *why)
{
	s->broken = true;
	snprintf(s->error, sizeof s->error, "%s", why);
	return status;
}

enum stream_status
stream_fail_no_memory(struct stream *s)
{
	return stream_fail(s, STREAM_NO_MEMORY, "out of memory");
}

enum stream_status
stream_fail_errno(struct stream *s, int error)
{
	if (error == ENOMEM || error == ENOBUFS)
		return stream_fail_no_memory(s);
	if (error == ECONNRESET || error == EPIPE)
		return stream_fail(
		    s, STREAM_CLOSED, "connection reset by peer");
	return stream_fail(
	    s, STREAM_CLOSED, error != 0 ? strerror(error) : closed);
}

/* OpenSSL's own names for alerts leave out the newer ones. */
static enum stream_status
fail_alert(struct stream *s, unsigned long code)
{
	static const char word[] = " alert ";
	const int number = ERR_GET_REASON(code) - SSL_AD_REASON_OFFSET;
	const char *name = SSL_alert_desc_string_long(number);
	const char *text = ERR_reason_error_string(code);
	const char *at = text != NULL ? strstr(text, word) : NULL;

	stream_fail(s, STREAM_FAILED, "");
	if (strcmp(name, "unknown") == 0 && at != NULL)
		name = at + sizeof word - 1;
	else if (strcmp(name, "unknown") == 0)
		name = NULL;
	if (name != NULL)
		snprintf(s->error, sizeof s->error,
		    "the server sent the alert \"%s\"", name);
	else
		snprintf(s->error, sizeof s->error,
		    "the server sent the alert %d", number);
	return STREAM_FAILED;
}

/* What OpenSSL says of it is the last line of its decoder. */
static const char no_x509[] = "the server's certificate cannot be read";

static bool
is_unreadable(unsigned long code)
{
	return ERR_GET_LIB(code) == ERR_LIB_SSL &&
	    ERR_GET_REASON(code) == ERR_R_ASN1_LIB;
}

enum stream_status
stream_fail_tls(struct stream *s)
{
	unsigned long code = ERR_peek_error();
	bool is_ssl = ERR_GET_LIB(code) == ERR_LIB_SSL;
	int reason = ERR_GET_REASON(code);
	bool unreadable;
	char text[128];

	if (is_ssl && reason == SSL_R_UNEXPECTED_EOF_WHILE_READING)
		return stream_fail(s, STREAM_CLOSED,
		    s->shake.facts.done
			? "connection closed without close_notify"
			: closed);
	if (s->shake.facts.no_memory)
		return stream_fail_no_memory(s);
	if (is_ssl && !ERR_COMMON_ERROR(code) && reason > SSL_AD_REASON_OFFSET)
		return fail_alert(s, code);
	unreadable = is_unreadable(ERR_peek_last_error());
	if (!tls_error_take(text, sizeof text))
		return stream_fail_no_memory(s);
	return stream_fail(s, STREAM_FAILED, unreadable ? no_x509 : text);
}
