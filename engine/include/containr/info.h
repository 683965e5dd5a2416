/* SPDX-License-Identifier: MIT */
#ifndef CONTAINR_INFO_H
#define CONTAINR_INFO_H

#include <containr/containr.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The engine and its host as a whole. */

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

struct containr_info {
	size_t containers;
	size_t running;
	size_t paused;
	size_t stopped; /* neither; those that were never started too */
	size_t images;
	const char *root;    /* durable state; borrowed until the engine is closed, as the next */
	const char *runroot; /* state of this boot */
	char cgroup_layout[16];	    /* "v1", "v2", "hybrid", "none" */
	char kernel[65];	    /* "6.18.0" */
	char operating_system[128]; /* PRETTY_NAME of os-release(5) */
	char architecture[65];	    /* "x86_64" */
	char hostname[65];
	int cpus;	      /* that are online */
	int64_t memory_bytes; /* of the host */
	bool rootless;	      /* containers are those of an ordinary user */
	bool has_memory_limit;
	bool has_cpu_limit;
	bool has_cpuset;
	bool has_pids_limit;
	bool has_apparmor;
	bool has_selinux;
};

/** Asks the kernel and counts what there is. */
int containr_info_read(struct containr *engine, struct containr_info *ret_info,
		       struct containr_error *err);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
