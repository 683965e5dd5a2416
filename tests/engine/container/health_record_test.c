/* SPDX-License-Identifier: MIT */
#include "container/health_record.h"

#include "base/cleanup.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "engine/base/temp_dir.h"

#define ID "0123456789abcdef"
#define SLOT_SIZE (24 << 10)

static struct containr engine_in(const struct temp_dir *temp)
{
	return (struct containr) { .runroot = (char *)(uintptr_t)temp->path,
				   .runroot_fd = temp->fd };
}

static int create(const struct temp_dir *temp)
{
	const struct containr engine = engine_in(temp);
	const struct health health = { .pid = 7, .tally = { .status = HEALTH_STARTING } };
	struct containr_error err;
	int fd = -1;

	if (health_record_create(&engine, ID, &health, &fd, &err) < 0)
		fail_msg("%s", err.message);
	return fd;
}

static struct health_entry entry_of(int exit_code, size_t len)
{
	struct health_entry entry = { .exit_code = exit_code, .len = (uint32_t)len };

	memset(entry.output, 'a' + exit_code % 26, len);
	return entry;
}

static void log_keeps_the_last_five(void **state)
{
	struct temp_dir *temp = *state;
	autoclose int fd = create(temp);
	struct containr_error err;
	struct health health;

	for (int i = 0; i < 8; i++) {
		struct health_entry entry = entry_of(i, (size_t)(i % 2 ? HEALTH_OUTPUT_MAX : i));

		assert_int_equal(health_read(fd, &health, &err), 0);
		health_log(&health, &entry);
		assert_int_equal(health_write(fd, &health, &err), 0);
	}
	assert_int_equal(health_read(fd, &health, &err), 0);
	assert_int_equal(health.pid, 7);
	assert_int_equal(health.count, 5);
	for (int i = 0; i < 5; i++) {
		struct health_entry entry =
			entry_of(i + 3, (size_t)(i % 2 ? i + 3 : HEALTH_OUTPUT_MAX));

		assert_int_equal(health.log[i].exit_code, i + 3);
		assert_int_equal(health.log[i].len, entry.len);
		assert_memory_equal(health.log[i].output, entry.output, entry.len);
	}
}

/* Whatever the byte is that was lost: the record before is still there. */
static void torn_write_leaves_the_record_before(void **state)
{
	struct temp_dir *temp = *state;
	autoclose int fd = create(temp);
	struct containr_error err;
	struct health health;
	char slot[256];

	assert_int_equal(health_read(fd, &health, &err), 0);
	for (int pid = 8; pid < 10; pid++) {
		health.pid = pid;
		assert_int_equal(health_write(fd, &health, &err), 0);
	}
	/* created in the first slot, then the second, then the first again */
	for (off_t at = 0; at < (off_t)(24 + offsetof(struct health, log)); at++) {
		char byte;

		assert_int_equal(pread(fd, &byte, 1, at), 1);
		byte = (char)~byte;
		assert_int_equal(pwrite(fd, &byte, 1, at), 1);
		assert_int_equal(health_read(fd, &health, &err), 0);
		/* the number of a slot is no part of what the sum is of */
		if (at < 8 || at >= 16)
			assert_int_equal(health.pid, 8);
		byte = (char)~byte;
		assert_int_equal(pwrite(fd, &byte, 1, at), 1);
	}
	memset(slot, 0, sizeof(slot));
	assert_int_equal(pwrite(fd, slot, sizeof(slot), 0), sizeof(slot));
	assert_int_equal(pwrite(fd, slot, sizeof(slot), SLOT_SIZE), sizeof(slot));
	assert_int_equal(health_read(fd, &health, &err), -CONTAINR_E_INVALID_STATE);
}

static void locks_are_two(void **state)
{
	struct temp_dir *temp = *state;
	const struct containr engine = engine_in(temp);
	struct containr_error err;
	int fd = create(temp);
	autoclose int other = -1;

	assert_int_equal(health_record_open(&engine, ID, &other, &err), 0);
	assert_true(health_is_locked(other, HEALTH_LOCK_CHECKER));
	assert_false(health_lock(other, HEALTH_LOCK_CHECKER, false));
	assert_true(health_lock(other, HEALTH_LOCK_WRITER, false));
	assert_true(health_is_locked(fd, HEALTH_LOCK_WRITER));
	health_unlock(other, HEALTH_LOCK_WRITER);
	assert_false(health_is_locked(fd, HEALTH_LOCK_WRITER));
	assert_int_equal(close(fd), 0);
	assert_false(health_is_locked(other, HEALTH_LOCK_CHECKER));
}

static void next_run_has_a_record_of_its_own(void **state)
{
	struct temp_dir *temp = *state;
	const struct containr engine = engine_in(temp);
	autoclose int before = create(temp);
	autoclose int now = create(temp);
	autoclose int other = -1;
	struct containr_error err;
	struct stat info;

	assert_int_equal(fstat(before, &info), 0);
	assert_int_equal(info.st_nlink, 0);
	assert_int_equal(fstat(now, &info), 0);
	assert_int_equal(info.st_nlink, 1);
	assert_int_equal(faccessat(temp->fd, HEALTH_FOLDER "/" ID ".new", F_OK, 0), -1);
	assert_int_equal(unlinkat(temp->fd, HEALTH_FOLDER "/" ID, 0), 0);
	assert_int_equal(health_record_open(&engine, ID, &other, &err), -CONTAINR_E_IO);
	assert_int_equal(err.sys_errno, ENOENT);
}

#define IN_DIR(test) cmocka_unit_test_setup_teardown(test, temp_dir_make, temp_dir_remove)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_DIR(log_keeps_the_last_five),
		IN_DIR(torn_write_leaves_the_record_before),
		IN_DIR(locks_are_two),
		IN_DIR(next_run_has_a_record_of_its_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
