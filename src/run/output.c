#include "run/output.h"

#include <errno.h>
#include <poll.h>
#include <unistd.h>

#include "base/replace.h"

void
output_begin(struct output *o, const char *path, const char *temporary)
{
	*o = (struct output){
		.fd = STDOUT_FILENO, .path = path, .temporary = temporary
	};
	if (path != NULL)
		o->fd = replace_begin(path, temporary, &o->error);
}

int
output_all(int fd, const char *text, size_t len)
{
	struct pollfd p = { .fd = fd, .events = POLLOUT };
	ssize_t n;

	while (len > 0) {
		n = write(fd, text, len);
		if (n == -1 && errno == EAGAIN && poll(&p, 1, -1) == 1)
			continue;
		if (n == -1 && errno == EINTR)
			continue;
		if (n <= 0)
			return n == 0 ? EIO : errno;
		text += n;
		len -= (size_t)n;
	}
	return 0;
}

int
output_write(void *output, struct buf *out)
{
	struct output *o = output;

	if (o->fd != -1 && o->error == 0)
		o->error = output_all(o->fd, buf_str(out), out->len);
	buf_truncate(out, 0);
	return 0;
}

int
output_end(struct output *o)
{
	int fd = o->fd;

	o->fd = -1;
	if (o->path == NULL)
		return 0;
	if (fd != -1)
		o->error = replace_end(o->path, o->temporary, fd, o->error);
	return o->error;
}

void
output_drop(struct output *o)
{
	if (o->error == 0)
		o->error = ECANCELED;
	output_end(o);
}
