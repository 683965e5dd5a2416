/* SPDX-License-Identifier: MIT */
#ifndef TESTS_SECCOMP_MODEL_H
#define TESTS_SECCOMP_MODEL_H

#include "kernel/seccomp.h"

/**
 * The verdict of a profile on a call, worked out rule by rule straight from what kernel/seccomp.h
 * says a profile means. Slow and obvious, for the compiler to be measured against.
 */
uint32_t seccomp_model_verdict(const struct seccomp_profile *profile,
			       const struct seccomp_data *data);

/** Returns the number behind the newest call that the profile names on @arch, 0 for none. */
uint32_t seccomp_model_after_newest(const struct seccomp_profile *profile, enum syscall_arch arch);

#endif
