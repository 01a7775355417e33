/*
 * date.h - civil dates in UTC and Unix time, in 64 bits whatever time_t has:
 * no time zone, no locale, no file is looked at.
 */

#ifndef BASE_DATE_H
#define BASE_DATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The Gregorian calendar, also before it was made. */
struct date {
	int64_t year;
	int month;  /* 1 to 12 */
	int day;    /* 1 to 31 */
	int hour;   /* 0 to 23 */
	int minute; /* 0 to 59 */
	int second; /* 0 to 60: a leap second is the next one */
};

/* Seconds since 1970 of a date whose parts are within their limits. */
int64_t date_to_unix(const struct date *d);

/* The date of a Unix time. */
struct date date_from_unix(int64_t seconds);

/*
 * Read "YYMMDDHHMMSSZ", whose years are 1950 to 2049, or "YYYYMMDDHHMMSSZ", as
 * certificates have them (RFC 5280, 4.1.2.5).  Returns whether it is a date.
 */
enum { DATE_UTC_TIME_LEN = 13, DATE_GENERALIZED_TIME_LEN = 15 };
bool date_read(struct date *out, const char *text, size_t len);

/* Whether a year has four digits, as ISO 8601 wants it. */
bool date_is_writable(const struct date *d);

#endif
