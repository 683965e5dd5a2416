/* SPDX-License-Identifier: MIT */
#ifndef CONTAINER_RENDEZVOUS_H
#define CONTAINER_RENDEZVOUS_H

#include "base/error.h"
#include "container/oci.h"
#include "kernel/seccomp.h"

#include <sys/types.h>

/*
 * Where parent and child of a start meet in the middle of it: the container's mounts are made, its
 * root is not yet changed. Some hooks run here, and an agent that is to answer system calls is told
 * about them. Only containers that have such hooks or such an agent stop here; to others it costs
 * nothing.
 */

struct rendezvous {
	bool is_needed;
	const struct oci_config *config; /* borrowed, as all strings here */
	const char *id;
	const char *bundle_path;
	const char *status; /* of the container: "creating", or "running" for exec */
	pid_t container;    /* its first process; 0: the one that is being started */
	int go[2];	    /* the parent closes its end when it is done */
	int creating;	    /* state object as hooks before the start get it */
	int created;	    /* the same for startContainer */
	int output;	    /* what hooks print */
	int agent;	    /* socket of the seccomp agent, connected; -1: none */
	int agent_state;    /* what it is told */
	const char *text;   /* the same, mapped by the child */
	size_t text_len;
};

#define RENDEZVOUS_INIT                                                                            \
	((struct rendezvous) { .go = { -1, -1 },                                                   \
			       .creating = -1,                                                     \
			       .created = -1,                                                      \
			       .output = -1,                                                       \
			       .agent = -1,                                                        \
			       .agent_state = -1 })

void rendezvous_release(struct rendezvous *meeting);

/**
 * The parent, before the clone: finds out whether there is anything to meet for.
 *
 * @meeting:   with config, id, bundle_path, status and container
 * @has_hooks: false for exec, for which no hooks run
 * @filter:    the container's system call filter
 * Errors: PROCESS_SETUP, when the agent's socket cannot be reached.
 */
int rendezvous_prepare(struct rendezvous *meeting, bool has_hooks,
		       const struct seccomp_filter *filter, struct containr_error *err) MUST_CHECK;

/** The parent, when the child is there: runs its hooks and lets the child go on. */
int rendezvous_lead(struct rendezvous *meeting, pid_t pid, struct containr_error *err) MUST_CHECK;

/** The child waits until the parent has done its part. */
int rendezvous_wait(struct rendezvous *meeting, struct containr_error *err) MUST_CHECK;

/** The child in front of the program: with the container's root and rights. */
int rendezvous_start(const struct rendezvous *meeting, struct containr_error *err) MUST_CHECK;

/** The child gives the listener of its filter away. Only sendmsg(2) and close(2) are called. */
int rendezvous_send_listener(const struct rendezvous *meeting, int listener,
			     struct containr_error *err) MUST_CHECK;

#endif
