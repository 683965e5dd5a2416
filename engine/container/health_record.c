/* SPDX-License-Identifier: MIT */
#include "container/health_record.h"

#include "base/checksum.h"
#include "base/cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAGIC 0x43544e48u /* "CTNH" */
#define VERSION 1u
#define SLOT_SIZE (24 << 10)
#define ENTRY_HEAD offsetof(struct health_entry, output)
#define BODY_HEAD offsetof(struct health, log)

/* What stands before a body: the members of struct health before the log, then its entries, each as
 * long as it is. */
struct slot_head {
	uint32_t magic;
	uint32_t version;
	uint64_t sequence;
	uint32_t len;	   /* of the body */
	uint32_t checksum; /* of the body */
};

_Static_assert(sizeof(struct slot_head) + sizeof(struct health) <= SLOT_SIZE,
	       "a record fits its slot");

const char *health_status_name(uint32_t status)
{
	static const char *const names[] = {
		[HEALTH_STARTING] = "starting",
		[HEALTH_HEALTHY] = "healthy",
		[HEALTH_UNHEALTHY] = "unhealthy",
	};

	return status < HEALTH_STARTING || status >= ARRAY_LEN(names) ? "unknown" : names[status];
}

static void path_of(const char *id, const char *suffix, char ret_path[96])
{
	(void)snprintf(ret_path, 96, HEALTH_FOLDER "/%s%s", id, suffix);
}

/* Reads the slot @index; false unless it is whole. */
static bool read_slot(int fd, int index, char slot[SLOT_SIZE], struct slot_head *ret_head)
{
	ssize_t got = pread(fd, slot, SLOT_SIZE, (off_t)index * SLOT_SIZE);
	struct slot_head head;

	if (got < (ssize_t)sizeof(head))
		return false;
	memcpy(&head, slot, sizeof(head));
	if (head.magic != MAGIC || head.version != VERSION ||
	    head.len > (size_t)got - sizeof(head) ||
	    head.checksum != checksum(slot + sizeof(head), head.len))
		return false;
	*ret_head = head;
	return true;
}

bool health_unpack(const char *body, size_t len, struct health *ret_health)
{
	struct health health = { 0 };
	size_t at = BODY_HEAD;

	if (len < BODY_HEAD)
		return false;
	memcpy(&health, body, BODY_HEAD);
	if (health.count > HEALTH_LOG_MAX)
		return false;
	health.checking[EXEC_ID_LENGTH] = '\0';
	for (uint32_t i = 0; i < health.count; i++) {
		struct health_entry *entry = &health.log[i];

		if (len - at < ENTRY_HEAD)
			return false;
		memcpy(entry, body + at, ENTRY_HEAD);
		at += ENTRY_HEAD;
		if (entry->len > sizeof(entry->output) || len - at < entry->len)
			return false;
		memcpy(entry->output, body + at, entry->len);
		at += entry->len;
	}
	*ret_health = health;
	return true;
}

/* Returns the length of the slot that was made. */
static size_t pack(const struct health *health, uint64_t sequence, char slot[SLOT_SIZE])
{
	struct slot_head head = { .magic = MAGIC, .version = VERSION, .sequence = sequence };
	char *body = slot + sizeof(head);
	size_t at = BODY_HEAD;

	memcpy(body, health, BODY_HEAD);
	for (uint32_t i = 0; i < health->count; i++) {
		memcpy(body + at, &health->log[i], ENTRY_HEAD);
		at += ENTRY_HEAD;
		memcpy(body + at, health->log[i].output, health->log[i].len);
		at += health->log[i].len;
	}
	head.len = (uint32_t)at;
	head.checksum = checksum(body, at);
	memcpy(slot, &head, sizeof(head));
	return sizeof(head) + at;
}

/* Reads the current slot; returns its index, -1 if none is whole. */
static int read_current(int fd, char slots[2][SLOT_SIZE], struct slot_head *ret_head)
{
	struct slot_head heads[2];
	bool first = read_slot(fd, 0, slots[0], &heads[0]);
	bool second = read_slot(fd, 1, slots[1], &heads[1]);
	int current = first ? 0 : second ? 1 : -1;

	if (first && second && heads[1].sequence > heads[0].sequence)
		current = 1;
	if (current >= 0)
		*ret_head = heads[current];
	return current;
}

int health_read(int fd, struct health *ret_health, struct containr_error *err)
{
	autofree char(*slots)[SLOT_SIZE] = calloc(2, SLOT_SIZE);
	struct slot_head head;

	if (!slots)
		return fail_oom(err);
	/* a reader may meet both slots torn only while two writes pass it by: look again */
	for (int tries = 0; tries < 3; tries++) {
		int current = read_current(fd, slots, &head);

		if (current >= 0 &&
		    health_unpack(slots[current] + sizeof(head), head.len, ret_health))
			return 0;
	}
	return fail(err, CONTAINR_E_INVALID_STATE,
		    "the record of the container's health is damaged");
}

int health_write(int fd, const struct health *health, struct containr_error *err)
{
	autofree char(*slots)[SLOT_SIZE] = calloc(2, SLOT_SIZE);
	struct slot_head head = { 0 };
	ssize_t len;
	int current;

	if (!slots)
		return fail_oom(err);
	current = read_current(fd, slots, &head);
	len = (ssize_t)pack(health, head.sequence + 1, slots[0]);
	if (pwrite(fd, slots[0], (size_t)len, current == 0 ? SLOT_SIZE : 0) != len)
		return fail_sys(err, CONTAINR_E_IO,
				"cannot write the record of the container's health");
	return 0;
}

static int create_at(int runroot, const char *path, const struct health *health, int *ret_fd,
		     struct containr_error *err)
{
	autoclose int fd = openat(runroot, path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	int r;

	if (fd < 0)
		return fail_sys(err, CONTAINR_E_IO, "cannot create '%s'", path);
	if (!health_lock(fd, HEALTH_LOCK_CHECKER, false))
		return fail(err, CONTAINR_E_LOCKED, "cannot lock '%s'", path);
	r = health_write(fd, health, err);
	if (r == 0)
		*ret_fd = steal_fd(&fd);
	return r;
}

int health_record_create(const struct containr *engine, const char *id, const struct health *health,
			 int *ret_fd, struct containr_error *err)
{
	autoclose int fd = -1;
	char path[96];
	char made[96];
	int r;

	path_of(id, "", path);
	path_of(id, ".new", made);
	if (mkdirat(engine->runroot_fd, HEALTH_FOLDER, 0700) < 0 && errno != EEXIST)
		return fail_sys(err, CONTAINR_E_IO, "cannot create '%s/" HEALTH_FOLDER "'",
				engine->runroot);
	r = create_at(engine->runroot_fd, made, health, &fd, err);
	/* under its name it is whole and has its lock from the start */
	if (r == 0 && renameat(engine->runroot_fd, made, engine->runroot_fd, path) < 0)
		r = fail_sys(err, CONTAINR_E_IO, "cannot create '%s'", path);
	if (r < 0) {
		(void)unlinkat(engine->runroot_fd, made, 0);
		return r;
	}
	*ret_fd = steal_fd(&fd);
	return 0;
}

int health_record_open(const struct containr *engine, const char *id, int *ret_fd,
		       struct containr_error *err)
{
	char path[96];
	int fd;

	path_of(id, "", path);
	fd = openat(engine->runroot_fd, path, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return fail_sys(err, CONTAINR_E_IO, "cannot open '%s/%s'", engine->runroot, path);
	*ret_fd = fd;
	return 0;
}

void health_log(struct health *health, const struct health_entry *entry)
{
	if (health->count == HEALTH_LOG_MAX) {
		memmove(&health->log[0], &health->log[1],
			(HEALTH_LOG_MAX - 1) * sizeof(health->log[0]));
		health->count--;
	}
	health->log[health->count++] = *entry;
}

/* Each lock is one byte of the file. */
bool health_lock(int fd, enum health_lock lock, bool wait)
{
	struct flock range = {
		.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = (off_t)lock, .l_len = 1
	};
	int r;

	do
		r = fcntl(fd, wait ? F_OFD_SETLKW : F_OFD_SETLK, &range);
	while (r < 0 && errno == EINTR);
	return r == 0;
}

void health_unlock(int fd, enum health_lock lock)
{
	struct flock range = {
		.l_type = F_UNLCK, .l_whence = SEEK_SET, .l_start = (off_t)lock, .l_len = 1
	};

	(void)fcntl(fd, F_OFD_SETLK, &range);
}

bool health_is_locked(int fd, enum health_lock lock)
{
	struct flock range = {
		.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = (off_t)lock, .l_len = 1
	};

	return fcntl(fd, F_OFD_GETLK, &range) == 0 && range.l_type != F_UNLCK;
}
