/* SPDX-License-Identifier: MIT */
#ifndef CONTAINR_EVENT_H
#define CONTAINR_EVENT_H

#include <containr/containr.h>

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

struct containr_event {
	const char *type;   /* "container", "image", "snapshot", "volume" */
	const char *action; /* "create", "start", "die", ... */
	const char *id;	    /* of what it happened to */
	const char *name;   /* its name; "" for none */
	const char *json;   /* the whole event, one line, in docker's form */
	int64_t time_ns;    /* since 1970 */
};

struct containr_event_options {
	int64_t since_ns; /* 0: only what comes from now on */
	int64_t until_ns; /* 0: follow for ever; else stop there, at once if it is past */
};

/**
 * Reads the event stream and hands over each event, oldest first.
 *
 * @handle: gets the event, borrowed for the call; a value other than 0 ends the reading
 * Errors: IO.
 */
int containr_events(struct containr *engine, const struct containr_event_options *options,
		    int (*handle)(const struct containr_event *event, void *context), void *context,
		    struct containr_error *err);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
