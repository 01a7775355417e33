#include "check/phase.h"

#include <string.h>

static const char prefix[] = "time_";

/* Labels; a name is its label without the prefix. */
static const char *const labels[PHASES + 1] = {
	[PHASE_DNS] = "time_dns",
	[PHASE_CONNECT] = "time_connect",
	[PHASE_TLS] = "time_tls",
	[PHASE_GREETING] = "time_greeting",
	[PHASE_EHLO] = "time_ehlo",
	[PHASE_STARTTLS] = "time_starttls",
	[PHASE_AUTH] = "time_auth",
	[PHASE_ENVELOPE] = "time_envelope",
	[PHASE_QUIT] = "time_quit",
	[PHASE_TOTAL] = "time",
};

const char *
phase_label(enum phase p)
{
	return labels[p];
}

const char *
phase_name(enum phase p)
{
	return p == PHASE_TOTAL ? labels[p] : labels[p] + strlen(prefix);
}

const char *
phase_doing(enum phase p)
{
	static const char *const doing[PHASES + 1] = {
		[PHASE_DNS] = "looking up the host (DNS)",
		[PHASE_CONNECT] = "connecting",
		[PHASE_TLS] = "waiting for the TLS handshake",
		[PHASE_GREETING] = "waiting for the greeting",
		[PHASE_EHLO] = "waiting for the reply to EHLO",
		[PHASE_STARTTLS] = "waiting for the reply to STARTTLS",
		[PHASE_AUTH] = "waiting for the reply to AUTH",
		[PHASE_ENVELOPE] = "waiting for the reply to MAIL, RCPT or -C",
		[PHASE_QUIT] = "waiting for the reply to QUIT",
		[PHASE_TOTAL] = "checking",
	};

	return doing[p];
}

int
phase_find(const char *name, size_t len)
{
	int i;

	for (i = 0; i <= PHASES; i++) {
		const char *known = phase_name((enum phase)i);

		if (strlen(known) == len && memcmp(known, name, len) == 0)
			return i;
	}
	return -1;
}

enum phase
phase_of_smtp(enum smtp_phase s)
{
	static const enum phase phases[] = {
		[SMTP_PHASE_TLS] = PHASE_TLS,
		[SMTP_PHASE_GREETING] = PHASE_GREETING,
		[SMTP_PHASE_EHLO] = PHASE_EHLO,
		[SMTP_PHASE_STARTTLS] = PHASE_STARTTLS,
		[SMTP_PHASE_AUTH] = PHASE_AUTH,
		[SMTP_PHASE_ENVELOPE] = PHASE_ENVELOPE,
		[SMTP_PHASE_QUIT] = PHASE_QUIT,
	};

	return phases[s];
}
