#include "check/settings.h"

bool
settings_plan(const struct settings *s, enum phase p)
{
	switch ((int)p) {
	case PHASE_TLS:
		return s->tls_mode != SMTP_TLS_NONE;
	case PHASE_STARTTLS:
		return s->tls_mode == SMTP_TLS_STARTTLS;
	case PHASE_AUTH:
		return s->login;
	case PHASE_ENVELOPE:
		return s->from != NULL || s->command_count > 0;
	default:
		return true;
	}
}
