/*
 * dates.c - dates where time_t has 32 bits: what judges certificates must know
 * those beyond 2038 all the same.  It needs nothing but the C library, which is
 * all that there is to be had for another machine.
 */

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/date.h"
#include "check/trust.h"

static const struct {
	const char *text;
	int64_t seconds;
} dates[] = {
	{ "700101000000Z", 0 },
	{ "380119031407Z", INT32_MAX },
	{ "380119031408Z", INT64_C(2147483648) },
	{ "491231235959Z", INT64_C(2524607999) },
	{ "21000301000000Z", INT64_C(4107542400) },
	{ "99991231235959Z", INT64_C(253402300799) },
	{ "00010101000000Z", INT64_C(-62135596800) },
};

static int
check_date(const char *text, int64_t wanted)
{
	struct date d, back;
	int64_t seconds = 0;

	if (date_read(&d, text, strlen(text)))
		seconds = date_to_unix(&d);
	back = date_from_unix(seconds);
	if (seconds == wanted && back.year == d.year && back.month == d.month &&
	    back.day == d.day && back.hour == d.hour &&
	    back.minute == d.minute && back.second == d.second)
		return 0;
	printf("%s: %" PRId64 ", not %" PRId64 "\n", text, seconds, wanted);
	return 1;
}

/* A certificate that ends then has so many days left today. */
static int
check_days(void)
{
	const struct settings asked = { .insecure = false };
	const struct tls_facts f = { .has_certificate = true,
		.chain_judged = true,
		.not_after = INT64_C(4107542400),
		.ends_first = {
		    .not_after = INT64_C(2524607999), .depth = 1 } };
	const int64_t now = INT64_C(1796036679);
	const int64_t left =
	    trust_days_left(trust_end(&f, &asked).not_after, now);

	if (left == 8432 && trust_days_left(f.not_after, now) == 26753)
		return 0;
	printf("%" PRId64 " days left\n", left);
	return 1;
}

int
main(void)
{
	int bad = check_days();
	size_t i;

	if (sizeof(void *) != 4 || sizeof(time_t) != 4) {
		printf("this is no machine of 32 bits\n");
		return 1;
	}
	for (i = 0; i < sizeof dates / sizeof dates[0]; i++)
		bad += check_date(dates[i].text, dates[i].seconds);
	return bad != 0;
}
