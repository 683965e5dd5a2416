/* SPDX-License-Identifier: MIT */
#ifndef KERNEL_LSM_H
#define KERNEL_LSM_H

#include "base/error.h"

/*
 * Labels of security modules, which a process puts on itself for its next execve(2): AppArmor
 * profiles and SELinux contexts. aa_change_onexec(2), setexeccon(3), proc_pid_attr(5).
 *
 * The file is opened while /proc is still the host's, and it is checked that it is procfs: a
 * container could have mounted something else there, and its protection would be written into the
 * wind (CVE-2025-52881). Writing is the last thing before the rights are dropped.
 */

enum lsm { LSM_APPARMOR, LSM_SELINUX };

/**
 * Opens the file that gets the label of the calling thread, close-on-exec.
 *
 * @label: NULL or "" for none: *ret_fd is -1
 * Errors: UNSUPPORTED where the kernel does not have the module.
 */
int lsm_open(enum lsm lsm, const char *label, int *ret_fd, struct containr_error *err) MUST_CHECK;

/** Whether the kernel has the module, for a label that files get. Errors: UNSUPPORTED. */
int lsm_check(enum lsm lsm, const char *member, struct containr_error *err) MUST_CHECK;

/** Writes the label; nothing for -1. Errors: PROCESS_SETUP, e.g. for a profile that is not loaded. */
int lsm_write(enum lsm lsm, int fd, const char *label, struct containr_error *err) MUST_CHECK;

#endif
