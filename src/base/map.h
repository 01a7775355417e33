/*
 * map.h - numbers by the hash of a name: so much is kept of each of many, and
 * not the name.  Whoever must be certain looks at the name again.
 */

#ifndef BASE_MAP_H
#define BASE_MAP_H

#include <stddef.h>
#include <stdint.h>

/* Zero-initialise. */
struct map {
	struct map_entry {
		uint64_t key; /* 0: free */
		size_t value;
	} * entries;
	size_t room; /* a power of two */
	size_t count;
};

/* Never 0.  For a name in parts, give what came of the part before; else 0. */
uint64_t map_hash(uint64_t before, const void *data, size_t len);

/*
 * The place of key's value, which is value if it was not there.  It stays where
 * it is until the next call.  NULL without memory.
 */
size_t *map_add(struct map *m, uint64_t key, size_t value);

void map_free(struct map *m);

#endif
