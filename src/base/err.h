/*
 * err.h - one error value: what class of thing failed, and words for it.
 * It knows neither conditions nor exit codes.
 */

#ifndef BASE_ERR_H
#define BASE_ERR_H

enum err_kind {
	ERR_NONE,        /* no error */
	ERR_USAGE,       /* a bad option, a bad value, a contradiction */
	ERR_SECRET,      /* a secret could not be read, or is none */
	ERR_REFUSED,     /* who should have given a secret says no */
	ERR_UNAVAILABLE, /* and who cannot give it now */
	ERR_TIMEOUT,     /* the deadline passed */
	ERR_INTERNAL,    /* no memory, a system call that must not fail */
};

struct err {
	enum err_kind kind;
	char text[512]; /* one line, no trailing dot; not yet printable */
};

/*
 * Record an error unless one is recorded already: the first cause wins.
 * Always returns -1, so that callers can write "return err_set(...)".
 */
int err_set(struct err *e, enum err_kind kind, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* Put words before those of an error recorded: who is to blame, and how. */
void err_prefix(struct err *e, const char *words);

/* Record ERR_INTERNAL "out of memory".  Returns -1. */
int err_nomem(struct err *e);

#endif
