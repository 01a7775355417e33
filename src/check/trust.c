#include "check/trust.h"

/* A matching pin stands in for chain and name; only the leaf's dates count. */
static bool
stands_pinned(const struct tls_facts *t, const struct settings *asked)
{
	return asked->pin_count > 0 && t->pin_matches;
}

const struct tls_fault *
trust_fault(const struct tls_facts *t, const struct settings *asked,
    enum tls_fault_kind kind)
{
	const bool pinned = stands_pinned(t, asked);
	const struct tls_fault *faults = pinned ? t->leaf : t->first;

	/* A date that cannot be read is one that was not judged. */
	if (kind == TLS_FAULT_UNTRUSTED && (pinned || faults[kind].error == 0))
		kind = TLS_FAULT_NO_DATE;
	return faults[kind].error != 0 ? &faults[kind] : NULL;
}

static void
find(struct trust *r, const struct settings *asked, enum condition c)
{
	bool excused = c == CONDITION_CERT_EXPIRED && asked->ignore_expiry;

	if (!excused)
		r->fault[r->fault_count++] = c;
	if (c == CONDITION_CERT_PIN || (!excused && !asked->insecure))
		r->raised[r->raised_count++] = c;
}

struct trust
trust_judge(const struct tls_facts *t, const struct settings *asked)
{
	struct trust r = { .fault_count = 0 };

	/* What was not looked at to its end is not known to be right. */
	if (!t->has_certificate || !t->chain_judged || t->no_memory ||
	    trust_fault(t, asked, TLS_FAULT_UNTRUSTED) != NULL)
		find(&r, asked, CONDITION_CERT_UNTRUSTED);
	if (trust_fault(t, asked, TLS_FAULT_EXPIRED) != NULL)
		find(&r, asked, CONDITION_CERT_EXPIRED);
	if (trust_fault(t, asked, TLS_FAULT_NOT_YET_VALID) != NULL)
		find(&r, asked, CONDITION_CERT_NOT_YET_VALID);
	if (!t->name_matches && !stands_pinned(t, asked))
		find(&r, asked, CONDITION_CERT_NAME);
	if (asked->pin_count > 0 && !t->pin_matches)
		find(&r, asked, CONDITION_CERT_PIN);
	r.verified = r.fault_count == 0;
	r.may_go_on = r.raised_count == 0;
	return r;
}

struct trust_end
trust_end(const struct tls_facts *t, const struct settings *asked)
{
	/* The rest of a path that was not verified says nothing. */
	const bool whole = !stands_pinned(t, asked) &&
	    trust_fault(t, asked, TLS_FAULT_UNTRUSTED) == NULL;

	if (whole && t->ends_first.depth > 0)
		return (struct trust_end){ t->ends_first.not_after,
			t->ends_first.subject };
	return (struct trust_end){ t->not_after, NULL };
}

int64_t
trust_days_left(int64_t not_after, int64_t now_unix)
{
	int64_t left = not_after - now_unix;

	return left >= 0 ? left / 86400 : -((-left + 86399) / 86400);
}
