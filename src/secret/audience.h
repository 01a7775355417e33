/* audience.h - for whom an access token is, by its "aud" (RFC 7519, 4.1.3). */

#ifndef SECRET_AUDIENCE_H
#define SECRET_AUDIENCE_H

#include <stdbool.h>
#include <stddef.h>

/* Whether the audience text[0..len) is known not to take mail. */
bool audience_is_elsewhere(const char *text, size_t len);

#endif
