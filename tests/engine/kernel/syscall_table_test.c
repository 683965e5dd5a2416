/* SPDX-License-Identifier: MIT */
#include "kernel/syscall_table.h"

#include "kernel/syscall_ids.h"

#include <seccomp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static const uint32_t tokens[SYSCALL_ARCH_COUNT] = {
	[SYSCALL_ARCH_X86_64] = SCMP_ARCH_X86_64, [SYSCALL_ARCH_X86] = SCMP_ARCH_X86,
	[SYSCALL_ARCH_X32] = SCMP_ARCH_X32,	  [SYSCALL_ARCH_AARCH64] = SCMP_ARCH_AARCH64,
	[SYSCALL_ARCH_ARM] = SCMP_ARCH_ARM,
};

static void rows_are_sorted_and_found_by_name(void **state)
{
	(void)state;
	assert_int_equal(syscall_row_count, SYSCALL_ID_COUNT);
	for (size_t id = 0; id < syscall_row_count; id++) {
		if (id > 0)
			assert_true(strcmp(syscall_rows[id - 1].name, syscall_rows[id].name) < 0);
		assert_int_equal(syscall_find(syscall_rows[id].name), id);
	}
}

static void unknown_names_are_not_found(void **state)
{
	static const char *const names[] = { "", "a", "zzz", "read ", "READ", "rea", "readd" };

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		assert_int_equal(syscall_find(names[i]), -1);
}

static void numbers_are_those_of_libseccomp(void **state)
{
	(void)state;
	for (int arch = 0; arch < SYSCALL_ARCH_COUNT; arch++) {
		for (int number = 0; number < 1000; number++) {
			char *name = seccomp_syscall_resolve_num_arch(tokens[arch], number);
			int id = syscall_find_number((enum syscall_arch)arch, number);

			if (name) {
				assert_true(id >= 0);
				assert_string_equal(syscall_rows[id].name, name);
				free(name);
			} else if (id >= 0) {
				/* Younger than libseccomp: see gen/syscalls_new.h. */
				assert_true(number == 335 || number > 450);
			}
		}
	}
}

static void calls_younger_than_libseccomp_have_numbers(void **state)
{
	(void)state;
	assert_int_equal(syscall_rows[SYSCALL_ID(mseal)].number[SYSCALL_ARCH_X86_64], 462);
	assert_int_equal(syscall_rows[SYSCALL_ID(mseal)].number[SYSCALL_ARCH_ARM], 462);
	assert_int_equal(syscall_rows[SYSCALL_ID(uretprobe)].number[SYSCALL_ARCH_X86_64], 335);
	assert_int_equal(syscall_rows[SYSCALL_ID(uretprobe)].number[SYSCALL_ARCH_X86], -1);
}

static void private_calls_of_arm_are_there(void **state)
{
	(void)state;
	assert_int_equal(syscall_rows[SYSCALL_ID(set_tls)].number[SYSCALL_ARCH_ARM], 0xf0005);
	assert_int_equal(syscall_find_number(SYSCALL_ARCH_ARM, 0xf0005), SYSCALL_ID(set_tls));
}

static void calls_behind_socketcall_and_ipc_carry_their_number(void **state)
{
	(void)state;
	assert_int_equal(syscall_rows[SYSCALL_ID(socket)].x86_socketcall, 1);
	assert_int_equal(syscall_rows[SYSCALL_ID(accept4)].x86_socketcall, 18);
	assert_int_equal(syscall_rows[SYSCALL_ID(sendmmsg)].x86_socketcall, 20);
	assert_int_equal(syscall_rows[SYSCALL_ID(semop)].x86_ipc, 1);
	assert_int_equal(syscall_rows[SYSCALL_ID(shmctl)].x86_ipc, 24);
	assert_int_equal(syscall_rows[SYSCALL_ID(read)].x86_socketcall, 0);
	assert_int_equal(syscall_rows[SYSCALL_ID(read)].x86_ipc, 0);
}

static void architectures_are_found_by_their_oci_name(void **state)
{
	(void)state;
	for (int arch = 0; arch < SYSCALL_ARCH_COUNT; arch++)
		assert_int_equal(syscall_arch_find(syscall_arches[arch].scmp_name), arch);
	assert_int_equal(syscall_arch_find("SCMP_ARCH_MIPS"), -1);
	assert_int_equal(syscall_arch_find("x86_64"), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_are_sorted_and_found_by_name),
		cmocka_unit_test(unknown_names_are_not_found),
		cmocka_unit_test(numbers_are_those_of_libseccomp),
		cmocka_unit_test(calls_younger_than_libseccomp_have_numbers),
		cmocka_unit_test(private_calls_of_arm_are_there),
		cmocka_unit_test(calls_behind_socketcall_and_ipc_carry_their_number),
		cmocka_unit_test(architectures_are_found_by_their_oci_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
