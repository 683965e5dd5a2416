/* SPDX-License-Identifier: MIT */
#include "kernel/syscall_table.h"

#include <linux/audit.h>
#include <string.h>

const struct syscall_arch_info syscall_arches[SYSCALL_ARCH_COUNT] = {
	[SYSCALL_ARCH_X86_64] = { .scmp_name = "SCMP_ARCH_X86_64",
				  .docker_name = "amd64",
				  .audit = AUDIT_ARCH_X86_64 },
	[SYSCALL_ARCH_X86] = { .scmp_name = "SCMP_ARCH_X86",
			       .docker_name = "x86",
			       .audit = AUDIT_ARCH_I386,
			       .args_are_32bit = true },
	[SYSCALL_ARCH_X32] = { .scmp_name = "SCMP_ARCH_X32",
			       .docker_name = "x32",
			       .audit = AUDIT_ARCH_X86_64,
			       .args_are_32bit = true },
	[SYSCALL_ARCH_AARCH64] = { .scmp_name = "SCMP_ARCH_AARCH64",
				   .docker_name = "arm64",
				   .audit = AUDIT_ARCH_AARCH64 },
	[SYSCALL_ARCH_ARM] = { .scmp_name = "SCMP_ARCH_ARM",
			       .docker_name = "arm",
			       .audit = AUDIT_ARCH_ARM,
			       .args_are_32bit = true },
};

int syscall_find(const char *name)
{
	size_t low = 0, high = syscall_row_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = strcmp(name, syscall_rows[middle].name);

		if (order == 0)
			return (int)middle;
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return -1;
}

int syscall_find_number(enum syscall_arch arch, int32_t number)
{
	const struct syscall_order *order = &syscall_orders[arch];
	size_t low = 0, high = order->len;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		uint16_t id = order->ids[middle];
		int32_t found = syscall_rows[id].number[arch];

		if (found == number)
			return id;
		if (number < found)
			high = middle;
		else
			low = middle + 1;
	}
	return -1;
}

int syscall_arch_find(const char *scmp_name)
{
	for (int arch = 0; arch < SYSCALL_ARCH_COUNT; arch++) {
		if (strcmp(syscall_arches[arch].scmp_name, scmp_name) == 0)
			return arch;
	}
	return -1;
}
