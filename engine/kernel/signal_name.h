/* SPDX-License-Identifier: MIT */
#ifndef KERNEL_SIGNAL_NAME_H
#define KERNEL_SIGNAL_NAME_H

#include "base/error.h"

/* Signals as people write them. signal(7). */

/**
 * Reads a signal as docker takes it: "TERM", "SIGTERM", "15", "RTMIN+3".
 * Errors: INVALID_ARGUMENT.
 */
int signal_parse(const char *text, int *ret_signal, struct containr_error *err) MUST_CHECK;

/** Returns the name of a signal without "SIG"; NULL for one without a name (the real-time ones). */
const char *signal_name(int number);

#endif
