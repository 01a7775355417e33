#include "run/stand_in.h"

#include <string.h>

void
stand_in_fill(struct stand_in_text *out, const struct buf *prepared,
    const char *place, const char *cause)
{
	const char *from = prepared->data, *word;
	size_t used = 0, left = prepared->len, n;

	while (left > 0 && used < STAND_IN_MAX) {
		word = NULL;
		if (left >= sizeof STAND_IN_PLACE - 1 &&
		    memcmp(from, STAND_IN_PLACE, sizeof STAND_IN_PLACE - 1) ==
			0)
			word = place;
		else if (left >= sizeof STAND_IN_CAUSE - 1 &&
		    memcmp(from, STAND_IN_CAUSE, sizeof STAND_IN_CAUSE - 1) ==
			0)
			word = cause;
		if (word == NULL) {
			out->data[used++] = *from++;
			left--;
			continue;
		}
		n = strnlen(word, sizeof STAND_IN_PLACE - 1);
		memcpy(out->data + used, word, n);
		used += n;
		from += sizeof STAND_IN_PLACE - 1; /* both are of one length */
		left -= sizeof STAND_IN_PLACE - 1;
	}
	out->len = used;
}

_Static_assert(sizeof STAND_IN_PLACE == sizeof STAND_IN_CAUSE,
    "one step passes over either");
