/* SPDX-License-Identifier: MIT */
#include "monitor/relay.h"

#include "base/cleanup.h"
#include "base/str.h"

#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cmocka.h>

/* The other ends of a relay's descriptors: this test is the container and the client. */
struct ends {
	struct relay relay;
	int client;
	int output;
	int errors;
	int input;
};

/* Puts one end of a pair at the place that the monitor's contract gives it. */
static int place(int end, int fixed)
{
	int r = dup3(end, fixed, O_CLOEXEC);

	(void)close(end);
	return r;
}

static int make_ends(void **state)
{
	struct ends *ends = calloc(1, sizeof(*ends));
	int pair[2];

	if (!ends || socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return -1;
	ends->client = pair[1];
	if (place(pair[0], MONITOR_FD_CLIENT) < 0 || pipe2(pair, O_CLOEXEC) < 0)
		return -1;
	ends->output = pair[1];
	if (place(pair[0], MONITOR_FD_OUTPUT) < 0 || pipe2(pair, O_CLOEXEC) < 0)
		return -1;
	ends->errors = pair[1];
	if (place(pair[0], MONITOR_FD_ERRORS) < 0 || pipe2(pair, O_CLOEXEC) < 0)
		return -1;
	ends->input = pair[0];
	if (place(pair[1], MONITOR_FD_INPUT) < 0 ||
	    place(memfd_create("log", MFD_CLOEXEC), MONITOR_FD_LOG) < 0)
		return -1;
	relay_init(&ends->relay, false);
	*state = ends;
	return 0;
}

static int remove_ends(void **state)
{
	struct ends *ends = *state;

	for (int fd = MONITOR_FD_ROOT; fd < MONITOR_FD_END; fd++)
		(void)close(fd);
	cleanup_close(&ends->client);
	cleanup_close(&ends->output);
	cleanup_close(&ends->errors);
	cleanup_close(&ends->input);
	free(ends);
	return 0;
}

/* One turn of the monitor's loop, without waiting; returns how many streams had something. */
static int turn(struct relay *relay)
{
	const int slots[] = { relay->client, relay->output, relay->errors, relay->input };
	struct pollfd fds[ARRAY_LEN(slots)];
	int ready;

	for (size_t i = 0; i < ARRAY_LEN(slots); i++)
		fds[i] = (struct pollfd) { .fd = slots[i], .events = relay_wants(relay, slots[i]) };
	ready = poll(fds, ARRAY_LEN(slots), 0);
	for (size_t i = 0; i < ARRAY_LEN(slots); i++)
		if (fds[i].revents)
			relay_ready(relay, slots[i], fds[i].revents);
	return ready;
}

static void run_dry(struct relay *relay)
{
	for (int i = 0; i < 1000 && turn(relay) > 0; i++)
		;
}

static void say(int fd, const char *text)
{
	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
}

static void send_message(const struct ends *ends, char type, const char *payload)
{
	struct relay_message message = { .type = type };
	size_t len = strlen(payload);

	memcpy(message.payload, payload, len);
	assert_int_equal(send(ends->client, &message, len + 1, 0), (ssize_t)len + 1);
}

static void assert_told(const struct ends *ends, char type, const char *payload)
{
	struct relay_message message = { 0 };
	ssize_t got = recv(ends->client, &message, sizeof(message) - 1, MSG_DONTWAIT);

	assert_int_equal(got, (ssize_t)strlen(payload) + 1);
	assert_int_equal(message.type, type);
	assert_string_equal(message.payload, payload);
}

static bool log_has(const char *text)
{
	char log[65536];
	ssize_t len = pread(MONITOR_FD_LOG, log, sizeof(log) - 1, 0);

	assert_true(len >= 0);
	log[len] = '\0';
	return strstr(log, text) != NULL;
}

static void output_goes_to_the_log_and_to_the_client(void **state)
{
	struct ends *ends = *state;

	say(ends->output, "out\n");
	run_dry(&ends->relay);
	say(ends->errors, "err\n");
	run_dry(&ends->relay);
	assert_told(ends, MONITOR_MSG_OUTPUT, "out\n");
	assert_told(ends, MONITOR_MSG_ERRORS, "err\n");
	assert_true(log_has(" stdout F out\n"));
	assert_true(log_has(" stderr F err\n"));
}

static void input_reaches_the_container_and_ends_when_the_client_says_so(void **state)
{
	struct ends *ends = *state;
	char text[16] = "";

	send_message(ends, MONITOR_MSG_INPUT, "typed");
	send_message(ends, MONITOR_MSG_INPUT_END, "");
	run_dry(&ends->relay);
	assert_int_equal(read(ends->input, text, sizeof(text)), 5);
	assert_string_equal(text, "typed");
	assert_int_equal(read(ends->input, text, sizeof(text)), 0);
}

static void message_of_a_newer_client_is_passed_over(void **state)
{
	struct ends *ends = *state;
	char text[16] = "";

	send_message(ends, '?', "what");
	send_message(ends, MONITOR_MSG_INPUT, "after");
	run_dry(&ends->relay);
	assert_int_equal(read(ends->input, text, sizeof(text)), 5);
	assert_string_equal(text, "after");
}

static void client_that_goes_is_forgotten_and_the_log_goes_on(void **state)
{
	struct ends *ends = *state;

	cleanup_close(&ends->client);
	ends->client = -1;
	run_dry(&ends->relay);
	assert_int_equal(ends->relay.client, -1);
	say(ends->output, "still here\n");
	run_dry(&ends->relay);
	assert_true(log_has(" stdout F still here\n"));
}

static void client_that_does_not_read_makes_the_container_wait(void **state)
{
	enum { ROUNDS = 3000 };
	struct ends *ends = *state;
	struct relay_message message;
	int size = 4096;
	size_t written = 0;
	size_t told = 0;
	ssize_t got;
	char block[1024];

	memset(block, 'x', sizeof(block));
	block[sizeof(block) - 1] = '\n';
	assert_int_equal(setsockopt(MONITOR_FD_CLIENT, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size)),
			 0);
	assert_int_equal(fcntl(ends->output, F_SETFL, O_NONBLOCK), 0);
	for (int i = 0; i < ROUNDS; i++) {
		got = write(ends->output, block, sizeof(block));
		written += got > 0 ? (size_t)got : 0;
		(void)turn(&ends->relay);
	}
	/* the socket and the pipe are full, and no more was read than fits into them */
	assert_true(ends->relay.out_len > 0);
	assert_int_equal(relay_wants(&ends->relay, ends->relay.output), 0);
	assert_true(written < ROUNDS * sizeof(block));
	for (int idle = 0; idle < 5;) {
		got = recv(ends->client, &message, sizeof(message), MSG_DONTWAIT);
		told += got > 0 ? (size_t)got - 1 : 0;
		idle = turn(&ends->relay) > 0 || got > 0 ? 0 : idle + 1;
	}
	assert_int_equal(told, written);
}

static void input_that_the_container_does_not_take_waits(void **state)
{
	struct ends *ends = *state;
	char block[MONITOR_PAYLOAD_MAX];
	size_t sent = 0;
	size_t taken = 0;
	ssize_t got;

	memset(block, 'i', sizeof(block));
	block[sizeof(block) - 1] = '\0';
	for (int i = 0; i < 20; i++) {
		send_message(ends, MONITOR_MSG_INPUT, block);
		sent += sizeof(block) - 1;
		run_dry(&ends->relay);
	}
	assert_true(ends->relay.in_len > 0);
	assert_false(relay_wants(&ends->relay, ends->relay.client) & POLLIN);
	assert_int_equal(fcntl(ends->input, F_SETFL, O_NONBLOCK), 0);
	while ((got = read(ends->input, block, sizeof(block))) > 0) {
		taken += (size_t)got;
		run_dry(&ends->relay);
	}
	assert_int_equal(taken, sent);
}

static void container_that_closes_its_input_ends_nothing_else(void **state)
{
	struct ends *ends = *state;

	cleanup_close(&ends->input);
	ends->input = -1;
	send_message(ends, MONITOR_MSG_INPUT, "nobody reads this");
	run_dry(&ends->relay);
	assert_int_equal(ends->relay.input, -1);
	say(ends->output, "alive\n");
	run_dry(&ends->relay);
	assert_told(ends, MONITOR_MSG_OUTPUT, "alive\n");
}

static void what_was_left_behind_is_told_before_the_exit_code(void **state)
{
	struct ends *ends = *state;
	struct relay_message message;
	int32_t code;

	say(ends->output, "last words\n");
	say(ends->errors, "and errors\n");
	relay_drain(&ends->relay);
	relay_tell_exit(&ends->relay, 137);
	assert_told(ends, MONITOR_MSG_OUTPUT, "last words\n");
	assert_told(ends, MONITOR_MSG_ERRORS, "and errors\n");
	assert_int_equal(recv(ends->client, &message, sizeof(message), MSG_DONTWAIT),
			 (ssize_t)sizeof(code) + 1);
	assert_int_equal(message.type, MONITOR_MSG_EXIT);
	memcpy(&code, message.payload, sizeof(code));
	assert_int_equal(code, 137);
	assert_int_equal(recv(ends->client, &message, sizeof(message), MSG_DONTWAIT), 0);
}

static void streams_that_are_not_there_are_none(void **state)
{
	struct relay relay = { 0 };

	(void)state;
	for (int fd = MONITOR_FD_ROOT; fd < MONITOR_FD_END; fd++)
		(void)close(fd);
	relay_init(&relay, false);
	assert_int_equal(relay.client, -1);
	assert_int_equal(relay.output, -1);
	assert_int_equal(relay.errors, -1);
	assert_int_equal(relay.input, -1);
	relay_drain(&relay);
	relay_tell_exit(&relay, 0);
}

/* Seats a guest whose socket holds little; returns its end. */
static int seat_guest(struct ends *ends, bool attached)
{
	int pair[2];
	int size = 4096;

	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), 0);
	assert_int_equal(setsockopt(pair[0], SOL_SOCKET, SO_SNDBUF, &size, sizeof(size)), 0);
	ends->relay.guests.all[0] = (struct guest) { .fd = pair[0], .attached = attached };
	return pair[1];
}

static void guest_that_does_not_read_is_told_what_it_missed(void **state)
{
	struct ends *ends = *state;
	int guest = seat_guest(ends, true);
	struct relay_message message;
	int64_t told = 0;
	int64_t lost = 0;
	int64_t written = 0;

	cleanup_close(&ends->client);
	ends->client = -1;
	for (int i = 0; i < 1000; i++, written += 8) {
		say(ends->output, "a line.\n");
		run_dry(&ends->relay);
	}
	assert_true(ends->relay.guests.all[0].lost_bytes > 0);
	relay_tell_exit(&ends->relay, 0);
	for (ssize_t got; (got = recv(guest, &message, sizeof(message), MSG_DONTWAIT)) > 0;) {
		if (message.type == MONITOR_MSG_OUTPUT)
			told += got - 1;
		else if (message.type == MONITOR_MSG_LOST)
			memcpy(&lost, message.payload, sizeof(lost));
	}
	/* it never made room for the last words */
	assert_int_equal(lost, 0);
	assert_true(told > 0 && told < written);
	assert_int_equal(ends->relay.guests.all[0].fd, -1);
	cleanup_close(&guest);
}

static void guest_gets_output_only_once_it_asked(void **state)
{
	struct ends *ends = *state;
	struct relay_message message;
	int guest = seat_guest(ends, false);

	say(ends->output, "before\n");
	run_dry(&ends->relay);
	assert_int_equal(recv(guest, &message, sizeof(message), MSG_DONTWAIT), -1);
	assert_int_equal(send(guest, "a", 1, 0), 1);
	relay_guest_ready(&ends->relay, &ends->relay.guests.all[0]);
	say(ends->output, "after\n");
	run_dry(&ends->relay);
	assert_int_equal(recv(guest, &message, sizeof(message), MSG_DONTWAIT), 7);
	assert_memory_equal(message.payload, "after\n", 6);
	cleanup_close(&guest);
	relay_guest_ready(&ends->relay, &ends->relay.guests.all[0]);
	assert_int_equal(ends->relay.guests.all[0].fd, -1);
}

static void guest_whose_first_word_is_not_known_is_sent_away(void **state)
{
	struct ends *ends = *state;
	int guest = seat_guest(ends, false);

	assert_int_equal(send(guest, "i?", 2, 0), 2);
	relay_guest_ready(&ends->relay, &ends->relay.guests.all[0]);
	assert_int_equal(ends->relay.guests.all[0].fd, -1);
	cleanup_close(&guest);
}

/* Sends the word of a client whose monitor was killed, with its way to the input. */
static void come_again(int guest, int input)
{
	union {
		struct cmsghdr header;
		char space[CMSG_SPACE(sizeof(int))];
	} control = { 0 };
	char word = MONITOR_MSG_AGAIN;
	struct iovec data = { .iov_base = &word, .iov_len = 1 };
	struct msghdr message = { .msg_iov = &data,
				  .msg_iovlen = 1,
				  .msg_control = control.space,
				  .msg_controllen = sizeof(control.space) };

	control.header.cmsg_level = SOL_SOCKET;
	control.header.cmsg_type = SCM_RIGHTS;
	control.header.cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(&control.header), &input, sizeof(int));
	assert_int_equal(sendmsg(guest, &message, 0), 1);
}

static void client_of_a_killed_monitor_is_that_again_and_brings_the_input(void **state)
{
	struct ends *ends = *state;
	char text[8] = "";
	int input[2];
	int guest;

	/* as a monitor finds it that was started in place of another one */
	cleanup_close(&ends->relay.client);
	cleanup_close(&ends->relay.input);
	ends->relay.client = ends->relay.input = -1;
	assert_int_equal(pipe2(input, O_CLOEXEC), 0);
	guest = seat_guest(ends, false);
	come_again(guest, input[1]);
	(void)close(input[1]);
	assert_int_equal(relay_guest_ready(&ends->relay, &ends->relay.guests.all[0]), 0);
	assert_int_equal(ends->relay.guests.all[0].fd, -1);
	cleanup_close(&ends->client);
	ends->client = guest;

	send_message(ends, MONITOR_MSG_INPUT, "typed");
	send_message(ends, MONITOR_MSG_INPUT_END, "");
	run_dry(&ends->relay);
	assert_int_equal(read(input[0], text, sizeof(text)), 5);
	assert_string_equal(text, "typed");
	assert_int_equal(read(input[0], text, sizeof(text)), 0);
	say(ends->output, "out\n");
	run_dry(&ends->relay);
	assert_told(ends, MONITOR_MSG_OUTPUT, "out\n");
	cleanup_close(&ends->relay.client);
	(void)close(input[0]);
}

static void who_says_so_beside_a_client_is_sent_away(void **state)
{
	struct ends *ends = *state;
	int guest = seat_guest(ends, false);

	come_again(guest, ends->output);
	assert_int_equal(relay_guest_ready(&ends->relay, &ends->relay.guests.all[0]), 0);
	assert_int_equal(ends->relay.guests.all[0].fd, -1);
	assert_int_equal(ends->relay.client, MONITOR_FD_CLIENT);
	assert_int_equal(ends->relay.input, MONITOR_FD_INPUT);
	cleanup_close(&guest);
}

#define WITH_ENDS(test) cmocka_unit_test_setup_teardown(test, make_ends, remove_ends)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_ENDS(output_goes_to_the_log_and_to_the_client),
		WITH_ENDS(input_reaches_the_container_and_ends_when_the_client_says_so),
		WITH_ENDS(message_of_a_newer_client_is_passed_over),
		WITH_ENDS(client_that_goes_is_forgotten_and_the_log_goes_on),
		WITH_ENDS(client_that_does_not_read_makes_the_container_wait),
		WITH_ENDS(input_that_the_container_does_not_take_waits),
		WITH_ENDS(container_that_closes_its_input_ends_nothing_else),
		WITH_ENDS(what_was_left_behind_is_told_before_the_exit_code),
		WITH_ENDS(guest_that_does_not_read_is_told_what_it_missed),
		WITH_ENDS(guest_gets_output_only_once_it_asked),
		WITH_ENDS(guest_whose_first_word_is_not_known_is_sent_away),
		WITH_ENDS(client_of_a_killed_monitor_is_that_again_and_brings_the_input),
		WITH_ENDS(who_says_so_beside_a_client_is_sent_away),
		cmocka_unit_test(streams_that_are_not_there_are_none),
	};

	(void)signal(SIGPIPE, SIG_IGN); /* as the monitor does */
	return cmocka_run_group_tests(tests, NULL, NULL);
}
