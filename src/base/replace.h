/*
 * replace.h - give a file a new content at one stroke: whoever reads it sees
 * all of the old or all of the new.  It promises nothing for a machine that
 * loses power: no fsync, which may take seconds on a busy disk.
 */

#ifndef BASE_REPLACE_H
#define BASE_REPLACE_H

#include <stddef.h>
#include <sys/types.h>

/* What stands at path is a directory, a link, a device or a pipe. */
enum { REPLACE_NOT_REGULAR = -1 };

/*
 * A name for a new file beside path, which nobody else has chosen and which
 * does not end like path; tag shows whose it is.  Owned by the caller; NULL
 * without memory.
 */
char *replace_temporary(const char *path, const char *tag);

/*
 * Write data[0..len) to temporary, then rename that to path.  It has the
 * old one's mode, and its owner and group as far as we may give it to them; a
 * new one has 0644 less the umask.  Only async-signal-safe calls.  Returns 0;
 * otherwise REPLACE_NOT_REGULAR or an errno, path is as it was, and temporary
 * is gone.
 */
int replace_file(
    const char *path, const char *temporary, const char *data, size_t len);

/*
 * The same bit by bit.  Opens temporary for writing; returns a descriptor,
 * or -1 with *error set as replace_file() says.
 */
int replace_begin(const char *path, const char *temporary, int *error);

/*
 * All is written, or what could not be is in error (an errno); fd is closed.
 * Returns 0 or an error, as replace_file() does.
 */
int replace_end(const char *path, const char *temporary, int fd, int error);

/*
 * The same in a folder that is open (AT_FDCWD: the working one), for a file of
 * this mode less the umask, whatever the old one had.
 */
int replace_file_at(int folder, const char *path, const char *temporary,
    mode_t mode, const char *data, size_t len);

#endif
