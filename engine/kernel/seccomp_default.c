/* SPDX-License-Identifier: MIT */
#include "kernel/seccomp.h"

#include "base/cleanup.h"
#include "kernel/caps.h"
#include "kernel/syscall_ids.h"

#include <string.h>

/*
 * docker's default profile as tables.
 *
 * The facts are those of default.json in moby's profiles/seccomp, as of its version that denies
 * AF_ALG and AF_VSOCK sockets; calls of architectures that the engine does not know (ppc64le,
 * s390x, riscv64) are left out, and so is sync_file_range2, which 32-bit ARM calls
 * arm_sync_file_range. tests/engine/kernel/seccomp_default_test.c compares the tables with what
 * libseccomp makes of the same rules.
 */

#define ID SYSCALL_ID

/* One name a line would hide the rest of the file. */
/* clang-format off */
static const uint16_t always[] = {
	ID(accept), ID(accept4), ID(access), ID(adjtimex), ID(alarm), ID(bind), ID(brk),
	ID(cachestat), ID(capget), ID(capset), ID(chdir), ID(chmod), ID(chown), ID(chown32),
	ID(clock_adjtime), ID(clock_adjtime64), ID(clock_getres), ID(clock_getres_time64),
	ID(clock_gettime), ID(clock_gettime64), ID(clock_nanosleep), ID(clock_nanosleep_time64),
	ID(close), ID(close_range), ID(connect), ID(copy_file_range), ID(creat), ID(dup), ID(dup2),
	ID(dup3), ID(epoll_create), ID(epoll_create1), ID(epoll_ctl), ID(epoll_ctl_old),
	ID(epoll_pwait), ID(epoll_pwait2), ID(epoll_wait), ID(epoll_wait_old), ID(eventfd),
	ID(eventfd2), ID(execve), ID(execveat), ID(exit), ID(exit_group), ID(faccessat),
	ID(faccessat2), ID(fadvise64), ID(fadvise64_64), ID(fallocate), ID(fanotify_mark),
	ID(fchdir), ID(fchmod), ID(fchmodat), ID(fchmodat2), ID(fchown), ID(fchown32),
	ID(fchownat), ID(fcntl), ID(fcntl64), ID(fdatasync), ID(fgetxattr), ID(flistxattr),
	ID(flock), ID(fork), ID(fremovexattr), ID(fsetxattr), ID(fstat), ID(fstat64),
	ID(fstatat64), ID(fstatfs), ID(fstatfs64), ID(fsync), ID(ftruncate), ID(ftruncate64),
	ID(futex), ID(futex_requeue), ID(futex_time64), ID(futex_wait), ID(futex_waitv),
	ID(futex_wake), ID(futimesat), ID(getcpu), ID(getcwd), ID(getdents), ID(getdents64),
	ID(getegid), ID(getegid32), ID(geteuid), ID(geteuid32), ID(getgid), ID(getgid32),
	ID(getgroups), ID(getgroups32), ID(getitimer), ID(getpeername), ID(getpgid), ID(getpgrp),
	ID(getpid), ID(getppid), ID(getpriority), ID(getrandom), ID(getresgid), ID(getresgid32),
	ID(getresuid), ID(getresuid32), ID(getrlimit), ID(get_robust_list), ID(getrusage),
	ID(getsid), ID(getsockname), ID(getsockopt), ID(get_thread_area), ID(gettid),
	ID(gettimeofday), ID(getuid), ID(getuid32), ID(getxattr), ID(getxattrat),
	ID(inotify_add_watch), ID(inotify_init), ID(inotify_init1), ID(inotify_rm_watch),
	ID(io_cancel), ID(ioctl), ID(io_destroy), ID(io_getevents), ID(io_pgetevents),
	ID(io_pgetevents_time64), ID(ioprio_get), ID(ioprio_set), ID(io_setup), ID(io_submit),
	ID(ipc), ID(kill), ID(landlock_add_rule), ID(landlock_create_ruleset),
	ID(landlock_restrict_self), ID(lchown), ID(lchown32), ID(lgetxattr), ID(link), ID(linkat),
	ID(listen), ID(listmount), ID(listxattr), ID(listxattrat), ID(llistxattr), ID(_llseek),
	ID(lremovexattr), ID(lseek), ID(lsetxattr), ID(lstat), ID(lstat64), ID(madvise),
	ID(map_shadow_stack), ID(membarrier), ID(memfd_create), ID(memfd_secret), ID(mincore),
	ID(mkdir), ID(mkdirat), ID(mknod), ID(mknodat), ID(mlock), ID(mlock2), ID(mlockall),
	ID(mmap), ID(mmap2), ID(mprotect), ID(mq_getsetattr), ID(mq_notify), ID(mq_open),
	ID(mq_timedreceive), ID(mq_timedreceive_time64), ID(mq_timedsend), ID(mq_timedsend_time64),
	ID(mq_unlink), ID(mremap), ID(mseal), ID(msgctl), ID(msgget), ID(msgrcv), ID(msgsnd),
	ID(msync), ID(munlock), ID(munlockall), ID(munmap), ID(name_to_handle_at), ID(nanosleep),
	ID(newfstatat), ID(_newselect), ID(open), ID(openat), ID(openat2), ID(pause),
	ID(pidfd_open), ID(pidfd_send_signal), ID(pipe), ID(pipe2), ID(pkey_alloc), ID(pkey_free),
	ID(pkey_mprotect), ID(poll), ID(ppoll), ID(ppoll_time64), ID(prctl), ID(pread64),
	ID(preadv), ID(preadv2), ID(prlimit64), ID(process_mrelease), ID(pselect6),
	ID(pselect6_time64), ID(pwrite64), ID(pwritev), ID(pwritev2), ID(read), ID(readahead),
	ID(readlink), ID(readlinkat), ID(readv), ID(recv), ID(recvfrom), ID(recvmmsg),
	ID(recvmmsg_time64), ID(recvmsg), ID(remap_file_pages), ID(removexattr), ID(removexattrat),
	ID(rename), ID(renameat), ID(renameat2), ID(restart_syscall), ID(rmdir), ID(rseq),
	ID(rt_sigaction), ID(rt_sigpending), ID(rt_sigprocmask), ID(rt_sigqueueinfo),
	ID(rt_sigreturn), ID(rt_sigsuspend), ID(rt_sigtimedwait), ID(rt_sigtimedwait_time64),
	ID(rt_tgsigqueueinfo), ID(sched_getaffinity), ID(sched_getattr), ID(sched_getparam),
	ID(sched_get_priority_max), ID(sched_get_priority_min), ID(sched_getscheduler),
	ID(sched_rr_get_interval), ID(sched_rr_get_interval_time64), ID(sched_setaffinity),
	ID(sched_setattr), ID(sched_setparam), ID(sched_setscheduler), ID(sched_yield),
	ID(seccomp), ID(select), ID(semctl), ID(semget), ID(semop), ID(semtimedop),
	ID(semtimedop_time64), ID(send), ID(sendfile), ID(sendfile64), ID(sendmmsg), ID(sendmsg),
	ID(sendto), ID(setfsgid), ID(setfsgid32), ID(setfsuid), ID(setfsuid32), ID(setgid),
	ID(setgid32), ID(setgroups), ID(setgroups32), ID(setitimer), ID(setpgid), ID(setpriority),
	ID(setregid), ID(setregid32), ID(setresgid), ID(setresgid32), ID(setresuid),
	ID(setresuid32), ID(setreuid), ID(setreuid32), ID(setrlimit), ID(set_robust_list),
	ID(setsid), ID(setsockopt), ID(set_thread_area), ID(set_tid_address), ID(setuid),
	ID(setuid32), ID(setxattr), ID(setxattrat), ID(shmat), ID(shmctl), ID(shmdt), ID(shmget),
	ID(shutdown), ID(sigaltstack), ID(signalfd), ID(signalfd4), ID(sigprocmask), ID(sigreturn),
	ID(socketcall), ID(socketpair), ID(splice), ID(stat), ID(stat64), ID(statfs), ID(statfs64),
	ID(statmount), ID(statx), ID(symlink), ID(symlinkat), ID(sync), ID(sync_file_range),
	ID(syncfs), ID(sysinfo), ID(tee), ID(tgkill), ID(time), ID(timer_create), ID(timer_delete),
	ID(timer_getoverrun), ID(timer_gettime), ID(timer_gettime64), ID(timer_settime),
	ID(timer_settime64), ID(timerfd_create), ID(timerfd_gettime), ID(timerfd_gettime64),
	ID(timerfd_settime), ID(timerfd_settime64), ID(times), ID(tkill), ID(truncate),
	ID(truncate64), ID(ugetrlimit), ID(umask), ID(uname), ID(unlink), ID(unlinkat),
	ID(uretprobe), ID(utime), ID(utimensat), ID(utimensat_time64), ID(utimes), ID(vfork),
	ID(vmsplice), ID(wait4), ID(waitid), ID(waitpid), ID(write), ID(writev),
};

static const uint16_t ptrace_calls[] = {
	ID(process_vm_readv), ID(process_vm_writev), ID(ptrace),
};

static const uint16_t arm_calls[] = {
	ID(arm_fadvise64_64), ID(arm_sync_file_range), ID(breakpoint), ID(cacheflush), ID(set_tls),
};

static const uint16_t x86_calls[] = {
	ID(arch_prctl), ID(modify_ldt),
};

static const uint16_t dac_read_search_calls[] = { ID(open_by_handle_at) };

static const uint16_t sys_admin_calls[] = {
	ID(bpf), ID(clone), ID(clone3), ID(fanotify_init), ID(fsconfig), ID(fsmount), ID(fsopen),
	ID(fspick), ID(lookup_dcookie), ID(lsm_get_self_attr), ID(lsm_list_modules),
	ID(lsm_set_self_attr), ID(mount), ID(mount_setattr), ID(move_mount), ID(open_tree),
	ID(perf_event_open), ID(quotactl), ID(quotactl_fd), ID(setdomainname), ID(sethostname),
	ID(setns), ID(syslog), ID(umount), ID(umount2), ID(unshare),
};

static const uint16_t sys_boot_calls[] = { ID(reboot) };

static const uint16_t sys_chroot_calls[] = { ID(chroot) };

static const uint16_t sys_module_calls[] = {
	ID(delete_module), ID(init_module), ID(finit_module),
};

static const uint16_t sys_pacct_calls[] = { ID(acct) };

static const uint16_t sys_ptrace_calls[] = {
	ID(kcmp), ID(pidfd_getfd), ID(process_madvise), ID(process_vm_readv),
	ID(process_vm_writev), ID(ptrace),
};

static const uint16_t sys_rawio_calls[] = {
	ID(iopl), ID(ioperm),
};

static const uint16_t sys_time_calls[] = {
	ID(settimeofday), ID(stime), ID(clock_settime), ID(clock_settime64),
};

static const uint16_t sys_tty_config_calls[] = { ID(vhangup) };

static const uint16_t sys_nice_calls[] = {
	ID(get_mempolicy), ID(mbind), ID(set_mempolicy), ID(set_mempolicy_home_node),
};

static const uint16_t syslog_calls[] = { ID(syslog) };

static const uint16_t bpf_calls[] = { ID(bpf) };

static const uint16_t perfmon_calls[] = { ID(perf_event_open) };

static const uint16_t socket_call[] = { ID(socket) };
static const uint16_t personality_call[] = { ID(personality) };
static const uint16_t clone_call[] = { ID(clone) };
static const uint16_t clone3_call[] = { ID(clone3) };
/* clang-format on */

#define ARG0_IS(number)                                                                            \
	{                                                                                          \
		.index = 0, .op = SECCOMP_OP_EQ, .value = (number)                                 \
	}

/*
 * Address families (linux/socket.h) that a container may use: several conditions on one argument
 * are alternatives. Missing are what the kernel no longer has, AF_ALG (38, the kernel's crypto, a
 * wide attack surface) and AF_VSOCK (40, which reaches past the network namespace to other virtual
 * machines).
 */
static const struct seccomp_arg socket_families[] = {
	{ .index = 0, .op = SECCOMP_OP_LT, .value = 12 }, /* AF_UNIX .. AF_ROSE */
	ARG0_IS(13),					  /* AF_NETBEUI */
	ARG0_IS(14),					  /* AF_SECURITY */
	ARG0_IS(15),					  /* AF_KEY */
	ARG0_IS(16),					  /* AF_NETLINK */
	ARG0_IS(17),					  /* AF_PACKET */
	ARG0_IS(18),					  /* AF_ASH */
	ARG0_IS(21),					  /* AF_RDS */
	ARG0_IS(22),					  /* AF_SNA */
	ARG0_IS(24),					  /* AF_PPPOX */
	ARG0_IS(26),					  /* AF_LLC */
	ARG0_IS(27),					  /* AF_IB */
	ARG0_IS(28),					  /* AF_MPLS */
	ARG0_IS(29),					  /* AF_CAN */
	ARG0_IS(30),					  /* AF_TIPC */
	ARG0_IS(31),					  /* AF_BLUETOOTH */
	ARG0_IS(32),					  /* AF_IUCV */
	ARG0_IS(33),					  /* AF_RXRPC */
	ARG0_IS(35),					  /* AF_PHONET */
	ARG0_IS(36),					  /* AF_IEEE802154 */
	ARG0_IS(39),					  /* AF_NFC */
	ARG0_IS(41),					  /* AF_KCM */
	ARG0_IS(42),					  /* AF_QIPCRTR */
	ARG0_IS(43),					  /* AF_SMC */
	ARG0_IS(44),					  /* AF_XDP */
	ARG0_IS(45),					  /* AF_MCTP */
};

static const struct seccomp_arg personalities[] = {
	ARG0_IS(0x0),	     /* PER_LINUX */
	ARG0_IS(0x8),	     /* PER_LINUX32 */
	ARG0_IS(0x20000),    /* UNAME26 */
	ARG0_IS(0x20008),    /* PER_LINUX32 | UNAME26 */
	ARG0_IS(0xffffffff), /* asks, changes nothing */
};

/* No new namespaces: CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID and NEWNET are 0. */
static const struct seccomp_arg clone_without_namespaces[] = {
	{ .index = 0, .op = SECCOMP_OP_MASKED_EQ, .value = 0x7e020000, .value_two = 0 },
};

#define ARCH_BIT(arch) (1U << SYSCALL_ARCH_##arch)

struct group {
	const uint16_t *calls;
	size_t call_count;
	const struct seccomp_arg *args;
	size_t arg_count;
	uint32_t action;	/* 0 stands for ALLOW: no group kills */
	uint64_t needs_caps;	/* holds when the process has all of these … */
	uint64_t unless_caps;	/* … and none of these */
	uint32_t native_arches; /* … and the machine is one of these; 0 for any */
	unsigned min_major;	/* … and the kernel is this or newer; 0 for any */
	unsigned min_minor;
};

#define CALLS(list) .calls = (list), .call_count = ARRAY_LEN(list)
#define ARGS(list) .args = (list), .arg_count = ARRAY_LEN(list)
#define NEEDS(cap) .needs_caps = CAPS_BIT(CAP_##cap)
#define UNLESS(cap) .unless_caps = CAPS_BIT(CAP_##cap)

static const struct group groups[] = {
	{ CALLS(always) },
	/* Before 4.8 a tracer could get around the filter. */
	{ CALLS(ptrace_calls), .min_major = 4, .min_minor = 8 },
	{ CALLS(socket_call), ARGS(socket_families) },
	{ CALLS(personality_call), ARGS(personalities) },
	{ CALLS(arm_calls), .native_arches = ARCH_BIT(AARCH64) | ARCH_BIT(ARM) },
	{ CALLS(x86_calls), .native_arches = ARCH_BIT(X86_64) | ARCH_BIT(X86) },
	{ CALLS(dac_read_search_calls), NEEDS(DAC_READ_SEARCH) },
	{ CALLS(sys_admin_calls), NEEDS(SYS_ADMIN) },
	{ CALLS(clone_call), ARGS(clone_without_namespaces), UNLESS(SYS_ADMIN) },
	/* Its flags are behind a pointer; C libraries fall back to clone when there is no clone3.
	 */
	{ CALLS(clone3_call), .action = SECCOMP_RET_ERRNO | ENOSYS, UNLESS(SYS_ADMIN) },
	{ CALLS(sys_boot_calls), NEEDS(SYS_BOOT) },
	{ CALLS(sys_chroot_calls), NEEDS(SYS_CHROOT) },
	{ CALLS(sys_module_calls), NEEDS(SYS_MODULE) },
	{ CALLS(sys_pacct_calls), NEEDS(SYS_PACCT) },
	{ CALLS(sys_ptrace_calls), NEEDS(SYS_PTRACE) },
	{ CALLS(sys_rawio_calls), NEEDS(SYS_RAWIO) },
	{ CALLS(sys_time_calls), NEEDS(SYS_TIME) },
	{ CALLS(sys_tty_config_calls), NEEDS(SYS_TTY_CONFIG) },
	{ CALLS(sys_nice_calls), NEEDS(SYS_NICE) },
	{ CALLS(syslog_calls), NEEDS(SYSLOG) },
	{ CALLS(bpf_calls), NEEDS(BPF) },
	{ CALLS(perfmon_calls), NEEDS(PERFMON) },
};

/* The architectures a native one runs, as in the profile's archMap. */
static const uint32_t arches_of_native[SYSCALL_ARCH_COUNT] = {
	[SYSCALL_ARCH_X86_64] = ARCH_BIT(X86_64) | ARCH_BIT(X86) | ARCH_BIT(X32),
	[SYSCALL_ARCH_AARCH64] = ARCH_BIT(AARCH64) | ARCH_BIT(ARM),
};

static bool group_holds(const struct group *group, uint64_t caps)
{
	if ((group->needs_caps & caps) != group->needs_caps || (group->unless_caps & caps))
		return false;
	if (group->native_arches && !(group->native_arches & 1U << SYSCALL_ARCH_NATIVE))
		return false;
	return group->min_major == 0 || seccomp_kernel_at_least(group->min_major, group->min_minor);
}

int seccomp_profile_default(uint64_t caps, struct seccomp_profile *ret_profile,
			    struct containr_error *err)
{
	struct seccomp_rule *rules = malloc(sizeof(*rules) * ARRAY_LEN(groups));
	size_t count = 0;

	if (!rules)
		return fail_oom(err);
	for (size_t i = 0; i < ARRAY_LEN(groups); i++) {
		const struct group *group = &groups[i];

		if (!group_holds(group, caps))
			continue;
		rules[count++] = (struct seccomp_rule) {
			.action = group->action ? group->action : SECCOMP_RET_ALLOW,
			.calls = group->calls,
			.call_count = (uint32_t)group->call_count,
			.args = group->args,
			.arg_count = (uint32_t)group->arg_count,
		};
	}
	*ret_profile = (struct seccomp_profile) {
		.default_action = SECCOMP_RET_ERRNO | EPERM,
		.arches = arches_of_native[SYSCALL_ARCH_NATIVE],
		.rules = rules,
		.rule_count = count,
		.memory = rules,
	};
	return 0;
}
