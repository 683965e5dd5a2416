/* SPDX-License-Identifier: MIT */
#include "container/state.h"

#include "base/checksum.h"
#include "base/cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#define STATE_MAGIC 0x43544e52u /* "CTNR" */
#define STATE_VERSION 3u
#define SLOT_SIZE 256
#define STATE_NEW STATE_FILE ".new" /* until it is whole */

struct slot {
	uint32_t magic;
	uint32_t version;
	uint64_t sequence;
	struct state state;
	uint32_t checksum; /* of all before it */
};

_Static_assert(sizeof(struct slot) <= SLOT_SIZE, "a record fits its slot");

static const char *const status_names[] = {
	[STATE_CREATED] = "created",
	[STATE_RUNNING] = "running",
	[STATE_EXITED] = "exited",
	[STATE_RESTARTING] = "restarting",
};

const char *state_status_name(uint32_t status)
{
	if (status < STATE_CREATED || status >= ARRAY_LEN(status_names))
		return "unknown";
	return status_names[status];
}

static bool is_whole(const struct slot *slot)
{
	return slot->magic == STATE_MAGIC && slot->version == STATE_VERSION &&
	       slot->checksum == checksum(slot, offsetof(struct slot, checksum));
}

/* Reads both slots; returns the index of the current one, -1 if none is whole. */
static int read_slots(int fd, struct slot slots[2])
{
	char raw[2 * SLOT_SIZE] = { 0 };
	ssize_t got = pread(fd, raw, sizeof(raw), 0);
	bool first;
	bool second;

	if (got < 0)
		return -1;
	memcpy(&slots[0], raw, sizeof(slots[0]));
	memcpy(&slots[1], raw + SLOT_SIZE, sizeof(slots[1]));
	first = is_whole(&slots[0]);
	second = is_whole(&slots[1]);
	if (first && second)
		return slots[1].sequence > slots[0].sequence;
	return first ? 0 : second ? 1 : -1;
}

int state_read(int fd, struct state *ret_state, struct containr_error *err)
{
	struct slot slots[2];
	int current;

	/* a reader may meet both slots torn only while two writes pass it by: look again */
	for (int tries = 0; tries < 3; tries++) {
		current = read_slots(fd, slots);
		if (current >= 0) {
			*ret_state = slots[current].state;
			ret_state->boot_id[sizeof(ret_state->boot_id) - 1] = '\0';
			return 0;
		}
	}
	(void)fail(err, CONTAINR_E_INVALID_STATE, "the state record is damaged");
	return fail_hint(err, "remove the container with: containr rm --force");
}

static void fill_slot(char raw[SLOT_SIZE], const struct state *state, uint64_t sequence)
{
	struct slot slot;

	/* with what lies between the members, the checksum is of that too */
	memset(&slot, 0, sizeof(slot));
	slot.magic = STATE_MAGIC;
	slot.version = STATE_VERSION;
	slot.sequence = sequence;
	slot.state = *state;
	slot.checksum = checksum(&slot, offsetof(struct slot, checksum));
	memset(raw, 0, SLOT_SIZE);
	memcpy(raw, &slot, sizeof(slot));
}

int state_write(int fd, const struct state *state, struct containr_error *err)
{
	struct slot slots[2];
	int current = read_slots(fd, slots);
	char raw[SLOT_SIZE];
	int target = current == 0 ? 1 : 0;

	fill_slot(raw, state, current < 0 ? 1 : slots[current].sequence + 1);
	if (pwrite(fd, raw, sizeof(raw), target * SLOT_SIZE) != (ssize_t)sizeof(raw))
		return fail_sys(err, CONTAINR_E_IO, "cannot write the state record");
	return 0;
}

int state_create(int dir, const struct state *state, int *ret_fd, struct containr_error *err)
{
	autoclose int fd = openat(dir, STATE_NEW, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	char raw[2 * SLOT_SIZE];
	int r;

	if (fd < 0)
		return fail_sys(err, CONTAINR_E_IO, "cannot create the state record");
	r = state_lock(fd, false, err);
	if (r < 0)
		return r;
	/* both slots have their disk block from now on */
	fill_slot(raw, state, 1);
	fill_slot(raw + SLOT_SIZE, state, 2);
	if (pwrite(fd, raw, sizeof(raw), 0) != (ssize_t)sizeof(raw))
		return fail_sys(err, CONTAINR_E_IO, "cannot write the state record");
	/* under its name it has its lock from the start: one without would be taken for abandoned */
	r = linkat(dir, STATE_NEW, dir, STATE_FILE, 0);
	if (r < 0)
		r = fail_sys(err, CONTAINR_E_IO, "cannot create the state record");
	(void)unlinkat(dir, STATE_NEW, 0);
	if (r < 0)
		return r;
	*ret_fd = steal_fd(&fd);
	return 0;
}

int state_open(int dir, int *ret_fd, struct containr_error *err)
{
	int fd = openat(dir, STATE_FILE, O_RDWR | O_CLOEXEC);

	if (fd < 0)
		return fail_sys(err, CONTAINR_E_IO, "cannot open the state record");
	*ret_fd = fd;
	return 0;
}

int state_lock(int fd, bool wait, struct containr_error *err)
{
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	int r;

	do
		r = fcntl(fd, wait ? F_OFD_SETLKW : F_OFD_SETLK, &lock);
	while (r < 0 && errno == EINTR);
	if (r < 0 && (errno == EAGAIN || errno == EACCES))
		return fail(err, CONTAINR_E_LOCKED, "another process is working on the container");
	return r < 0 ? fail_sys(err, CONTAINR_E_IO, "cannot lock the state record") : 0;
}

void state_unlock(int fd)
{
	struct flock lock = { .l_type = F_UNLCK, .l_whence = SEEK_SET };

	(void)fcntl(fd, F_OFD_SETLK, &lock);
}

bool state_is_locked(int fd)
{
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };

	return fcntl(fd, F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
}

int state_boot_id(char ret_id[40], struct containr_error *err)
{
	autoclose int fd =
		openat(AT_FDCWD, "/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
	ssize_t len = fd < 0 ? -1 : read(fd, ret_id, 39);

	if (len < 36)
		return fail_sys(err, CONTAINR_E_IO, "cannot read the boot id");
	ret_id[36] = '\0';
	return 0;
}
