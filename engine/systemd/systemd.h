/* SPDX-License-Identifier: MIT */
#ifndef SYSTEMD_SYSTEMD_H
#define SYSTEMD_SYSTEMD_H

#include <containr/error.h>

/*
 * The contract with containr-systemd, the one program that talks D-Bus: it asks systemd for the
 * scope of a container, where that manager was chosen (container/scope.h).
 *
 *   containr-systemd start BUS UNIT PROPERTY...   makes the scope, with itself in it
 *   containr-systemd set BUS UNIT PROPERTY...     changes properties until the unit's end
 *   containr-systemd stop BUS UNIT                ends it; one that is not there is fine
 *
 * BUS is "system" or "user". A PROPERTY is NAME=TYPE:VALUE, TYPE being that of D-Bus: b s t u i x
 * as written there, "as" with a comma between strings, "ay" as hexadecimal digits.
 *
 * Descriptor SYSTEMD_REPORT_FD gets one struct systemd_report when the work is done, whatever came
 * of it. After "start" the program stays, and the scope with it, until its standard input ends; for
 * each int32_t that it reads there it moves that process into the scope, and reports again.
 */

#define SYSTEMD_PROGRAM "containr-systemd"
#define SYSTEMD_REPORT_FD 3
#define SYSTEMD_PATH_SIZE 1024

struct systemd_report {
	struct containr_error error; /* code OK: done */
	char cgroup
		[SYSTEMD_PATH_SIZE]; /* "start": path of the scope's cgroup, "/a.slice/b.scope" */
};

#endif
