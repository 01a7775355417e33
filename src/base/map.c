#include "base/map.h"

#include <stdlib.h>

enum { ROOM_AT_FIRST = 64 };

/* FNV-1a, of which the last step is there to spread the low bits. */
uint64_t
map_hash(uint64_t before, const void *data, size_t len)
{
	const unsigned char *s = data;
	uint64_t h = before != 0 ? before : UINT64_C(0xcbf29ce484222325);
	size_t i;

	for (i = 0; i < len; i++)
		h = (h ^ s[i]) * UINT64_C(0x100000001b3);
	h ^= h >> 32;
	return h != 0 ? h : 1;
}

/* There is always a free one. */
static struct map_entry *
find(const struct map *m, uint64_t key)
{
	size_t i = (size_t)key & (m->room - 1);

	while (m->entries[i].key != 0 && m->entries[i].key != key)
		i = (i + 1) & (m->room - 1);
	return &m->entries[i];
}

static int
grow(struct map *m)
{
	struct map larger = { .room = m->room > 0 ? 2 * m->room : ROOM_AT_FIRST,
		.count = m->count };
	size_t i;

	larger.entries = calloc(larger.room, sizeof *larger.entries);
	if (larger.entries == NULL)
		return -1;
	for (i = 0; i < m->room; i++)
		if (m->entries[i].key != 0)
			*find(&larger, m->entries[i].key) = m->entries[i];
	free(m->entries);
	*m = larger;
	return 0;
}

size_t *
map_add(struct map *m, uint64_t key, size_t value)
{
	struct map_entry *e;

	if (2 * (m->count + 1) > m->room && grow(m) == -1)
		return NULL;
	e = find(m, key);
	if (e->key == 0) {
		*e = (struct map_entry){ .key = key, .value = value };
		m->count++;
	}
	return &e->value;
}

void
map_free(struct map *m)
{
	free(m->entries);
	*m = (struct map){ .room = 0 };
}
