/* SPDX-License-Identifier: MIT */
#ifndef KERNEL_KEYRING_H
#define KERNEL_KEYRING_H

#include "base/error.h"

/**
 * Gives the calling process the session keyring of the container @id, making it if it is not there:
 * otherwise the container's processes would find the keys of whoever started them. Async-signal-safe.
 *
 * Nothing happens where the kernel has no keyrings. session-keyring(7), keyctl(2); the name is runc's.
 *
 * Errors: PROCESS_SETUP, with a hint where the user may have no more keys.
 */
int keyring_join(const char *id, struct containr_error *err) MUST_CHECK;

#endif
