/* SPDX-License-Identifier: MIT */
#include "kernel/caps.h"

#include "base/cleanup.h"

#include <limits.h>
#include <string.h>
#include <strings.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#define CAPS_PREFIX "CAP_"
#define CAPS_PREFIX_LEN (sizeof(CAPS_PREFIX) - 1)

static const char *const cap_names[] = {
	[CAP_CHOWN] = "CAP_CHOWN",
	[CAP_DAC_OVERRIDE] = "CAP_DAC_OVERRIDE",
	[CAP_DAC_READ_SEARCH] = "CAP_DAC_READ_SEARCH",
	[CAP_FOWNER] = "CAP_FOWNER",
	[CAP_FSETID] = "CAP_FSETID",
	[CAP_KILL] = "CAP_KILL",
	[CAP_SETGID] = "CAP_SETGID",
	[CAP_SETUID] = "CAP_SETUID",
	[CAP_SETPCAP] = "CAP_SETPCAP",
	[CAP_LINUX_IMMUTABLE] = "CAP_LINUX_IMMUTABLE",
	[CAP_NET_BIND_SERVICE] = "CAP_NET_BIND_SERVICE",
	[CAP_NET_BROADCAST] = "CAP_NET_BROADCAST",
	[CAP_NET_ADMIN] = "CAP_NET_ADMIN",
	[CAP_NET_RAW] = "CAP_NET_RAW",
	[CAP_IPC_LOCK] = "CAP_IPC_LOCK",
	[CAP_IPC_OWNER] = "CAP_IPC_OWNER",
	[CAP_SYS_MODULE] = "CAP_SYS_MODULE",
	[CAP_SYS_RAWIO] = "CAP_SYS_RAWIO",
	[CAP_SYS_CHROOT] = "CAP_SYS_CHROOT",
	[CAP_SYS_PTRACE] = "CAP_SYS_PTRACE",
	[CAP_SYS_PACCT] = "CAP_SYS_PACCT",
	[CAP_SYS_ADMIN] = "CAP_SYS_ADMIN",
	[CAP_SYS_BOOT] = "CAP_SYS_BOOT",
	[CAP_SYS_NICE] = "CAP_SYS_NICE",
	[CAP_SYS_RESOURCE] = "CAP_SYS_RESOURCE",
	[CAP_SYS_TIME] = "CAP_SYS_TIME",
	[CAP_SYS_TTY_CONFIG] = "CAP_SYS_TTY_CONFIG",
	[CAP_MKNOD] = "CAP_MKNOD",
	[CAP_LEASE] = "CAP_LEASE",
	[CAP_AUDIT_WRITE] = "CAP_AUDIT_WRITE",
	[CAP_AUDIT_CONTROL] = "CAP_AUDIT_CONTROL",
	[CAP_SETFCAP] = "CAP_SETFCAP",
	[CAP_MAC_OVERRIDE] = "CAP_MAC_OVERRIDE",
	[CAP_MAC_ADMIN] = "CAP_MAC_ADMIN",
	[CAP_SYSLOG] = "CAP_SYSLOG",
	[CAP_WAKE_ALARM] = "CAP_WAKE_ALARM",
	[CAP_BLOCK_SUSPEND] = "CAP_BLOCK_SUSPEND",
	[CAP_AUDIT_READ] = "CAP_AUDIT_READ",
	[CAP_PERFMON] = "CAP_PERFMON",
	[CAP_BPF] = "CAP_BPF",
	[CAP_CHECKPOINT_RESTORE] = "CAP_CHECKPOINT_RESTORE",
};

_Static_assert(CAPS_ALL == (UINT64_C(1) << ARRAY_LEN(cap_names)) - 1,
	       "CAPS_ALL and the table of names end at the same capability");

/* The part of a name after "CAP_", which people leave out. */
static const char *without_prefix(const char *name)
{
	if (strncasecmp(name, CAPS_PREFIX, CAPS_PREFIX_LEN) == 0)
		return name + CAPS_PREFIX_LEN;
	return name;
}

int caps_from_name(const char *name)
{
	const char *wanted = without_prefix(name);

	for (size_t i = 0; i < ARRAY_LEN(cap_names); i++) {
		if (strcasecmp(cap_names[i] + CAPS_PREFIX_LEN, wanted) == 0)
			return (int)i;
	}
	return -1;
}

const char *caps_name(int cap)
{
	if (cap < 0 || (size_t)cap >= ARRAY_LEN(cap_names))
		return NULL;
	return cap_names[cap];
}

int caps_last(void)
{
	int last = CAP_LAST_CAP;

	/* The headers we were built with may be newer or older than the kernel we run on. */
	while (last > 0 && prctl(PR_CAPBSET_READ, (unsigned long)last, 0, 0, 0) < 0)
		last--;
	while (last < 63 && prctl(PR_CAPBSET_READ, (unsigned long)last + 1, 0, 0, 0) >= 0)
		last++;
	return last;
}

/* Names in use have at most 18 letters after the prefix; longer input is near to none of them. */
#define NEAR_MAX 24

static unsigned min3(unsigned a, unsigned b, unsigned c)
{
	unsigned least = a < b ? a : b;

	return least < c ? least : c;
}

/* Levenshtein distance without regard to case; UINT_MAX for names too long to be near. */
static unsigned name_distance(const char *left, const char *right)
{
	size_t left_len = strnlen(left, NEAR_MAX + 1), right_len = strnlen(right, NEAR_MAX + 1);
	unsigned row[NEAR_MAX + 1];

	if (left_len > NEAR_MAX || right_len > NEAR_MAX)
		return UINT_MAX;
	for (size_t j = 0; j <= right_len; j++)
		row[j] = (unsigned)j;
	for (size_t i = 0; i < left_len; i++) {
		unsigned diagonal = row[0];

		row[0] = (unsigned)i + 1;
		for (size_t j = 0; j < right_len; j++) {
			unsigned differs = strncasecmp(&left[i], &right[j], 1) != 0;
			unsigned next = min3(row[j] + 1, row[j + 1] + 1, diagonal + differs);

			diagonal = row[j + 1];
			row[j + 1] = next;
		}
	}
	return row[right_len];
}

static const char *nearest_name(const char *name)
{
	const char *wanted = without_prefix(name), *nearest = NULL;
	size_t half = strlen(wanted) / 2;
	/* more edits than half of its letters, or than four, make another word */
	unsigned least = half < 4 ? (unsigned)half + 1 : 5;

	for (size_t i = 0; i < ARRAY_LEN(cap_names); i++) {
		unsigned distance = name_distance(wanted, cap_names[i] + CAPS_PREFIX_LEN);

		if (distance < least) {
			least = distance;
			nearest = cap_names[i];
		}
	}
	return nearest;
}

static int fail_unknown(const char *name, struct containr_error *err)
{
	const char *nearest = nearest_name(name);

	(void)fail(err, CONTAINR_E_INVALID_ARGUMENT, "unknown capability '%s'", name);
	if (nearest)
		return fail_hint(err, "did you mean %s?", nearest);
	return fail_hint(err, "the names are listed in capabilities(7); ALL stands for every one");
}

/* The mask of a list of names; "ALL" sets *ret_all and is not in the mask. */
static int mask_of_names(char *const *names, uint64_t *ret_mask, bool *ret_all,
			 struct containr_error *err)
{
	uint64_t mask = 0;
	bool all = false;

	for (; names && *names; names++) {
		int cap = caps_from_name(*names);

		if (cap >= 0)
			mask |= CAPS_BIT(cap);
		else if (strcasecmp(*names, "ALL") == 0)
			all = true;
		else
			return fail_unknown(*names, err);
	}
	*ret_mask = mask;
	*ret_all = all;
	return 0;
}

int caps_adjust(uint64_t base, char *const *add, char *const *drop, uint64_t *ret_mask,
		struct containr_error *err)
{
	uint64_t added, dropped;
	bool add_all, drop_all;
	int r;

	r = mask_of_names(add, &added, &add_all, err);
	if (r < 0)
		return r;
	r = mask_of_names(drop, &dropped, &drop_all, err);
	if (r < 0)
		return r;
	if (add_all)
		*ret_mask = CAPS_ALL & ~dropped;
	else if (drop_all)
		*ret_mask = added;
	else
		*ret_mask = (base & ~dropped) | added;
	return 0;
}

struct caps_sets caps_sets_of(uint64_t mask)
{
	return (struct caps_sets) {
		.bounding = mask,
		.effective = mask,
		.permitted = mask,
	};
}

/* capset(2) and capget(2) take each set in two halves. */
static uint64_t join_halves(uint32_t low, uint32_t high)
{
	return (uint64_t)high << 32 | low;
}

int caps_read(struct caps_sets *ret_sets, struct containr_error *err)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = { 0 };
	struct caps_sets sets = { 0 };
	int last = caps_last();

	if (syscall(SYS_capget, &header, data) < 0)
		return fail_sys(err, CONTAINR_E_SECURITY_CAPABILITIES, "cannot read capabilities");
	sets.effective = join_halves(data[0].effective, data[1].effective);
	sets.permitted = join_halves(data[0].permitted, data[1].permitted);
	sets.inheritable = join_halves(data[0].inheritable, data[1].inheritable);
	for (int cap = 0; cap <= last; cap++) {
		if (prctl(PR_CAPBSET_READ, (unsigned long)cap, 0, 0, 0) == 1)
			sets.bounding |= CAPS_BIT(cap);
		if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, (unsigned long)cap, 0, 0) == 1)
			sets.ambient |= CAPS_BIT(cap);
	}
	*ret_sets = sets;
	return 0;
}

uint64_t caps_clamp(struct caps_sets *sets, uint64_t available)
{
	uint64_t *each[] = { &sets->bounding, &sets->effective, &sets->permitted,
			     &sets->inheritable, &sets->ambient };
	uint64_t lost = 0;

	for (size_t i = 0; i < ARRAY_LEN(each); i++) {
		lost |= *each[i] & ~available;
		*each[i] &= available;
	}
	return lost;
}

int caps_apply_bounding(const struct caps_sets *sets, struct containr_error *err)
{
	for (int cap = 0; cap < 64; cap++) {
		if (sets->bounding & CAPS_BIT(cap))
			continue;
		if (prctl(PR_CAPBSET_DROP, (unsigned long)cap, 0, 0, 0) == 0)
			continue;
		if (errno == EINVAL) /* past the last one that the kernel knows */
			return 0;
		/* Without CAP_SETPCAP nothing can be dropped, but what is not there, or not known to
		 * the kernel, need not be. */
		if (errno == EPERM && prctl(PR_CAPBSET_READ, (unsigned long)cap, 0, 0, 0) <= 0)
			continue;
		errno = EPERM;
		return fail_sys(err, CONTAINR_E_SECURITY_CAPABILITIES,
				"cannot drop capability %d from the bounding set", cap);
	}
	return 0;
}

static int apply_ambient(uint64_t ambient, int last, struct containr_error *err)
{
	if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) < 0) {
		/* Kernels before 4.3 have no ambient set, which is as good as an empty one. */
		if (errno == EINVAL && ambient == 0)
			return 0;
		return fail_sys(err, CONTAINR_E_SECURITY_CAPABILITIES,
				"cannot clear the ambient capabilities");
	}
	for (int cap = 0; cap <= last; cap++) {
		if (!(ambient & CAPS_BIT(cap)))
			continue;
		if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, (unsigned long)cap, 0, 0) < 0)
			return fail_sys(err, CONTAINR_E_SECURITY_CAPABILITIES,
					"cannot raise ambient capability %d", cap);
	}
	return 0;
}

int caps_apply(const struct caps_sets *sets, struct containr_error *err)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];
	/* capabilities(7): what is not permitted and inheritable is never ambient */
	uint64_t ambient = sets->ambient & sets->permitted & sets->inheritable;
	int last = ambient ? caps_last() : 0;
	uint64_t known = last < 63 ? CAPS_BIT(last + 1) - 1 : UINT64_MAX;

	/* the kernel drops the bits it does not know by itself */
	for (size_t half = 0; half < _LINUX_CAPABILITY_U32S_3; half++) {
		data[half].effective = (uint32_t)(sets->effective >> (32 * half));
		data[half].permitted = (uint32_t)(sets->permitted >> (32 * half));
		data[half].inheritable = (uint32_t)(sets->inheritable >> (32 * half));
	}
	if (syscall(SYS_capset, &header, data) < 0)
		return fail_sys(err, CONTAINR_E_SECURITY_CAPABILITIES, "cannot set capabilities");
	return apply_ambient(ambient & known, last, err);
}
