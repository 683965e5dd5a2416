/* SPDX-License-Identifier: MIT */
#include "kernel/seccomp.h"

#include "base/cleanup.h"
#include "bpf_sim.h"
#include "kernel/caps.h"
#include "kernel/syscall_ids.h"

#include <errno.h>
#include <linux/sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <sys/socket.h>
#include <cmocka.h>

/*
 * What docker's default profile says, call by call. That the compiler gets it right is the business
 * of seccomp_oracle_test.c; here the rules themselves are checked.
 */

#define ALLOWED SECCOMP_RET_ALLOW
#define FORBIDDEN (SECCOMP_RET_ERRNO | EPERM)
#define NO_SUCH_CALL (SECCOMP_RET_ERRNO | ENOSYS)

static uint32_t verdict_in(const struct seccomp_filter *filter, enum syscall_arch arch, unsigned id,
			   uint64_t arg0)
{
	int32_t number = syscall_rows[id].number[arch];
	struct seccomp_data data = { .arch = syscall_arches[arch].audit, .args = { arg0 } };

	assert_true(number >= 0);
	data.nr = arch == SYSCALL_ARCH_X32 ? (int)((uint32_t)number | SYSCALL_X32_BIT) : number;
	return bpf_sim_run(filter->insns, filter->len, &data, NULL);
}

static struct seccomp_filter filter_for(uint64_t caps)
{
	autoseccomp_profile profile = { 0 };
	struct seccomp_filter filter = { 0 };
	struct containr_error err;

	assert_int_equal(seccomp_profile_default(caps, &profile, &err), 0);
	assert_int_equal(seccomp_filter_compile(&profile, &filter, &err), 0);
	return filter;
}

static uint32_t native_verdict(uint64_t caps, unsigned id, uint64_t arg0)
{
	autoseccomp_filter filter = filter_for(caps);

	return verdict_in(&filter, SYSCALL_ARCH_NATIVE, id, arg0);
}

static void everyday_calls_are_allowed_on_every_architecture(void **state)
{
	static const uint16_t calls[] = { SYSCALL_ID(read),   SYSCALL_ID(write),
					  SYSCALL_ID(execve), SYSCALL_ID(exit_group),
					  SYSCALL_ID(mseal),  SYSCALL_ID(openat2),
					  SYSCALL_ID(chdir),  SYSCALL_ID(statmount) };
	autoseccomp_filter filter = filter_for(0);
	autoseccomp_profile profile = { 0 };
	struct containr_error err;

	(void)state;
	assert_int_equal(seccomp_profile_default(0, &profile, &err), 0);
	for (int arch = 0; arch < SYSCALL_ARCH_COUNT; arch++) {
		for (size_t i = 0; i < ARRAY_LEN(calls); i++) {
			uint32_t verdict =
				verdict_in(&filter, (enum syscall_arch)arch, calls[i], 0);

			assert_int_equal(verdict, profile.arches & 1U << arch
							  ? ALLOWED
							  : SECCOMP_RET_KILL_PROCESS);
		}
	}
}

static void dangerous_calls_are_forbidden_whatever_the_capabilities(void **state)
{
	static const uint16_t calls[] = {
		SYSCALL_ID(keyctl),	 SYSCALL_ID(add_key),	     SYSCALL_ID(request_key),
		SYSCALL_ID(kexec_load),	 SYSCALL_ID(pivot_root),     SYSCALL_ID(swapon),
		SYSCALL_ID(userfaultfd), SYSCALL_ID(io_uring_setup), SYSCALL_ID(nfsservctl),
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(calls); i++) {
		if (syscall_rows[calls[i]].number[SYSCALL_ARCH_NATIVE] >= 0)
			assert_int_equal(native_verdict(CAPS_ALL, calls[i], 0), FORBIDDEN);
	}
}

struct cap_case {
	int cap;
	uint16_t call;
	uint32_t without; /* verdict without the capability; with it the call is allowed */
};

static void calls_come_with_their_capability(void **state)
{
	static const struct cap_case cases[] = {
		{ CAP_DAC_READ_SEARCH, SYSCALL_ID(open_by_handle_at), FORBIDDEN },
		{ CAP_SYS_ADMIN, SYSCALL_ID(mount), FORBIDDEN },
		{ CAP_SYS_ADMIN, SYSCALL_ID(unshare), FORBIDDEN },
		{ CAP_SYS_ADMIN, SYSCALL_ID(setns), FORBIDDEN },
		{ CAP_SYS_ADMIN, SYSCALL_ID(clone3), NO_SUCH_CALL },
		{ CAP_SYS_BOOT, SYSCALL_ID(reboot), FORBIDDEN },
		{ CAP_SYS_CHROOT, SYSCALL_ID(chroot), FORBIDDEN },
		{ CAP_SYS_MODULE, SYSCALL_ID(init_module), FORBIDDEN },
		{ CAP_SYS_MODULE, SYSCALL_ID(finit_module), FORBIDDEN },
		{ CAP_SYS_PACCT, SYSCALL_ID(acct), FORBIDDEN },
		{ CAP_SYS_PTRACE, SYSCALL_ID(kcmp), FORBIDDEN },
		{ CAP_SYS_PTRACE, SYSCALL_ID(pidfd_getfd), FORBIDDEN },
		{ CAP_SYS_TIME, SYSCALL_ID(settimeofday), FORBIDDEN },
		{ CAP_SYS_TIME, SYSCALL_ID(clock_settime), FORBIDDEN },
		{ CAP_SYS_TTY_CONFIG, SYSCALL_ID(vhangup), FORBIDDEN },
		{ CAP_SYS_NICE, SYSCALL_ID(mbind), FORBIDDEN },
		{ CAP_SYSLOG, SYSCALL_ID(syslog), FORBIDDEN },
		{ CAP_BPF, SYSCALL_ID(bpf), FORBIDDEN },
		{ CAP_PERFMON, SYSCALL_ID(perf_event_open), FORBIDDEN },
#ifdef __x86_64__
		{ CAP_SYS_RAWIO, SYSCALL_ID(iopl), FORBIDDEN },
		{ CAP_SYS_RAWIO, SYSCALL_ID(ioperm), FORBIDDEN },
#endif
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const struct cap_case *c = &cases[i];

		assert_int_equal(native_verdict(0, c->call, 0), c->without);
		assert_int_equal(native_verdict(CAPS_BIT(c->cap), c->call, 0), ALLOWED);
	}
}

static void sys_admin_also_brings_bpf_syslog_and_perf(void **state)
{
	(void)state;
	assert_int_equal(native_verdict(CAPS_BIT(CAP_SYS_ADMIN), SYSCALL_ID(bpf), 0), ALLOWED);
	assert_int_equal(native_verdict(CAPS_BIT(CAP_SYS_ADMIN), SYSCALL_ID(syslog), 0), ALLOWED);
	assert_int_equal(native_verdict(CAPS_BIT(CAP_SYS_ADMIN), SYSCALL_ID(perf_event_open), 0),
			 ALLOWED);
}

static void ptrace_needs_no_capability_on_kernels_since_4_8(void **state)
{
	(void)state;
	assert_int_equal(native_verdict(0, SYSCALL_ID(ptrace), 0),
			 seccomp_kernel_at_least(4, 8) ? ALLOWED : FORBIDDEN);
}

static void clone_makes_threads_but_no_namespaces(void **state)
{
	static const uint64_t namespaces[] = { CLONE_NEWNS,  CLONE_NEWCGROUP, CLONE_NEWUTS,
					       CLONE_NEWIPC, CLONE_NEWUSER,   CLONE_NEWPID,
					       CLONE_NEWNET };
	const uint64_t thread = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD;

	(void)state;
	assert_int_equal(native_verdict(0, SYSCALL_ID(clone), thread), ALLOWED);
	assert_int_equal(native_verdict(0, SYSCALL_ID(clone), 17), ALLOWED);
	for (size_t i = 0; i < ARRAY_LEN(namespaces); i++) {
		assert_int_equal(native_verdict(0, SYSCALL_ID(clone), namespaces[i] | thread),
				 FORBIDDEN);
		assert_int_equal(native_verdict(CAPS_BIT(CAP_SYS_ADMIN), SYSCALL_ID(clone),
						namespaces[i]),
				 ALLOWED);
	}
}

static void clone_of_every_architecture_makes_no_namespaces(void **state)
{
	autoseccomp_filter filter = filter_for(CAPS_DEFAULT);
	autoseccomp_profile profile = { 0 };
	struct containr_error err;

	(void)state;
	assert_int_equal(seccomp_profile_default(0, &profile, &err), 0);
	for (int arch = 0; arch < SYSCALL_ARCH_COUNT; arch++) {
		if (!(profile.arches & 1U << arch))
			continue;
		assert_int_equal(verdict_in(&filter, (enum syscall_arch)arch, SYSCALL_ID(clone),
					    CLONE_NEWUSER),
				 FORBIDDEN);
		assert_int_equal(verdict_in(&filter, (enum syscall_arch)arch, SYSCALL_ID(clone),
					    CLONE_VM),
				 ALLOWED);
	}
}

static void only_harmless_personalities_are_allowed(void **state)
{
	static const uint64_t harmless[] = { 0x0, 0x8, 0x20000, 0x20008, 0xffffffff };
	static const uint64_t others[] = { 0x1, 0x9, 0x40000, 0x20001, 0xfffffffe, 0x100000000 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(harmless); i++)
		assert_int_equal(native_verdict(0, SYSCALL_ID(personality), harmless[i]), ALLOWED);
	for (size_t i = 0; i < ARRAY_LEN(others); i++)
		assert_int_equal(native_verdict(0, SYSCALL_ID(personality), others[i]), FORBIDDEN);
}

static void sockets_of_listed_families_only(void **state)
{
	static const uint8_t forbidden[] = { 12, 19, 20, 23, 25, 34, 37, 38, 40, 46, 47, 255 };
	autoseccomp_filter filter = filter_for(CAPS_ALL);

	(void)state;
	for (uint64_t family = 0; family < 256; family++) {
		bool is_forbidden =
			family > 45 || memchr(forbidden, (int)family, sizeof(forbidden));

		assert_int_equal(verdict_in(&filter, SYSCALL_ARCH_NATIVE, SYSCALL_ID(socket),
					    family),
				 is_forbidden ? FORBIDDEN : ALLOWED);
	}
	assert_int_equal(verdict_in(&filter, SYSCALL_ARCH_NATIVE, SYSCALL_ID(socket), AF_VSOCK),
			 FORBIDDEN);
	assert_int_equal(verdict_in(&filter, SYSCALL_ARCH_NATIVE, SYSCALL_ID(socket), AF_ALG),
			 FORBIDDEN);
	assert_int_equal(verdict_in(&filter, SYSCALL_ARCH_NATIVE, SYSCALL_ID(socket),
				    0x100000000 | AF_INET),
			 FORBIDDEN);
}

static void calls_newer_than_the_profile_do_not_exist(void **state)
{
	static const int newest = 466; /* removexattrat */
	autoseccomp_filter filter = filter_for(CAPS_DEFAULT);
	autoseccomp_profile profile = { 0 };
	struct containr_error err;

	(void)state;
	assert_int_equal(seccomp_profile_default(0, &profile, &err), 0);
	for (int arch = 0; arch < SYSCALL_ARCH_COUNT; arch++) {
		uint32_t base = arch == SYSCALL_ARCH_X32 ? SYSCALL_X32_BIT : 0;
		int after = arch == SYSCALL_ARCH_X32 ? 548 : newest + 1;
		struct seccomp_data data = { .arch = syscall_arches[arch].audit };

		if (!(profile.arches & 1U << arch))
			continue;
		data.nr = (int)(base + (uint32_t)newest);
		assert_int_equal(bpf_sim_run(filter.insns, filter.len, &data, NULL), ALLOWED);
		data.nr = (int)(base + (uint32_t)after);
		assert_int_equal(bpf_sim_run(filter.insns, filter.len, &data, NULL), NO_SUCH_CALL);
	}
}

static void default_filter_is_short_and_shallow(void **state)
{
	autoseccomp_filter filter = filter_for(CAPS_DEFAULT);
	size_t most = 0;

	(void)state;
	for (int number = 0; number < 500; number++) {
		struct seccomp_data data = { .arch = syscall_arches[SYSCALL_ARCH_NATIVE].audit,
					     .nr = number };
		size_t steps;

		(void)bpf_sim_run(filter.insns, filter.len, &data, &steps);
		most = steps > most ? steps : most;
	}
	/* libseccomp's linear program has over 1100 instructions, and takes as many steps. */
	assert_true(filter.len < 400);
	assert_true(most < 25);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(everyday_calls_are_allowed_on_every_architecture),
		cmocka_unit_test(dangerous_calls_are_forbidden_whatever_the_capabilities),
		cmocka_unit_test(calls_come_with_their_capability),
		cmocka_unit_test(sys_admin_also_brings_bpf_syslog_and_perf),
		cmocka_unit_test(ptrace_needs_no_capability_on_kernels_since_4_8),
		cmocka_unit_test(clone_makes_threads_but_no_namespaces),
		cmocka_unit_test(clone_of_every_architecture_makes_no_namespaces),
		cmocka_unit_test(only_harmless_personalities_are_allowed),
		cmocka_unit_test(sockets_of_listed_families_only),
		cmocka_unit_test(calls_newer_than_the_profile_do_not_exist),
		cmocka_unit_test(default_filter_is_short_and_shallow),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
