#include "plugin/report.h"

#include <stddef.h>

const struct report_format *const report_formats[] = {
	&report_text,
	&report_json,
	&report_openmetrics,
	&report_nagios,
	&report_icinga2,
	&report_zabbix,
	&report_html,
	NULL,
};
