/* SPDX-License-Identifier: MIT */
#include "container/state.h"

#include "base/cleanup.h"

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "engine/base/temp_dir.h"

#define FILE_SIZE 512

/* A state file with one record, as at `create`; it holds the lock. */
static int create(int dir)
{
	const struct state first = { .status = STATE_CREATED, .created_ns = 11 };
	struct containr_error err;
	int fd = -1;

	if (state_create(dir, &first, &fd, &err) < 0)
		fail_msg("%s", err.message);
	return fd;
}

static void write_pid(int fd, int pid)
{
	const struct state state = { .status = STATE_RUNNING, .pid = pid, .boot_id = "boot" };
	struct containr_error err;

	assert_int_equal(state_write(fd, &state, &err), 0);
}

static int read_pid(int fd)
{
	struct state state = { 0 };
	struct containr_error err;

	if (state_read(fd, &state, &err) < 0)
		fail_msg("%s", err.message);
	return state.pid;
}

static void last_record_that_was_written_is_read(void **state)
{
	struct temp_dir *temp = *state;
	autoclose int fd = create(temp->fd);
	struct containr_error err;
	struct state now;

	assert_int_equal(state_read(fd, &now, &err), 0);
	assert_int_equal(now.status, STATE_CREATED);
	assert_true(now.created_ns == 11);
	for (int pid = 1; pid < 10; pid++) {
		write_pid(fd, pid);
		assert_int_equal(read_pid(fd), pid);
	}
}

static void record_is_created_once(void **state)
{
	struct temp_dir *temp = *state;
	autoclose int fd = create(temp->fd);
	const struct state again = { .status = STATE_EXITED };
	struct containr_error err;
	int other = -1;

	assert_true(fd >= 0);
	assert_int_equal(state_create(temp->fd, &again, &other, &err), -CONTAINR_E_IO);
	assert_int_equal(other, -1);
}

/* Whatever a write leaves that was cut short: the record before it is whole. */
static void each_byte_of_a_torn_slot_is_noticed(void **state)
{
	struct temp_dir *temp = *state;
	autoclose int fd = create(temp->fd);
	unsigned char before[FILE_SIZE];
	unsigned char after[FILE_SIZE];

	write_pid(fd, 1);
	assert_int_equal(pread(fd, before, sizeof(before), 0), FILE_SIZE);
	write_pid(fd, 2);
	assert_int_equal(pread(fd, after, sizeof(after), 0), FILE_SIZE);
	for (size_t i = 0; i < FILE_SIZE; i++) {
		unsigned char changed = after[i] ^ 0x10;

		if (before[i] == after[i])
			continue;
		assert_int_equal(pwrite(fd, &changed, 1, (off_t)i), 1);
		assert_int_equal(read_pid(fd), 1);
		assert_int_equal(pwrite(fd, &after[i], 1, (off_t)i), 1);
		assert_int_equal(read_pid(fd), 2);
	}
}

static void write_that_ends_anywhere_loses_the_new_record_only(void **state)
{
	struct temp_dir *temp = *state;
	autoclose int fd = create(temp->fd);
	unsigned char before[FILE_SIZE];
	unsigned char after[FILE_SIZE];
	bool new_seen = false;

	write_pid(fd, 1);
	assert_int_equal(pread(fd, before, sizeof(before), 0), FILE_SIZE);
	write_pid(fd, 2);
	assert_int_equal(pread(fd, after, sizeof(after), 0), FILE_SIZE);
	assert_int_equal(pwrite(fd, before, sizeof(before), 0), FILE_SIZE);
	for (size_t i = 0; i < FILE_SIZE; i++) {
		int pid;

		assert_int_equal(pwrite(fd, &after[i], 1, (off_t)i), 1);
		pid = read_pid(fd);
		assert_in_range(pid, 1, 2);
		new_seen = new_seen || pid == 2;
		assert_int_equal(pid, new_seen ? 2 : 1);
	}
	assert_true(new_seen);
}

static void write_after_a_torn_one_goes_on(void **state)
{
	struct temp_dir *temp = *state;
	autoclose int fd = create(temp->fd);
	unsigned char bytes[FILE_SIZE];
	const unsigned char torn = 0xee;

	write_pid(fd, 1);
	assert_int_equal(pread(fd, bytes, sizeof(bytes), 0), FILE_SIZE);
	/* byte 8 of each slot is in its sequence number: the slot that is not current */
	write_pid(fd, 2);
	assert_int_equal(pwrite(fd, &torn, 1, 8), 1);
	assert_in_range(read_pid(fd), 1, 2);
	write_pid(fd, 3);
	assert_int_equal(read_pid(fd), 3);
	write_pid(fd, 4);
	assert_int_equal(read_pid(fd), 4);
}

static void file_without_a_whole_record_is_an_error(void **state)
{
	static const char *const contents[] = { "", "short", "CTNR" };
	struct temp_dir *temp = *state;
	autoclose int fd = create(temp->fd);
	struct containr_error err;
	struct state now;

	for (size_t i = 0; i < ARRAY_LEN(contents); i++) {
		size_t len = strlen(contents[i]);

		assert_int_equal(ftruncate(fd, 0), 0);
		assert_int_equal(pwrite(fd, contents[i], len, 0), (ssize_t)len);
		assert_int_equal(state_read(fd, &now, &err), -CONTAINR_E_INVALID_STATE);
	}
}

static void boot_id_of_a_record_always_ends(void **state)
{
	struct temp_dir *temp = *state;
	autoclose int fd = create(temp->fd);
	struct state full = { .status = STATE_RUNNING };
	struct containr_error err;
	struct state now;

	memset(full.boot_id, 'x', sizeof(full.boot_id));
	assert_int_equal(state_write(fd, &full, &err), 0);
	assert_int_equal(state_read(fd, &now, &err), 0);
	assert_int_equal(strlen(now.boot_id), sizeof(now.boot_id) - 1);
}

static void lock_is_held_until_its_last_descriptor_is_closed(void **state)
{
	struct temp_dir *temp = *state;
	int fd = create(temp->fd);
	autoclose int other = -1;
	struct containr_error err;
	int copy = dup(fd);

	assert_int_equal(state_open(temp->fd, &other, &err), 0);
	assert_true(state_is_locked(other));
	assert_false(state_is_locked(fd)); /* not by somebody else */
	assert_int_equal(state_lock(other, false, &err), -CONTAINR_E_LOCKED);
	(void)close(fd);
	assert_true(state_is_locked(other));
	(void)close(copy);
	assert_false(state_is_locked(other));
	assert_int_equal(state_lock(other, false, &err), 0);
}

static void lock_is_given_back_while_the_file_stays_open(void **state)
{
	struct temp_dir *temp = *state;
	autoclose int fd = create(temp->fd);
	autoclose int other = -1;
	struct containr_error err;

	assert_int_equal(state_open(temp->fd, &other, &err), 0);
	state_unlock(fd);
	assert_int_equal(state_lock(other, false, &err), 0);
	assert_int_equal(state_lock(fd, false, &err), -CONTAINR_E_LOCKED);
}

/* As a starter hands it to the monitor: the process that took it is gone, the lock is not. */
static void lock_passes_on_with_the_descriptor(void **state)
{
	struct temp_dir *temp = *state;
	autoclose int other = -1;
	struct containr_error err;
	int stay[2];
	int fd = create(temp->fd);
	pid_t heir;

	assert_int_equal(pipe2(stay, O_CLOEXEC), 0);
	heir = fork();
	assert_true(heir >= 0);
	if (heir == 0) {
		char byte;

		(void)close(stay[1]);
		_exit(read(stay[0], &byte, 1) == 0 ? 0 : 1);
	}
	(void)close(stay[0]);
	(void)close(fd);
	assert_int_equal(state_open(temp->fd, &other, &err), 0);
	assert_true(state_is_locked(other));
	(void)close(stay[1]);
	assert_int_equal(waitpid(heir, NULL, 0), heir);
	assert_false(state_is_locked(other));
}

/* Raises the record's pid by one, @count times, under the lock. */
static void count_up(int dir, int count)
{
	for (int i = 0; i < count; i++) {
		autoclose int fd = -1;
		struct containr_error err;
		struct state now;

		if (state_open(dir, &fd, &err) < 0 || state_lock(fd, true, &err) < 0 ||
		    state_read(fd, &now, &err) < 0)
			_exit(1);
		now.pid++;
		if (state_write(fd, &now, &err) < 0)
			_exit(2);
	}
	_exit(0);
}

static void writers_wait_for_each_other_and_readers_for_nobody(void **state)
{
	enum { WRITERS = 3, TIMES = 200 };
	struct temp_dir *temp = *state;
	int fd = create(temp->fd);
	autoclose int reader = -1;
	struct containr_error err;
	int last = 0;
	int status;

	(void)close(fd);
	assert_int_equal(state_open(temp->fd, &reader, &err), 0);
	for (int i = 0; i < WRITERS; i++)
		if (fork() == 0)
			count_up(temp->fd, TIMES);
	while (last < WRITERS * TIMES) {
		int pid = read_pid(reader);

		assert_in_range(pid, last, WRITERS * TIMES);
		last = pid;
		if (waitpid(-1, &status, WNOHANG) > 0)
			assert_int_equal(status, 0);
	}
	while (waitpid(-1, &status, 0) > 0)
		assert_int_equal(status, 0);
}

static void statuses_have_dockers_names(void **state)
{
	(void)state;
	assert_string_equal(state_status_name(STATE_CREATED), "created");
	assert_string_equal(state_status_name(STATE_RUNNING), "running");
	assert_string_equal(state_status_name(STATE_EXITED), "exited");
	assert_string_equal(state_status_name(STATE_RESTARTING), "restarting");
	assert_string_equal(state_status_name(0), "unknown");
	assert_string_equal(state_status_name(5), "unknown");
}

static void boot_has_an_id(void **state)
{
	struct containr_error err;
	char first[40];
	char second[40];

	(void)state;
	assert_int_equal(state_boot_id(first, &err), 0);
	assert_int_equal(state_boot_id(second, &err), 0);
	assert_int_equal(strlen(first), 36);
	assert_string_equal(first, second);
}

#define IN_DIR(test) cmocka_unit_test_setup_teardown(test, temp_dir_make, temp_dir_remove)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_DIR(last_record_that_was_written_is_read),
		IN_DIR(record_is_created_once),
		IN_DIR(each_byte_of_a_torn_slot_is_noticed),
		IN_DIR(write_that_ends_anywhere_loses_the_new_record_only),
		IN_DIR(write_after_a_torn_one_goes_on),
		IN_DIR(file_without_a_whole_record_is_an_error),
		IN_DIR(boot_id_of_a_record_always_ends),
		IN_DIR(lock_is_held_until_its_last_descriptor_is_closed),
		IN_DIR(lock_is_given_back_while_the_file_stays_open),
		IN_DIR(lock_passes_on_with_the_descriptor),
		IN_DIR(writers_wait_for_each_other_and_readers_for_nobody),
		cmocka_unit_test(statuses_have_dockers_names),
		cmocka_unit_test(boot_has_an_id),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
