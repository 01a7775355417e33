/*
 * internal.h - what the files of src/secret share.
 */

#ifndef SECRET_INTERNAL_H
#define SECRET_INTERNAL_H

#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "secret/secret.h"

/*
 * Run command and append the first line of its stdout, line feed included,
 * to out.  Returns as secret_read() does.
 */
int secret_command_run(
    struct buf *out, const char *command, int64_t deadline_us, struct err *e);

#endif
