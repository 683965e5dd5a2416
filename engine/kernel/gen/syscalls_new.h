/* SPDX-License-Identifier: MIT */
#ifndef KERNEL_GEN_SYSCALLS_NEW_H
#define KERNEL_GEN_SYSCALLS_NEW_H

#include <stdbool.h>

/*
 * System calls that may be younger than the libseccomp we are built with. They count only where
 * libseccomp has never heard of the name. Since Linux 5.1 a new call gets one number on every
 * architecture; number 335 was a hole in the table that x86_64 and x32 share.
 *
 * Source: scripts/syscall.tbl and arch/x86/entry/syscalls/syscall_64.tbl of Linux.
 */
struct new_syscall {
	int number;
	const char *name;
	bool x86_64_only; /* and x32 */
};

static const struct new_syscall new_syscalls[] = {
	{ 335, "uretprobe", true },	     /* Linux 6.11 */
	{ 451, "cachestat", false },	     /* 6.5 */
	{ 452, "fchmodat2", false },	     /* 6.6 */
	{ 453, "map_shadow_stack", true },   /* 6.6 */
	{ 454, "futex_wake", false },	     /* 6.7 */
	{ 455, "futex_wait", false },	     /* 6.7 */
	{ 456, "futex_requeue", false },     /* 6.7 */
	{ 457, "statmount", false },	     /* 6.8 */
	{ 458, "listmount", false },	     /* 6.8 */
	{ 459, "lsm_get_self_attr", false }, /* 6.8 */
	{ 460, "lsm_set_self_attr", false }, /* 6.8 */
	{ 461, "lsm_list_modules", false },  /* 6.8 */
	{ 462, "mseal", false },	     /* 6.10 */
	{ 463, "setxattrat", false },	     /* 6.13 */
	{ 464, "getxattrat", false },	     /* 6.13 */
	{ 465, "listxattrat", false },	     /* 6.13 */
	{ 466, "removexattrat", false },     /* 6.13 */
	{ 467, "open_tree_attr", false },    /* 6.15 */
	{ 468, "file_getattr", false },	     /* 6.17 */
	{ 469, "file_setattr", false },	     /* 6.17 */
};

#endif
