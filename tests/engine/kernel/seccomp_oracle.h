/* SPDX-License-Identifier: MIT */
#ifndef TESTS_SECCOMP_ORACLE_H
#define TESTS_SECCOMP_ORACLE_H

#include "kernel/seccomp.h"

/*
 * What libseccomp makes of a profile, driven as runc drives it. libseccomp knows nothing of the
 * ENOSYS that calls newer than the profile get, nor of calls younger than itself.
 */

/** Compiles @profile with libseccomp; the caller frees ret_filter->insns. Fails the test if
 * libseccomp refuses. */
void seccomp_oracle_compile(const struct seccomp_profile *profile,
			    struct seccomp_filter *ret_filter);

/** Whether libseccomp has heard of the call with this id. */
bool seccomp_oracle_knows(unsigned id);

#endif
