#include "base/local_file.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#if defined(SYS_openat2) && __has_include(<linux/openat2.h>)
#include <linux/openat2.h>
#endif

#if defined(SYS_openat2) && defined(RESOLVE_CACHED)

/* No overlay: what lies below may be anywhere. */
static bool
is_on_disk(const struct statfs *fs)
{
	static const unsigned long kinds[] = { EXT4_SUPER_MAGIC,
		XFS_SUPER_MAGIC, BTRFS_SUPER_MAGIC, F2FS_SUPER_MAGIC,
		TMPFS_MAGIC };
	size_t i;

	for (i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
		if ((unsigned long)fs->f_type == kinds[i])
			return true;
	return false;
}

bool
local_file_certain(const char *path)
{
	struct open_how how = { .flags = O_PATH | O_CLOEXEC,
		.resolve = RESOLVE_CACHED | RESOLVE_NO_XDEV };
	struct statfs root;
	long fd;

	if (path[0] != '/')
		return false;
	fd = syscall(SYS_openat2, AT_FDCWD, path, &how, sizeof how);
	if (fd == -1)
		return false;
	close((int)fd);
	return statfs("/", &root) == 0 && is_on_disk(&root);
}

#else

bool
local_file_certain(const char *path)
{
	(void)path;
	return false;
}

#endif
