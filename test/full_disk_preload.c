/*
 * full_disk_preload.c: a disk that has no room for temporary files, for a server that is started
 * with this in LD_PRELOAD: writes to them fail while the file that FULL_DISK names exists.
 */
#define _GNU_SOURCE

#include <dlfcn.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

static bool
is_full(int fd)
{
	const char *flag = getenv("FULL_DISK");
	char link[64];
	char path[4096];
	ssize_t length;

	if (flag == NULL || access(flag, F_OK) != 0)
		return false;
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	length = readlink(link, path, sizeof(path) - 1);
	if (length < 0)
		return false;
	path[length] = '\0';
	return strstr(path, "pgsql_tmp") != NULL;
}

static ssize_t
write_at(const char *name, int fd, const void *bytes, size_t size, off_t place)
{
	ssize_t (*next)(int, const void *, size_t, off_t);
	void *symbol = dlsym(RTLD_NEXT, name);

	if (is_full(fd))
	{
		errno = ENOSPC;
		return -1;
	}
	memcpy(&next, &symbol, sizeof(next));
	return next(fd, bytes, size, place);
}

ssize_t
pwrite(int fd, const void *bytes, size_t size, off_t place)
{
	return write_at("pwrite", fd, bytes, size, place);
}

ssize_t
pwrite64(int fd, const void *bytes, size_t size, off64_t place)
{
	return write_at("pwrite64", fd, bytes, size, place);
}
