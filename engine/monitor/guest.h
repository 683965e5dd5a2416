/* SPDX-License-Identifier: MIT */
#ifndef MONITOR_GUEST_H
#define MONITOR_GUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Clients that connected to a running container. Neither it nor its log ever waits for one: what a
 * guest does not read in time is left out, and it is told how much that was.
 */

#define GUESTS_MAX 8

struct guest {
	int fd; /* -1: nobody */
	bool attached;
	int64_t lost_bytes; /* output that it was not told of yet */
};

struct guests {
	struct guest all[GUESTS_MAX];
};

void guests_init(struct guests *guests);

/** Lets in whoever waits at @listener; another user, and whoever finds no seat, is sent away. */
void guests_accept(struct guests *guests, int listener);

void guest_drop(struct guest *guest);

/**
 * Reads what a guest that is not attached wants. Returns a word that is for the monitor itself, to
 * be answered by guest_answer(), or MONITOR_MSG_AGAIN; 0 for none.
 *
 * @ret_fd: a descriptor that came with it, the caller's; -1 for none
 */
char guest_greet(struct guest *guest, int *ret_fd);

/** Tells a command that its word was heeded. */
void guest_answer(struct guest *guest, char word);

/** Sends a message with output to everybody who is attached. */
void guests_send_output(struct guests *guests, const void *message, size_t len);

/** Sends the last message to everybody who is attached, and closes all connections. */
void guests_send_last(struct guests *guests, const void *message, size_t len);

#endif
