/*
 * keep.h - what an answer brought goes to the disk: room for it is made before
 * anybody is asked, and the record with the refresh token is written first.
 */

#ifndef OAUTH2_KEEP_H
#define OAUTH2_KEEP_H

#include <stdint.h>

#include "oauth2/account.h"
#include "oauth2/document.h"
#include "oauth2/record.h"
#include "oauth2/store.h"

struct keep {
	const struct store *store;
	const struct account *account;
	struct store_room record; /* NAME.json */
	struct store_room token;  /* NAME.token */
};

void keep_init(struct keep *k);

/* Make room.  The lock is held.  Returns 0, or -1 with *f set. */
int keep_prepare(struct keep *k, const struct store *s, const struct account *a,
    struct failure *f);

/*
 * Write the record as it is; if that fails, once more.  Returns 0, or -1 with
 * *f set.
 */
int keep_record(struct keep *k, const struct record *r, struct failure *f);

/*
 * All of a good answer: the record, with what the answer says of times and
 * without what had gone wrong, then the token.  Returns 0, or -1 with *f set.
 */
int keep_all(struct keep *k, struct record *r, const struct document *answer,
    struct failure *f);

/* Give back what room was not used. */
void keep_free(struct keep *k);

#endif
