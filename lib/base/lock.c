#include "base/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <unistd.h>

int lock_take(const char *path, int *fd, struct err *e)
{
	char pid[32];
	ssize_t n;

	*fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (*fd < 0)
		return err_errno(e, "%s: open the lock", path);
	if (flock(*fd, LOCK_EX | LOCK_NB) == 0) {
		int len = snprintf(pid, sizeof pid, "%ld\n", (long)getpid());
		/* The process id is a courtesy to the reader of the other one's message. */
		if (ftruncate(*fd, 0) != 0 || pwrite(*fd, pid, (size_t)len, 0) != len)
			errno = 0;
		return 0;
	}
	if (errno != EWOULDBLOCK) {
		err_errno(e, "%s: lock", path);
	} else {
		n = pread(*fd, pid, sizeof pid - 1, 0);
		pid[n > 0 ? n : 0] = '\0';
		/* It may have taken the lock and not yet written its id. */
		if (atol(pid) > 0)
			err_set(e, ERR_TEMPORARY, "%s: another run (process %ld) is at work; try again later", path,
			    atol(pid));
		else
			err_set(e, ERR_TEMPORARY, "%s: another run is at work; try again later", path);
	}
	close(*fd);
	*fd = -1;
	return -1;
}

void lock_release(int fd)
{
	if (fd >= 0)
		close(fd);
}
