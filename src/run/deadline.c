#include "run/deadline.h"

enum { MARGIN_US = 100 * 1000, MARGIN_PARTS = 20 };

struct deadline
deadline_reckon(int64_t started_us, int64_t timeout_us)
{
	int64_t margin = timeout_us / MARGIN_PARTS;

	if (margin > MARGIN_US)
		margin = MARGIN_US;
	return (struct deadline){ .hard_us = started_us + timeout_us,
		.soft_us = started_us + timeout_us - margin };
}
