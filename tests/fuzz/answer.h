/* answer.h - whether an output is one valid answer of the plugin. */

#ifndef TESTS_FUZZ_ANSWER_H
#define TESTS_FUZZ_ANSWER_H

#include "base/buf.h"
#include "plugin/report.h"

/*
 * Valid UTF-8 with no control character in it, ended by a line feed.  Text:
 * at most one '|', in the first line, which is begun by the state and within
 * 1,000 bytes.  JSON: one line that is an object.  OpenMetrics: ended by
 * "# EOF", each line a comment or a metric of ours.  Of the formats for many,
 * one check without phases: what its receiver takes apart.  Aborts if not.
 */
void answer_check(const struct buf *out, const struct report_format *format);

/* Each of those for many. */
void answer_check_nagios(const char *s);
void answer_check_icinga2(const char *s);
void answer_check_zabbix(const char *s);
void answer_check_html(const char *s);

/* Behind the one JSON value at s, which must be one. */
const char *answer_skip_json(const char *s);

#endif
