/* state_internal.h - what state.c and state_file.c share. */

#ifndef RUN_STATE_INTERNAL_H
#define RUN_STATE_INTERNAL_H

#include "run/state.h"

enum { STATE_FILE_NAME = 256 };

/* The name of a file: STEM.KIND, and TAIL. */
void state_file_name(
    const struct state *s, const char *kind, const char *tail, char *out);

/* Record in why what is wrong with a file.  Returns STATE_FAILED. */
enum state_result state_fail(
    struct state *s, const char *kind, const char *what);

/* The same, with what errno value means. */
enum state_result state_fail_for(struct state *s, const char *kind, int error);

/*
 * Between these two, which keep errno, root is the folder's owner; nobody else
 * changes.
 */
void state_become(const struct state *s);
void state_be_back(const struct state *s);

#endif
