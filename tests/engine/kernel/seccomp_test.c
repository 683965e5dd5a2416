/* SPDX-License-Identifier: MIT */
#include "kernel/seccomp.h"

#include "base/cleanup.h"
#include "bpf_sim.h"
#include "kernel/caps.h"
#include "kernel/syscall_ids.h"

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <cmocka.h>

/* Filters at work in the kernel, and the edges of the compiler. Those that a filter is loaded into
 * are children: there is no way back. */

static const uint16_t getppid_call[] = { SYSCALL_ID(getppid) };
static const uint16_t dup_call[] = { SYSCALL_ID(dup) };

static struct seccomp_filter compile(const struct seccomp_profile *profile)
{
	struct seccomp_filter filter = { 0 };
	struct containr_error err;

	if (seccomp_filter_compile(profile, &filter, &err) < 0)
		fail_msg("%s", err.message);
	assert_true(bpf_sim_valid(filter.insns, filter.len));
	return filter;
}

/* Allows everything but what @rule says otherwise. */
static struct seccomp_filter compile_rule(struct seccomp_rule rule)
{
	const struct seccomp_profile profile = {
		.default_action = SECCOMP_RET_ALLOW,
		.rules = &rule,
		.rule_count = 1,
	};

	return compile(&profile);
}

/* Runs @body under @filter in a child; returns the child's wait status. */
static int status_under(const struct seccomp_filter *filter, int (*body)(void))
{
	pid_t pid = fork();
	int status = 0;

	assert_true(pid >= 0);
	if (pid == 0) {
		struct containr_error err;

		if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
		    seccomp_filter_load(filter, NULL, &err) < 0)
			_exit(100);
		_exit(body());
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

static void assert_exits_with(int status, int expected)
{
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), expected);
}

static int getppid_fails_and_getpid_works(void)
{
	errno = 0;
	if (syscall(SYS_getppid) != -1 || errno != EBUSY)
		return 1;
	return syscall(SYS_getpid) > 0 ? 0 : 2;
}

static void errno_rule_fails_its_call_and_no_other(void **state)
{
	autoseccomp_filter filter = compile_rule((struct seccomp_rule) {
		.action = SECCOMP_RET_ERRNO | EBUSY, .calls = getppid_call, .call_count = 1 });

	(void)state;
	assert_exits_with(status_under(&filter, getppid_fails_and_getpid_works), 0);
}

static int call_getppid(void)
{
	(void)syscall(SYS_getppid);
	return 0;
}

static void kill_rule_kills(void **state)
{
	autoseccomp_filter filter = compile_rule((struct seccomp_rule) {
		.action = SECCOMP_RET_KILL_PROCESS, .calls = getppid_call, .call_count = 1 });
	int status = status_under(&filter, call_getppid);

	(void)state;
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGSYS);
}

static int only_small_descriptors_can_be_duplicated(void)
{
	if (syscall(SYS_dup, 0x100000002UL) != -1 || errno != EXDEV)
		return 1; /* the upper half counts */
	if (syscall(SYS_dup, 3UL) != -1 || errno != EXDEV)
		return 2;
	return syscall(SYS_dup, 2UL) >= 0 ? 0 : 3;
}

static void conditions_look_at_both_halves_of_an_argument(void **state)
{
	static const struct seccomp_arg above_two[] = {
		{ .index = 0, .op = SECCOMP_OP_GT, .value = 2 },
	};
	autoseccomp_filter filter =
		compile_rule((struct seccomp_rule) { .action = SECCOMP_RET_ERRNO | EXDEV,
						     .calls = dup_call,
						     .call_count = 1,
						     .args = above_two,
						     .arg_count = 1 });

	(void)state;
	assert_exits_with(status_under(&filter, only_small_descriptors_can_be_duplicated), 0);
}

static int use_the_default_profile(void)
{
	if (syscall(SYS_unshare, 0x10000000) != -1 || errno != EPERM)
		return 1;
	if (syscall(SYS_socket, AF_VSOCK, SOCK_STREAM, 0) != -1 || errno != EPERM)
		return 2;
	if (syscall(SYS_clone3, NULL, 0) != -1 || errno != ENOSYS)
		return 3;
	if (syscall(100000) != -1 || errno != ENOSYS)
		return 4;
	if (syscall(SYS_socket, AF_UNIX, SOCK_STREAM, 0) < 0)
		return 5;
	return mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED ? 6
											     : 0;
}

static void default_profile_works_in_the_kernel(void **state)
{
	autoseccomp_profile profile = { 0 };
	autoseccomp_filter filter = { 0 };
	struct containr_error err;

	(void)state;
	assert_int_equal(seccomp_profile_default(CAPS_DEFAULT, &profile, &err), 0);
	filter = compile(&profile);
	assert_exits_with(status_under(&filter, use_the_default_profile), 0);
}

#ifdef __x86_64__
static int call_x32(void)
{
	(void)syscall(SYSCALL_X32_BIT | SYS_getpid);
	return 0;
}

static void calls_of_x32_kill_where_x32_is_not_listed(void **state)
{
	autoseccomp_filter filter =
		compile(&(struct seccomp_profile) { .default_action = SECCOMP_RET_ALLOW });
	int status = status_under(&filter, call_x32);

	(void)state;
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGSYS);
}
#endif

/* Loads a filter that asks about getppid, hands the listener over and calls it. */
static int ask_about_getppid(const struct seccomp_filter *filter, int socket)
{
	struct containr_error err;
	int listener = -1;

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
	    seccomp_filter_load(filter, &listener, &err) < 0 || listener < 0)
		return 1;
	if (write(socket, &listener, sizeof(listener)) != sizeof(listener))
		return 2;
	return syscall(SYS_getppid) == 4711 ? 0 : 3;
}

static void answer_with(int listener, int64_t value)
{
	struct seccomp_notif request = { 0 };
	struct seccomp_notif_resp response = { 0 };

	assert_int_equal(ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &request), 0);
	assert_int_equal(request.data.nr, SYS_getppid);
	response.id = request.id;
	response.val = value;
	assert_int_equal(ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &response), 0);
}

static void notify_rule_gives_a_listener(void **state)
{
	autoseccomp_filter filter = compile_rule((struct seccomp_rule) {
		.action = SECCOMP_RET_USER_NOTIF, .calls = getppid_call, .call_count = 1 });
	int pair[2], remote = -1, status = 0;
	autoclose int pidfd = -1, listener = -1;
	pid_t pid;

	(void)state;
	assert_true(filter.flags & SECCOMP_FILTER_FLAG_NEW_LISTENER);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		_exit(ask_about_getppid(&filter, pair[1]));
	(void)close(pair[1]);
	assert_int_equal(read(pair[0], &remote, sizeof(remote)), sizeof(remote));
	(void)close(pair[0]);
	pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	assert_true(pidfd >= 0);
	listener = (int)syscall(SYS_pidfd_getfd, pidfd, remote, 0);
	if (listener >= 0)
		answer_with(listener, 4711);
	else
		(void)kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (listener < 0) {
		print_message("skipped: may not take descriptors of a child\n");
		skip();
	}
	assert_exits_with(status, 0);
}

static void loading_without_no_new_privs_and_privilege_says_what_to_do(void **state)
{
	autoseccomp_filter filter =
		compile(&(struct seccomp_profile) { .default_action = SECCOMP_RET_ALLOW });
	int status = 0;
	pid_t pid = fork();

	(void)state;
	assert_true(pid >= 0);
	if (pid == 0) {
		struct caps_sets none = { 0 };
		struct containr_error err;

		/* Where no_new_privs is set already there is nothing to see. */
		if (prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1)
			_exit(0);
		if (caps_apply(&none, &err) < 0)
			_exit(1);
		if (seccomp_filter_load(&filter, NULL, &err) != -CONTAINR_E_PERMISSION_DENIED)
			_exit(2);
		_exit(err.hint[0] == 's' ? 0 : 3);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_exits_with(status, 0);
}

static void flags_go_through_and_useless_ones_are_dropped(void **state)
{
	struct seccomp_profile profile = {
		.default_action = SECCOMP_RET_ALLOW,
		.flags = SECCOMP_FILTER_FLAG_LOG | SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV,
	};
	autoseccomp_filter filter = compile(&profile);

	(void)state;
	assert_int_equal(filter.flags, SECCOMP_FILTER_FLAG_LOG);
	assert_exits_with(status_under(&filter, call_getppid), 0);
}

static void empty_profile_gives_the_default_action(void **state)
{
	autoseccomp_filter filter =
		compile(&(struct seccomp_profile) { .default_action = SECCOMP_RET_ERRNO | EPERM });
	struct seccomp_data data = { .arch = syscall_arches[SYSCALL_ARCH_NATIVE].audit, .nr = 1 };

	(void)state;
	assert_int_equal(bpf_sim_run(filter.insns, filter.len, &data, NULL),
			 SECCOMP_RET_ERRNO | EPERM);
	data.arch = 1;
	assert_int_equal(bpf_sim_run(filter.insns, filter.len, &data, NULL),
			 SECCOMP_RET_KILL_PROCESS);
}

static void argument_seven_is_an_error(void **state)
{
	static const struct seccomp_arg args[] = { { .index = 6 } };
	struct seccomp_rule rule = { .action = SECCOMP_RET_ERRNO,
				     .calls = dup_call,
				     .call_count = 1,
				     .args = args,
				     .arg_count = 1 };
	const struct seccomp_profile profile = { .default_action = SECCOMP_RET_ALLOW,
						 .rules = &rule,
						 .rule_count = 1 };
	struct seccomp_filter filter;
	struct containr_error err;

	(void)state;
	assert_int_equal(seccomp_filter_compile(&profile, &filter, &err),
			 -CONTAINR_E_INVALID_CONFIG);
	assert_string_equal(err.message, "seccomp condition on argument 6: calls have 6 arguments");
}

#define SCATTERED 4000

/* Every second number of a wide field, each a range of its own. */
static void scatter(struct seccomp_arg *args, size_t count, unsigned step)
{
	for (size_t i = 0; i < count; i++)
		args[i] =
			(struct seccomp_arg) { .index = 0, .op = SECCOMP_OP_EQ, .value = i * step };
}

static void jumps_further_than_255_instructions_work(void **state)
{
	autofree struct seccomp_arg *args = calloc(1500, sizeof(*args));
	struct seccomp_rule rule = { .action = SECCOMP_RET_ERRNO | EBUSY,
				     .calls = dup_call,
				     .call_count = 1,
				     .args = args,
				     .arg_count = 1500 };
	struct seccomp_filter filter;

	(void)state;
	assert_non_null(args);
	scatter(args, 1500, 3);
	filter = compile_rule(rule);
	assert_true(filter.len > 1500);
	for (uint64_t value = 0; value < 4600; value++) {
		struct seccomp_data data = { .arch = syscall_arches[SYSCALL_ARCH_NATIVE].audit,
					     .nr = SYS_dup,
					     .args = { value } };
		bool is_listed = value % 3 == 0 && value < 4500;

		assert_int_equal(bpf_sim_run(filter.insns, filter.len, &data, NULL),
				 is_listed ? SECCOMP_RET_ERRNO | EBUSY : SECCOMP_RET_ALLOW);
	}
	assert_exits_with(status_under(&filter, call_getppid), 0);
	seccomp_filter_release(&filter);
}

static void programs_past_the_kernels_limit_are_errors(void **state)
{
	autofree struct seccomp_arg *args = calloc(SCATTERED, sizeof(*args));
	struct seccomp_rule rule = { .action = SECCOMP_RET_ERRNO | EBUSY,
				     .calls = dup_call,
				     .call_count = 1,
				     .args = args,
				     .arg_count = SCATTERED };
	const struct seccomp_profile profile = { .default_action = SECCOMP_RET_ALLOW,
						 .rules = &rule,
						 .rule_count = 1 };
	struct seccomp_filter filter;
	struct containr_error err;

	(void)state;
	assert_non_null(args);
	scatter(args, SCATTERED, 3);
	assert_int_equal(seccomp_filter_compile(&profile, &filter, &err),
			 -CONTAINR_E_SECURITY_SECCOMP);
	assert_string_equal(err.message,
			    "seccomp profile is too long for the kernel's 4096 instructions");
}

static void profiles_with_absurdly_many_conditions_are_errors(void **state)
{
	autofree struct seccomp_arg *args = calloc(SCATTERED, sizeof(*args));
	uint16_t calls[32] = { 0 };
	struct seccomp_rule rule = { .action = SECCOMP_RET_ERRNO | EBUSY,
				     .calls = calls,
				     .call_count = ARRAY_LEN(calls),
				     .args = args,
				     .arg_count = SCATTERED };
	const struct seccomp_profile profile = { .default_action = SECCOMP_RET_ALLOW,
						 .rules = &rule,
						 .rule_count = 1 };
	struct seccomp_filter filter;
	struct containr_error err;

	(void)state;
	assert_non_null(args);
	assert_int_equal(seccomp_filter_compile(&profile, &filter, &err),
			 -CONTAINR_E_SECURITY_SECCOMP);
	assert_string_equal(err.message, "seccomp profile has too many conditions");
}

static void kernel_versions_compare_by_both_numbers(void **state)
{
	(void)state;
	assert_true(seccomp_kernel_at_least(2, 6));
	assert_true(seccomp_kernel_at_least(3, 99));
	assert_false(seccomp_kernel_at_least(999, 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(errno_rule_fails_its_call_and_no_other),
		cmocka_unit_test(kill_rule_kills),
		cmocka_unit_test(conditions_look_at_both_halves_of_an_argument),
		cmocka_unit_test(default_profile_works_in_the_kernel),
#ifdef __x86_64__
		cmocka_unit_test(calls_of_x32_kill_where_x32_is_not_listed),
#endif
		cmocka_unit_test(notify_rule_gives_a_listener),
		cmocka_unit_test(loading_without_no_new_privs_and_privilege_says_what_to_do),
		cmocka_unit_test(flags_go_through_and_useless_ones_are_dropped),
		cmocka_unit_test(empty_profile_gives_the_default_action),
		cmocka_unit_test(argument_seven_is_an_error),
		cmocka_unit_test(jumps_further_than_255_instructions_work),
		cmocka_unit_test(programs_past_the_kernels_limit_are_errors),
		cmocka_unit_test(profiles_with_absurdly_many_conditions_are_errors),
		cmocka_unit_test(kernel_versions_compare_by_both_numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
