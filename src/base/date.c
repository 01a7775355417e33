#include "base/date.h"

#include "base/text.h"

enum {
	DAY = 86400,
	DAYS_OF_ERA = 146097, /* 400 years, after which all begins anew */
	YEARS_OF_ERA = 400,
	DAYS_BEFORE_1970 = 719468, /* since 1 March of the year 0 */
};

/* Rounded down, so that what is left is never negative. */
static int64_t
floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

/*
 * Years begin in March here: then the leap day is the last of a year, and the
 * days before a month follow from its number alone.
 */
int64_t
date_to_unix(const struct date *d)
{
	const int64_t year = d->month > 2 ? d->year : d->year - 1;
	const int64_t era = floor_div(year, YEARS_OF_ERA);
	const int64_t of_era = year - era * YEARS_OF_ERA;
	const int month = (d->month + 9) % 12; /* since March */
	const int64_t day = (153 * month + 2) / 5 + d->day - 1;
	const int64_t days = era * DAYS_OF_ERA + of_era * 365 + of_era / 4 -
	    of_era / 100 + day - DAYS_BEFORE_1970;

	return days * DAY + d->hour * 3600 + d->minute * 60 + d->second;
}

struct date
date_from_unix(int64_t seconds)
{
	const int64_t days = floor_div(seconds, DAY) + DAYS_BEFORE_1970;
	const int64_t era = floor_div(days, DAYS_OF_ERA);
	const int of_era = (int)(days - era * DAYS_OF_ERA);
	const int second = (int)(seconds - floor_div(seconds, DAY) * DAY);
	/* Less the leap days before it: 1460 days have one, but not 36524. */
	const int year = (of_era - of_era / 1460 + of_era / 36524 -
			     of_era / (DAYS_OF_ERA - 1)) /
	    365;
	const int day = of_era - (365 * year + year / 4 - year / 100);
	const int month = (5 * day + 2) / 153; /* since March */

	return (struct date){ .year = era * YEARS_OF_ERA + year + (month >= 10),
		.month = month < 10 ? month + 3 : month - 9,
		.day = day - (153 * month + 2) / 5 + 1,
		.hour = second / 3600,
		.minute = second / 60 % 60,
		.second = second % 60 };
}

/* "42" at text, or -1. */
static int
two_digits(const char *text)
{
	if (!text_is_digit(text[0]) || !text_is_digit(text[1]))
		return -1;
	return (text[0] - '0') * 10 + (text[1] - '0');
}

static int
days_of_month(int64_t year, int month)
{
	const bool is_leap =
	    (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	if (month == 2)
		return is_leap ? 29 : 28;
	return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}

bool
date_read(struct date *out, const char *text, size_t len)
{
	int century, year;

	if ((len != DATE_UTC_TIME_LEN && len != DATE_GENERALIZED_TIME_LEN) ||
	    text[len - 1] != 'Z')
		return false;
	century = len == DATE_UTC_TIME_LEN ? 0 : two_digits(text);
	text += len - DATE_UTC_TIME_LEN;
	year = two_digits(text);
	if (len == DATE_UTC_TIME_LEN)
		century = year < 50 ? 20 : 19;
	*out = (struct date){ .year = (int64_t)century * 100 + year,
		.month = two_digits(text + 2),
		.day = two_digits(text + 4),
		.hour = two_digits(text + 6),
		.minute = two_digits(text + 8),
		.second = two_digits(text + 10) };
	return century >= 0 && year >= 0 && out->month >= 1 &&
	    out->month <= 12 && out->day >= 1 &&
	    out->day <= days_of_month(out->year, out->month) &&
	    out->hour >= 0 && out->hour <= 23 && out->minute >= 0 &&
	    out->minute <= 59 && out->second >= 0 && out->second <= 59;
}

bool
date_is_writable(const struct date *d)
{
	return d->year >= 0 && d->year <= 9999;
}
