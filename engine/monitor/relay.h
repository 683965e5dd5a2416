/* SPDX-License-Identifier: MIT */
#ifndef MONITOR_RELAY_H
#define MONITOR_RELAY_H

#include "monitor/guest.h"
#include "monitor/log_rotate.h"
#include "monitor/monitor.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * The streams of a container: from it to its log and to its clients, from the clients to it. The
 * first client, which started the container in the foreground, sees everything: when it does not
 * read, the container waits, as for a terminal. For guests nobody waits (monitor/guest.h).
 */

struct relay_message {
	char type; /* enum monitor_message */
	char payload[MONITOR_PAYLOAD_MAX];
};

struct relay {
	bool tty;
	int client; /* -1: none */
	int output; /* -1: at its end */
	int errors;
	int input;
	size_t out_len; /* a message for the client that did not fit into its socket yet */
	size_t in_len;	/* input that the container did not take yet */
	size_t in_done;
	bool input_ended; /* close `input` once in_len is written */
	struct guests guests;
	struct log_rotate log;
	struct relay_message out;
	struct relay_message in;
};

/** Sets all descriptors to not block. */
void relay_init(struct relay *relay, bool tty);

/** Which events of @fd's stream are of interest now, for poll(2). */
short relay_wants(const struct relay *relay, int fd);

/** Handles what poll(2) found on @fd. */
void relay_ready(struct relay *relay, int fd, short events);

/** Whether messages of @guest are of interest now. */
bool relay_wants_guest(const struct relay *relay, const struct guest *guest);

/** Handles what poll(2) found on a guest's connection; returns what guest_greet() does. */
char relay_guest_ready(struct relay *relay, struct guest *guest);

/** Reads what the container left behind in its streams, without waiting for more. */
void relay_drain(struct relay *relay);

/** Tells all clients the exit code; waits a little for one that is slow. */
void relay_tell_exit(struct relay *relay, int exit_code);

#endif
