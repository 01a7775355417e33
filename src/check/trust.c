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
	const struct tls_fault *f = &t->first[kind];

	if (stands_pinned(t, asked)) {
		if (kind == TLS_FAULT_UNTRUSTED)
			return NULL;
		f = &t->leaf[kind];
	}
	return f->error != 0 ? f : NULL;
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

	if (!t->has_certificate ||
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

int64_t
trust_days_left(const struct tls_facts *t, int64_t now_unix)
{
	int64_t left = t->not_after - now_unix;

	return left >= 0 ? left / 86400 : -((-left + 86399) / 86400);
}
