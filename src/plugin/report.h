/*
 * report.h - the result of one check as a monitoring engine wants it, and
 * the formats it can be written in.  It judges nothing; strings are raw and
 * are made printable here and nowhere else.
 */

#ifndef PLUGIN_REPORT_H
#define PLUGIN_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "plugin/range.h"
#include "plugin/status.h"

enum metric_unit { METRIC_SECONDS, METRIC_WHOLE_SECONDS, METRIC_COUNT };

/* One perfdata value. */
struct metric {
	const char *label;
	enum metric_unit unit;
	bool known;           /* false: the value is printed as U */
	int64_t value;        /* microseconds, seconds, or a plain number */
	const char *warning;  /* range as text, NULL: none */
	const char *critical; /* range as text, NULL: none */
	bool has_min;         /* a minimum of 0 */
	int64_t max;          /* in the unit of value; 0: none */
};

struct report_finding {
	const char *condition;
	enum status state;
	const char *message;
};

struct report_phase {
	const char *name;
	bool known;
	int64_t elapsed_us;
};

struct report_attempt {
	const char *address;
	const char *error; /* NULL: it connected, or was still trying */
};

/*
 * Everything is borrowed.  NULL and known == false become null in JSON; in
 * OpenMetrics they are "" as a label, and no sample.
 */
struct report {
	const char *name;    /* among many checks; NULL: it is the only one */
	const char *service; /* what the text begins with */
	const char *prefix;  /* and the names of metrics, in OpenMetrics */
	enum status state;
	bool up; /* OpenMetrics only: the login, or without one the dialogue,
		    came to a good end */
	const char *condition;
	const struct report_finding *findings;
	size_t finding_count;
	const char *message; /* the first line without "SERVICE STATE: " */
	const char *hint;    /* the second line, or NULL */
	const char *cause;   /* JSON only */
	const char *login;   /* JSON only, or JSON and OpenMetrics, like all
				that follows up to the perfdata */
	const char *host;
	const char *address;
	int port; /* 0: unknown */
	const char *user;
	const char *mechanism;
	const char *mechanism_reason;          /* why this one; JSON only */
	const char *const *mechanisms_offered; /* NULL: unknown */
	size_t mechanism_count;
	const char *const *extensions; /* NULL: unknown */
	size_t extension_count;
	struct {
		const char *version;
		const char *cipher;
		int verified; /* 1, 0, or -1: unknown */
		const char *subject;
		const char *issuer;
		bool has_dates;
		int64_t not_after; /* Unix time; ISO 8601 in JSON */
		int64_t days_left;
	} tls;
	struct {
		int code; /* 0: no reply */
		const char *enhanced;
		const char *text;
	} reply;
	const struct report_phase *phases;
	size_t phase_count;
	bool has_time;
	int64_t time_us;
	int64_t now; /* Unix time of the check, 0: unknown; in OpenMetrics and
			in results that are sent to an engine */
	const struct report_attempt *attempts;
	size_t attempt_count;
	struct {
		bool has_expiry;
		int64_t expires_at; /* Unix time; OpenMetrics only */
		int64_t ttl;        /* seconds; JSON only */
	} token;
	struct {
		bool known; /* a guard was there */
		bool held_back;
		bool has_dates;
		int64_t since; /* the first refusal; Unix time */
		int64_t next_try;
	} guard;
	struct {
		const char *name; /* JSON only; NULL: not known */
		bool has_end;
		int64_t ends_at;   /* Unix time; OpenMetrics only */
		int64_t days_left; /* JSON only */
	} credential;              /* that the token is renewed with */
	/* Perfdata, in the order of printing. */
	const struct metric *metrics;
	size_t metric_count;
	bool known_metrics_only; /* leave out values that are U */
	/* Long output, text format only: lines, each printable on its own. */
	const char *const *details;
	size_t detail_count;
	/*
	 * Among them, text format only: lines that go out as they are, NULL or
	 * "" for none, behind the first drawing_line of the details.  To be
	 * made by waterfall_add(), for nothing here is made printable.
	 */
	const char *drawing;
	size_t drawing_line;
};

struct report_format;

enum { REPORT_PARTS = 12 }; /* that a page of OpenMetrics comes in */

/* Of many checks on one page. */
struct report_totals {
	size_t count, in_state[STATUS_UNKNOWN + 1]; /* by enum status */
	int64_t now;                                /* Unix time */
	int64_t time_us;     /* that all of them took together */
	int64_t longest_us;  /* that one of them took */
	int64_t old_after_s; /* then nobody has made another */
};

enum { REPORT_AT_ONCE = -1 };

/* A page under way: reports written one after the other. */
struct report_page {
	const struct report_format *format;
	struct buf *out;
	/*
	 * Which pass over the reports this is, or REPORT_AT_ONCE.  A page that
	 * is made in passes can be taken out of `out` bit by bit.
	 */
	int pass;
	bool pass_begun;
	struct report_totals totals;   /* zero for a single report */
	size_t begin;                  /* where in out the page does */
	struct buf part[REPORT_PARTS]; /* what belongs together at the end */
};

/* What a format does; open and close may be NULL. */
struct report_format {
	const char *name;
	bool is_for_many; /* each report needs a name */
	bool is_by_line;  /* each report stands for itself */
	int passes; /* over the reports, if there are too many to be held */
	void (*open)(struct report_page *p);
	void (*add)(struct report_page *p, const struct report *r);
	void (*close)(struct report_page *p);
};

/*
 * Text: the first line with its perfdata stays within 1,000 bytes, the message
 * is cut before the perfdata; if the perfdata alone is too long its thresholds
 * are left out.  A page is meant to hold one report.
 */
extern const struct report_format report_text;

/* An object and a line for each report. */
extern const struct report_format report_json;

/*
 * Each family once, with the samples of all reports, which are of one prefix
 * and differ in host, port or user: a series may not come twice.
 */
extern const struct report_format report_openmetrics;

/*
 * Each on a line of its own, for those who take results from others: an
 * external command of Nagios, what Icinga 2's API takes, and a line for
 * zabbix_sender -T.  What they are addressed to, service_name.h says.
 */
extern const struct report_format report_nagios, report_icinga2, report_zabbix;

/* A page for humans. */
extern const struct report_format report_html;

/* All formats, the default first; ends with NULL. */
extern const struct report_format *const report_formats[];

/* Begin a page at the end of out, which is borrowed until it is closed. */
void report_open(
    struct report_page *p, const struct report_format *format, struct buf *out);

/*
 * The same for many, in the format's passes: count p->pass up to
 * format->passes, set p->pass_begun to false, and add all reports each time.
 * What is in out meanwhile may be taken out of it, from its beginning.
 */
void report_open_many(struct report_page *p, const struct report_format *format,
    struct buf *out, const struct report_totals *totals);

/* Write one more report, newline at its end; r is not needed any longer. */
void report_add(struct report_page *p, const struct report *r);

/*
 * End the page.  Returns 0, or -1 when something had no room: then nothing of
 * it is in out.
 */
int report_close(struct report_page *p);

/* A page of one report, which the same holds for. */
int report_write(const struct report_format *format, const struct report *r,
    struct buf *out);

#endif
