/* report_html.h - how the page of HTML looks; for report_html*.c only. */

#ifndef PLUGIN_REPORT_HTML_H
#define PLUGIN_REPORT_HTML_H

extern const char report_html_style[];

/* What the colours of the bars stand for; ends with NULL. */
extern const char *const report_html_phases[];

#endif
