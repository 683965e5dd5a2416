/* SPDX-License-Identifier: MIT */
#ifndef BASE_EXE_H
#define BASE_EXE_H

#include "base/error.h"

#include <stddef.h>

/* Where this program is installed. */

/*
 * Set by a program that starts itself again from a protected view of its executable
 * (kernel/selfexe.h), where /proc/self/exe no longer tells.
 */
#define EXE_VARIABLE "CONTAINR_EXE"

/** Finds the path of this program's executable. Errors: IO. */
int exe_path(char *ret_path, size_t size, struct containr_error *err) MUST_CHECK;

/**
 * Finds the folder of the helper executables: $CONTAINR_LIBEXEC, else ../libexec/containr of the
 * executable's folder, in an installation and in a build; a helper finds its own folder.
 * Errors: IO.
 */
int exe_libexec(char *ret_path, size_t size, struct containr_error *err) MUST_CHECK;

#endif
