#include "verdict/outcome.h"

static const struct {
	enum condition condition;
	bool is_refusal;
} outcomes[SMTP_OUTCOMES] = {
	[SMTP_OK] = { CONDITION_NONE, false },
	[SMTP_GREETING_REFUSED] = { CONDITION_GREETING, true },
	[SMTP_EHLO_REFUSED] = { CONDITION_EHLO, true },
	[SMTP_STARTTLS_MISSING] = { CONDITION_STARTTLS_MISSING, true },
	[SMTP_STARTTLS_INJECTION] = { CONDITION_STARTTLS_INJECTION, false },
	[SMTP_SERVER_UNVERIFIED] = { CONDITION_NONE, false },
	[SMTP_MECHANISM_MISSING] = { CONDITION_MECHANISM, false },
	[SMTP_MECHANISM_REFUSED] = { CONDITION_MECHANISM, true },
	[SMTP_SECRET_HELD_BACK] = { CONDITION_CLEARTEXT_REFUSED, false },
	[SMTP_SECRET_TOO_LONG] = { CONDITION_SECRET, false },
	[SMTP_SECRET_WITHHELD] = { CONDITION_AUTH_REJECTED, false },
	[SMTP_AUTH_REJECTED] = { CONDITION_AUTH_REJECTED, true },
	[SMTP_AUTH_TEMPORARY] = { CONDITION_AUTH_TEMPORARY, true },
	[SMTP_SERVER_UNPROVEN] = { CONDITION_SERVER_PROOF, false },
	[SMTP_SENDER_REFUSED] = { CONDITION_SENDER, true },
	[SMTP_RECIPIENT_REFUSED] = { CONDITION_RECIPIENT, true },
	[SMTP_UTF8_MISSING] = { CONDITION_EXTENSION, false },
	[SMTP_PROTOCOL_BROKEN] = { CONDITION_PROTOCOL, true },
	[SMTP_DISCONNECTED] = { CONDITION_DISCONNECTED, false },
	[SMTP_NO_MEMORY] = { CONDITION_INTERNAL, false },
};

enum condition
outcome_condition(enum smtp_outcome o)
{
	return outcomes[o].condition;
}

bool
outcome_is_refusal(enum smtp_outcome o)
{
	return outcomes[o].is_refusal;
}
