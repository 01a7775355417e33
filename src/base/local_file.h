/*
 * local_file.h - which files cannot keep a process waiting for another
 * machine, or for another process.
 */

#ifndef BASE_LOCAL_FILE_H
#define BASE_LOCAL_FILE_H

#include <stdbool.h>

/*
 * Whether it is certain that the file, or folder, is on the root's file system,
 * and that one on a disk of this machine: then nothing that is done with it can
 * hang as on a dead mount.  Never waits to find out (openat2(2), RESOLVE_CACHED
 * and RESOLVE_NO_XDEV): what is not known at once is not certain, nor what is
 * not there, or named from the current folder.
 */
bool local_file_certain(const char *path);

#endif
