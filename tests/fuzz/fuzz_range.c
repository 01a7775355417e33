/* fuzz_range.c - threshold ranges.  Input: a value in eight bytes, a range. */

#include "plugin/range.h"
#include "tests/fuzz/fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct range r, again, other;
	char opposite[RANGE_TEXT_MAX + 1];
	int64_t value;
	char *text;

	if (size < sizeof value)
		return 0;
	memcpy(&value, data, sizeof value);
	text = fuzz_string(data + sizeof value, size - sizeof value);
	if (range_parse(text, &r) == 0) {
		MUST(r.set && strcmp(r.text, text) == 0);
		MUST(r.no_low || r.no_high || r.low_us <= r.high_us);
		MUST(range_parse(r.text, &again) == 0);
		MUST(
		    range_violated(&again, value) == range_violated(&r, value));
		snprintf(opposite, sizeof opposite, "%s%s",
		    text[0] == '@' ? "" : "@", text + (text[0] == '@'));
		if (range_parse(opposite, &other) == 0)
			MUST(range_violated(&other, value) !=
			    range_violated(&r, value));
		/* An end belongs to the range, and what is beyond does not. */
		if (!r.no_high)
			MUST(range_violated(&r, r.high_us) == r.inside);
		if (!r.no_high && r.high_us < INT64_MAX)
			MUST(range_violated(&r, r.high_us + 1) != r.inside);
		if (!r.no_low)
			MUST(range_violated(&r, r.low_us) == r.inside);
		if (!r.no_low && r.low_us > INT64_MIN)
			MUST(range_violated(&r, r.low_us - 1) != r.inside);
	}
	free(text);
	return 0;
}
