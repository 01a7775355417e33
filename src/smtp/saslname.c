#include "smtp/saslname.h"

void
saslname_add(struct buf *out, const char *name)
{
	for (; *name != '\0'; name++) {
		if (*name == ',')
			buf_adds(out, "=2C");
		else if (*name == '=')
			buf_adds(out, "=3D");
		else
			buf_addc(out, *name);
	}
}

size_t
saslname_length(const char *name)
{
	size_t n = 0;

	for (; *name != '\0'; name++)
		n += *name == ',' || *name == '=' ? 3 : 1;
	return n;
}
