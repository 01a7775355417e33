#include "plugin/range.h"

#include <string.h>

#include "base/number.h"

/*
 * The guidelines have [@][start:][end]: an omitted start is 0, an omitted end
 * infinity, and at least one of the two must be there.
 */
int
range_parse(const char *text, struct range *out)
{
	struct range r = { .set = true };
	const char *low = text, *high, *colon;
	size_t len = strlen(text);

	if (len >= sizeof r.text)
		return -1;
	memcpy(r.text, text, len + 1);
	if (*low == '@') {
		r.inside = true;
		low++;
	}
	colon = strchr(low, ':');
	high = colon != NULL ? colon + 1 : low;
	if (colon != NULL && colon > low) {
		if (colon - low == 1 && *low == '~')
			r.no_low = true;
		else if (number_parse_seconds(
			     low, (size_t)(colon - low), &r.low_us) == -1)
			return -1;
	}
	if (*high != '\0') {
		if (number_parse_seconds(high, strlen(high), &r.high_us) == -1)
			return -1;
	} else if (colon == NULL || colon == low) {
		return -1;
	} else {
		r.no_high = true;
	}
	if (!r.no_low && !r.no_high && r.low_us > r.high_us)
		return -1;
	*out = r;
	return 0;
}

bool
range_violated(const struct range *r, int64_t value_us)
{
	bool outside = (!r->no_low && value_us < r->low_us) ||
	    (!r->no_high && value_us > r->high_us);

	return r->set && outside != r->inside;
}
