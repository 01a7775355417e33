#include "plugin/report.h"

#include <stddef.h>

const struct report_format report_formats[] = {
	{ "text", report_text },
	{ "json", report_json },
	{ "openmetrics", report_openmetrics },
	{ NULL, NULL },
};
