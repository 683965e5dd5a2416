/* SPDX-License-Identifier: MIT */
#ifndef KERNEL_SYSCALL_TABLE_H
#define KERNEL_SYSCALL_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * System call names and numbers of every architecture that the engine filters.
 *
 * The rows are made while building, by gen/syscalls_gen.c from libseccomp, so that the static
 * executables need no libseccomp and the default profile needs no look-ups at all: it names its
 * calls by SYSCALL_ID(), which the compiler resolves.
 */

enum syscall_arch {
	SYSCALL_ARCH_X86_64,
	SYSCALL_ARCH_X86,
	SYSCALL_ARCH_X32,
	SYSCALL_ARCH_AARCH64,
	SYSCALL_ARCH_ARM,
	SYSCALL_ARCH_COUNT,
};

#if defined(__x86_64__)
#define SYSCALL_ARCH_NATIVE SYSCALL_ARCH_X86_64
#elif defined(__aarch64__)
#define SYSCALL_ARCH_NATIVE SYSCALL_ARCH_AARCH64
#else
#error "no system call table for this architecture: add it to enum syscall_arch and gen/"
#endif

/* x32 calls come in under x86_64's AUDIT_ARCH with this bit set in their number. */
#define SYSCALL_X32_BIT 0x40000000U

struct syscall_arch_info {
	const char *scmp_name;	 /* as OCI and libseccomp write it: "SCMP_ARCH_X86_64" */
	const char *docker_name; /* as docker's profiles write it: "amd64" */
	uint32_t audit;		 /* AUDIT_ARCH_*, what seccomp_data.arch holds */
	bool args_are_32bit;	 /* only the lower half of an argument carries meaning */
};

struct syscall_row {
	const char *name;
	/* -1 where the architecture lacks the call; x32 numbers are without SYSCALL_X32_BIT */
	int32_t number[SYSCALL_ARCH_COUNT];
	/* i386 reaches some calls also through socketcall(2) or ipc(2): the call's number there */
	uint8_t x86_socketcall;
	uint8_t x86_ipc;
};

extern const struct syscall_arch_info syscall_arches[SYSCALL_ARCH_COUNT];
/* Sorted by name as strcmp does; the index of a row is the call's id. */
extern const struct syscall_row syscall_rows[];
extern const size_t syscall_row_count;

/* The ids of the calls that an architecture has, by rising number. */
struct syscall_order {
	const uint16_t *ids;
	size_t len;
};

extern const struct syscall_order syscall_orders[SYSCALL_ARCH_COUNT];

/** Returns the id of system call @name; -1 if no architecture has one of this name. */
int syscall_find(const char *name);

/** Returns the id of call @number of @arch (x32: without the bit); -1 if it has no name here. */
int syscall_find_number(enum syscall_arch arch, int32_t number);

/** Returns the architecture that @scmp_name names, e.g. "SCMP_ARCH_X86"; -1 for an unknown one. */
int syscall_arch_find(const char *scmp_name);

#endif
