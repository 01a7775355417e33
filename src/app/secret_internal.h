/*
 * secret_internal.h - what the files of app/secret*.c share, and the reader
 * of descriptors that --extra-opts uses too.
 */

#ifndef APP_SECRET_INTERNAL_H
#define APP_SECRET_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "app/secret.h"
#include "base/buf.h"
#include "base/err.h"

/* What came of reading a descriptor. */
enum secret_fd_result {
	SECRET_FD_DONE,
	SECRET_FD_TIMEOUT,   /* the deadline passed */
	SECRET_FD_FULL,      /* out has no room for more */
	SECRET_FD_NO_MEMORY, /* out could not grow */
	SECRET_FD_FAILED,    /* errno says why */
};

/*
 * Open path without waiting for anyone, whatever it is (a FIFO, a terminal,
 * /dev/fd/N).  Returns a descriptor above 2, close-on-exec, or -1 with errno
 * set (EISDIR for a directory).
 */
int secret_fd_open(const char *path);

/*
 * Append what fd gives to out until its end, or, if one_line, until a line
 * feed has come, and nothing behind that.  The flags of fd are left alone.
 */
enum secret_fd_result secret_fd_read(
    struct buf *out, int fd, bool one_line, int64_t deadline_us);

/*
 * Milliseconds for poll() until deadline_us, rounded up; 0 when it is past.
 */
int secret_fd_wait_ms(int64_t deadline_us);

/*
 * Run command and append the first line of its stdout, line feed included,
 * to out.  Returns as secret_read() does.
 */
int secret_command_run(
    struct buf *out, const char *command, int64_t deadline_us, struct err *e);

#endif
