/* SPDX-License-Identifier: MIT */
#ifndef STORE_EVENT_H
#define STORE_EVENT_H

#include "base/error.h"

#include <stdint.h>

/*
 * The event stream: root/events.jsonl, one JSON object a line in docker's form, appended by one
 * write(2), so that writers need no lock and readers never see half an event:
 *
 *   {"Type":"container","Action":"die","Actor":{"ID":"...","Attributes":{"exitCode":"0",...}},
 *    "scope":"local","time":1764072000,"timeNano":1764072000123456789}
 *
 * Past EVENT_LOG_MAX bytes the file becomes events.jsonl.1 and a new one begins.
 */

#define EVENT_LOG "events.jsonl"
#define EVENT_LOG_OLD "events.jsonl.1"
#define EVENT_LOG_MAX (8 << 20)
#define EVENT_LINE_MAX 8192

struct event {
	const char *type;	/* "container", "image" ... */
	const char *action;	/* "start", "die" ... */
	const char *id;		/* of the actor */
	const char *attributes; /* members of a JSON object without braces, e.g. "\"name\":\"web\"";
				   NULL or "" for none. Dropped when the line gets too long. */
};

/**
 * Appends an event; async-signal-safe and without the heap, for the monitor. An event that cannot
 * be written is lost: the container does not fail for it.
 *
 * @root_fd: the engine's root folder
 */
void event_write(int root_fd, const struct event *event);

#endif
