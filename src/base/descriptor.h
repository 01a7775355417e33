/*
 * descriptor.h - open, read and write what somebody else named, a FIFO, a
 * terminal or a file, without waiting for it beyond a deadline.
 */

#ifndef BASE_DESCRIPTOR_H
#define BASE_DESCRIPTOR_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"

/* What came of reading a descriptor. */
enum descriptor_result {
	DESCRIPTOR_DONE,
	DESCRIPTOR_MORE,      /* neither end nor line feed has come yet */
	DESCRIPTOR_TIMEOUT,   /* the deadline passed */
	DESCRIPTOR_FULL,      /* out has no room for more */
	DESCRIPTOR_NO_MEMORY, /* out could not grow */
	DESCRIPTOR_FAILED,    /* errno says why */
};

/*
 * Open path without waiting for anyone, whatever it is (a FIFO, a terminal,
 * /dev/fd/N).  Returns a descriptor above 2, close-on-exec, or -1 with errno
 * set (EISDIR for a directory).
 */
int descriptor_open(const char *path);

/*
 * Append what fd gives to out until its end, or, if one_line, until a line
 * feed has come, and nothing behind that.  The flags of fd are left alone.
 * It waits; for whoever has no loop yet.
 */
enum descriptor_result descriptor_read(
    struct buf *out, int fd, bool one_line, int64_t deadline_us);

/*
 * The same without waiting, once poll() has found fd ready; never before: to
 * read() a FIFO that no writer has opened yet looks like one at its end, and a
 * descriptor of somebody else's may block.  Until it is no longer
 * DESCRIPTOR_MORE, wait and call again.
 */
enum descriptor_result descriptor_take(struct buf *out, int fd, bool one_line);

/*
 * Write as much of text[0..len) to fd as somebody takes, waiting for no longer
 * than 50 ms for who does not.  The flags of fd are others', too: they are put
 * back.  Async-signal-safe.
 */
void descriptor_write_now(int fd, const char *text, size_t len);

/*
 * Write all of data[0..len), for as long as it takes.  Returns 0 or an errno,
 * which errno is then, too. Async-signal-safe.
 */
int descriptor_write_all(int fd, const char *data, size_t len);

#endif
