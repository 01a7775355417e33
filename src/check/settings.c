#include "check/settings.h"

const char *
settings_account(const struct settings *s)
{
	bool anonymous = s->mech_count > 0;
	size_t i;

	for (i = 0; i < s->mech_count; i++)
		anonymous = anonymous && s->mechs[i]->is_anonymous;
	return anonymous ? NULL : s->user;
}

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
