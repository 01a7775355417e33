/* wipe.h - erase memory in a way that the compiler may not leave out. */

#ifndef BASE_WIPE_H
#define BASE_WIPE_H

#include <stddef.h>

/* Overwrite len bytes with zeros.  Accepts NULL with len 0. */
void wipe(void *data, size_t len);

/* Wipe a C string in place and free it.  Accepts NULL. */
void wipe_free(char *s);

#endif
