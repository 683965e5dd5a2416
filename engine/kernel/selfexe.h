/* SPDX-License-Identifier: MIT */
#ifndef KERNEL_SELFEXE_H
#define KERNEL_SELFEXE_H

#include "base/error.h"

/**
 * Makes sure that this process runs from a read-only view of its executable, and is not dumpable.
 *
 * A process that enters a container can be reached from inside through /proc/PID/exe; written
 * through that link, the host's own executable would be replaced (CVE-2019-5736). So the program
 * starts itself once more from a detached read-only clone of the mount its file lies on; where the
 * kernel has no such clones (before 5.12), from a sealed copy in memory.
 *
 * @argv: of main(); the second start gets the same, and the environment as it is then. A program
 * that runs from such a view cannot tell where it is installed: $CONTAINR_EXE says it. Returns 0
 * when the process is protected already; does not return when it starts again. Errors:
 * PROCESS_SETUP.
 */
int selfexe_protect(char *const *argv, struct containr_error *err) MUST_CHECK;

#endif
