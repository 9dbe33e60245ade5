/* Files, folders and locks. */
#include "base/file.h"
#include "base/lock.h"
#include "base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static int in_folder(void **state)
{
	char dir[] = "/tmp/mailroom-test-XXXXXX";

	if (!mkdtemp(dir) || chdir(dir) != 0)
		return -1;
	*state = mem_strdup(dir);
	return 0;
}

static int leave_folder(void **state)
{
	char *command = mem_printf("rm -rf %s", (char *)*state);
	int rc = chdir("/") == 0 && system(command) == 0 ? 0 : -1;

	free(command);
	free(*state);
	return rc;
}

static int entries(void)
{
	DIR *d = opendir(".");
	int n = 0;

	while (readdir(d))
		n++;
	closedir(d);
	return n - 2;
}

static mode_t mode_of(const char *path)
{
	struct stat st;

	assert_int_equal(stat(path, &st), 0);
	return st.st_mode & 07777;
}

static void folders_are_made_with_their_parents(void **state)
{
	char *deep = mem_printf("%s/x//y/z/", (char *)*state);
	struct err e = {0};

	umask(022);
	assert_int_equal(file_make_dirs("a/b/c", &e), 0);
	assert_int_equal(file_make_dirs("a/b/c", &e), 0);
	assert_int_equal(mode_of("a/b/c"), 0700);
	assert_int_equal(file_make_dirs(deep, &e), 0);
	assert_int_equal(mode_of("x/y/z"), 0700);
	assert_int_equal(file_make_dirs("/", &e), 0);
	free(deep);
}

static void a_folder_that_cannot_be_made(void **state)
{
	static const char *const rows[] = {"", "file", "file/a", "file/a/b"};
	struct err e = {0};

	assert_int_equal(file_write_atomic("file", "x", 1, 0600, &e), 0);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		e = (struct err){0};
		assert_int_equal(file_make_dirs(rows[i], &e), -1);
		assert_int_equal(e.code, ERR_CANNOT_CREATE);
	}
	(void)state;
}

static void a_file_is_read_up_to_its_cap(void **state)
{
	struct buf b = {0};
	struct err e = {0};
	char *bytes = mem_alloc(200000);

	memset(bytes, 'm', 200000);
	assert_int_equal(file_write_atomic("m", bytes, 200000, 0600, &e), 0);
	assert_int_equal(file_read("m", -1, 200000, &b, &e), 0);
	assert_int_equal(b.len, 200000);
	assert_memory_equal(b.data, bytes, 200000);
	buf_reset(&b);
	assert_int_equal(file_read("m", -1, 199999, &b, &e), -1);
	assert_int_equal(e.code, ERR_INPUT);
	assert_int_equal(file_read("none", -1, 10, &b, &e), -1);
	assert_int_equal(e.code, ERR_NO_INPUT);
	assert_int_equal(file_read(".", -1, 10, &b, &e), -1);
	assert_int_equal(e.code, ERR_INPUT);
	buf_clear(&b);
	assert_int_equal(file_write_atomic("empty", "", 0, 0600, &e), 0);
	assert_int_equal(file_read("empty", -1, 0, &b, &e), 0);
	assert_string_equal(buf_str(&b), "");
	buf_clear(&b);
	free(bytes);
	(void)state;
}

static void an_atomic_write_is_whole_or_not_at_all(void **state)
{
	struct buf b = {0};
	struct err e = {0};

	assert_int_equal(file_write_atomic("f", "old", 3, 0640, &e), 0);
	assert_int_equal(mode_of("f"), 0640);
	assert_int_equal(file_write_atomic("f", "newer", 5, 0600, &e), 0);
	assert_int_equal(mode_of("f"), 0600);
	assert_int_equal(file_read("f", -1, 100, &b, &e), 0);
	assert_string_equal(buf_str(&b), "newer");
	buf_clear(&b);

	assert_int_equal(mkdir("d", 0700), 0);
	assert_int_equal(file_write_atomic("d", "x", 1, 0600, &e), -1);
	assert_int_equal(entries(), 2); /* no temporary file is left */
	assert_int_equal(file_write_atomic("none/f", "x", 1, 0600, &e), -1);
	assert_int_equal(e.code, ERR_CANNOT_CREATE);
	assert_string_equal(e.text, "none/f: create: No such file or directory");

	assert_int_equal(mkfifo("pipe", 0600), 0);
	assert_int_equal(file_write_atomic("pipe", "x", 1, 0600, &e), -1);
	assert_int_equal(e.code, ERR_CANNOT_CREATE);
	assert_int_equal(unlink("pipe"), 0);
	(void)state;
}

static void a_full_disk_is_an_error(void **state)
{
	struct err e = {0};
	int fd = open("/dev/full", O_WRONLY);

	assert_int_equal(file_write_all(fd, "/dev/full", "x", 1, &e), -1);
	assert_int_equal(e.code, ERR_IO);
	close(fd);
	(void)state;
}

static void names_are_joined_by_one_slash(void **state)
{
	static const struct {
		const char *dir, *name, *path;
	} rows[] = {{"a", "b", "a/b"}, {"a/", "b", "a/b"}, {"/", "b", "/b"}, {"", "b", "/b"}};
	unsigned long long n = 0;
	struct err e = {0};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char *path = file_join(rows[i].dir, rows[i].name);
		assert_string_equal(path, rows[i].path);
		free(path);
	}
	assert_int_equal(file_free_bytes(".", &n, &e), 0);
	assert_true(n > 0);
	assert_int_equal(file_free_bytes("none", &n, &e), -1);
	(void)state;
}

/* Tries the lock in another process: 0 taken, 75 held. */
static int try_elsewhere(struct err *e)
{
	int status, pipes[2];
	pid_t pid;

	assert_int_equal(pipe(pipes), 0);
	pid = fork();
	if (pid == 0) {
		int fd;
		struct err mine = {0};
		int rc = lock_take("lock", &fd, &mine);
		ssize_t n = write(pipes[1], &mine, sizeof mine);
		_exit(n == (ssize_t)sizeof mine && rc == 0 ? 0 : err_exit_status(&mine));
	}
	close(pipes[1]);
	assert_int_equal(read(pipes[0], e, sizeof *e), sizeof *e);
	close(pipes[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WEXITSTATUS(status);
}

static void one_process_holds_the_lock(void **state)
{
	struct err e = {0};
	char words[64];
	int fd;

	assert_int_equal(lock_take("lock", &fd, &e), 0);
	assert_int_equal(mode_of("lock"), 0600);
	assert_int_equal(try_elsewhere(&e), 75);
	snprintf(words, sizeof words, "process %ld", (long)getpid());
	assert_non_null(strstr(e.text, words));
	lock_release(fd);
	assert_int_equal(try_elsewhere(&e), 0);
	/* The other process ended with the lock held: it is free again. */
	assert_int_equal(lock_take("lock", &fd, &e), 0);
	lock_release(fd);
	lock_release(-1);

	assert_int_equal(lock_take("lock", &fd, &e), 0);
	assert_int_equal(truncate("lock", 0), 0);
	assert_int_equal(try_elsewhere(&e), 75);
	assert_null(strstr(e.text, "process"));
	lock_release(fd);
	assert_int_equal(symlink("lock", "link"), 0);
	assert_int_equal(lock_take("link", &fd, &e), -1);
	assert_int_equal(lock_take("none/lock", &fd, &e), -1);
	assert_int_equal(fd, -1);
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(folders_are_made_with_their_parents, in_folder, leave_folder),
	    cmocka_unit_test_setup_teardown(a_folder_that_cannot_be_made, in_folder, leave_folder),
	    cmocka_unit_test_setup_teardown(a_file_is_read_up_to_its_cap, in_folder, leave_folder),
	    cmocka_unit_test_setup_teardown(an_atomic_write_is_whole_or_not_at_all, in_folder, leave_folder),
	    cmocka_unit_test_setup_teardown(a_full_disk_is_an_error, in_folder, leave_folder),
	    cmocka_unit_test_setup_teardown(names_are_joined_by_one_slash, in_folder, leave_folder),
	    cmocka_unit_test_setup_teardown(one_process_holds_the_lock, in_folder, leave_folder),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
