/* report_sample.h - a report with something in every field, for its tests. */

#ifndef TESTS_REPORT_SAMPLE_H
#define TESTS_REPORT_SAMPLE_H

#include "plugin/report.h"

#define COUNT(a) (sizeof(a) / sizeof(a)[0])

/* Room for any report of the tests, and the longest first line. */
enum { ROOM = 64 * 1024, FIRST_LINE = 1000 };

/* Text that would forge lines, perfdata or JSON if it were let through. */
#define EVIL                                                                   \
	"a|b\nOK | x=1\r\033[2J\xc2\x9b\xff\xc0\xaf\xe2\x80\xae\xe2\x80\xa8"   \
	"\"\\\x7f"

/* How the reports of the tests are called. */
#define REPORT_NAMES .service = "SMTP_AUTH", .prefix = "smtp_auth"

extern const struct report report_sample;

/* Fails the test unless the format makes exactly the wanted text of r. */
void report_expect(const char *what, const struct report_format *format,
    const struct report *r, const char *wanted);

#endif
