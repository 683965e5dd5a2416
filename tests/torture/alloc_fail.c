/* SPDX-License-Identifier: MIT */
#include "alloc_fail.h"

#include <errno.h>
#include <malloc.h>
#include <stdint.h>
#include <stdlib.h>

/* glibc's own allocator, which stays behind the names that are replaced here. */
extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *block, size_t size);
extern void __libc_free(void *block);

/* Blocks of the armed phase, by address; open addressing, so that looking needs no memory. */
#define SLOTS 65536
#define REMOVED ((void *)1)

static void *slots[SLOTS];
static size_t live;
static size_t countdown; /* 0: none will fail */
static bool is_armed;
static bool has_failed;

static size_t slot_of(const void *block)
{
	return ((uintptr_t)block >> 4) * 2654435761u % SLOTS;
}

static void remember(void *block)
{
	size_t at = slot_of(block);

	if (!block || !is_armed)
		return;
	while (slots[at] && slots[at] != REMOVED)
		at = (at + 1) % SLOTS;
	slots[at] = block;
	live++;
}

static void forget(const void *block)
{
	for (size_t at = slot_of(block); block && slots[at]; at = (at + 1) % SLOTS) {
		if (slots[at] != block)
			continue;
		slots[at] = REMOVED;
		live--;
		return;
	}
}

static bool must_fail(void)
{
	if (!is_armed || countdown == 0 || --countdown > 0)
		return false;
	has_failed = true;
	errno = ENOMEM;
	return true;
}

void alloc_fail_arm(size_t nth)
{
	for (size_t at = 0; at < SLOTS; at++)
		slots[at] = NULL;
	live = 0;
	countdown = nth;
	has_failed = false;
	is_armed = true;
}

bool alloc_fail_disarm(void)
{
	is_armed = false;
	return has_failed;
}

size_t alloc_fail_live(void)
{
	return live;
}

void *malloc(size_t size)
{
	void *block = must_fail() ? NULL : __libc_malloc(size);

	remember(block);
	return block;
}

void *calloc(size_t count, size_t size)
{
	void *block = must_fail() ? NULL : __libc_calloc(count, size);

	remember(block);
	return block;
}

void *realloc(void *block, size_t size)
{
	void *grown = must_fail() ? NULL : __libc_realloc(block, size);

	if (grown) {
		forget(block);
		remember(grown);
	}
	return grown;
}

void *reallocarray(void *block, size_t count, size_t size)
{
	size_t bytes;

	if (__builtin_mul_overflow(count, size, &bytes)) {
		errno = ENOMEM;
		return NULL;
	}
	return realloc(block, bytes);
}

void free(void *block)
{
	int saved = errno;

	forget(block);
	__libc_free(block);
	errno = saved;
}
