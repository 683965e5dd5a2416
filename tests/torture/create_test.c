/* SPDX-License-Identifier: MIT */
#include "alloc_fail.h"
#include "call_fail.h"

#include "base/cleanup.h"
#include "engine/image/store_fixture.h"

#include <containr/container.h>

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

/*
 * Creating a container on a disk that fails at every point, and without memory at every point: a
 * message, and nothing of the container is left.
 */

#define MOST_CALLS 2000

static const char *const command[] = { "sh", "-c", "true", NULL };

static int create(struct store *store, char id[CONTAINR_ID_LENGTH + 1])
{
	const struct containr_spec spec = {
		.image = "busybox", .name = "box", .command = command, .memory_bytes = 64 << 20
	};

	error_clear(&store->err);
	return containr_create(store->engine, &spec, id, &store->err);
}

static void assert_nothing_left(struct store *store, const char *call, size_t nth)
{
	static const char *const folders[] = { "containers", "names", "tmp", "trash" };

	for (size_t i = 0; i < ARRAY_LEN(folders); i++)
		if (store_count(store, folders[i]) != 0)
			fail_msg("%s fails as call %zu: something is left in %s (%s)", call, nth,
				 folders[i], store->err.message);
}

static void remove_it(struct store *store, const char *id)
{
	if (containr_remove(store->engine, id, 0, &store->err) < 0)
		fail_msg("cannot remove: %s", store->err.message);
}

/* What fails need not matter: the event stream is written as well as it can be. */
static bool create_with_failing_call(struct store *store, size_t nth, int error)
{
	char id[CONTAINR_ID_LENGTH + 1];
	const char *call;
	int r;

	call_fail_arm(nth, error);
	r = create(store, id);
	call = call_fail_disarm();
	if (r == 0)
		remove_it(store, id);
	else if (!call || store->err.message[0] == '\0')
		fail_msg("call %zu: %s", nth, store->err.message);
	else if (error == ENOSPC && store->err.code != CONTAINR_E_NO_SPACE)
		fail_msg("%s fails as call %zu without space: %s, %s", call, nth,
			 containr_error_name(store->err.code), store->err.message);
	assert_nothing_left(store, call ? call : "nothing", nth);
	return call != NULL;
}

static void a_failing_disk_leaves_nothing(void **state)
{
	static const int errors[] = { ENOSPC, EIO };
	struct store *store = *state;

	store_put_image(store, "docker.io/library/busybox:latest", 3, "12");
	for (size_t i = 0; i < ARRAY_LEN(errors); i++) {
		size_t nth = 1;

		while (create_with_failing_call(store, nth, errors[i]))
			assert_true(++nth < MOST_CALLS);
		/* a dozen files and folders are made: fewer calls mean that none is wrapped */
		assert_true(nth > 12);
		print_message("%zu calls\n", nth - 1);
	}
}

static bool create_without_memory(struct store *store, size_t nth)
{
	char id[CONTAINR_ID_LENGTH + 1];
	size_t live;
	bool has_failed;
	int r;

	alloc_fail_arm(nth);
	r = create(store, id);
	live = alloc_fail_live();
	has_failed = alloc_fail_disarm();
	if (r == 0)
		remove_it(store, id);
	else if (!has_failed || r != -CONTAINR_E_OUT_OF_MEMORY)
		fail_msg("allocation %zu: %s, %s", nth, containr_error_name(store->err.code),
			 store->err.message);
	if (live != 0)
		fail_msg("allocation %zu: %zu blocks are not free", nth, live);
	assert_nothing_left(store, "malloc", nth);
	return has_failed;
}

static void no_memory_leaves_nothing(void **state)
{
	struct store *store = *state;
	size_t nth = 1;

	store_put_image(store, "docker.io/library/busybox:latest", 3, "12");
	while (create_without_memory(store, nth))
		assert_true(++nth < MOST_CALLS);
	assert_true(nth > 12);
	print_message("%zu allocations\n", nth - 1);
}

/* What reads only: the list, and all that is known of one container. */
static int look(struct store *store)
{
	struct containr_container **containers = NULL;
	autofree char *json = NULL;
	size_t count = 0;
	int r = containr_container_list(store->engine, true, &containers, &count, &store->err);

	if (r < 0)
		return r;
	containr_container_list_free(containers, count);
	return containr_container_inspect(store->engine, "box", &json, &store->err);
}

static void no_memory_to_look_is_said(void **state)
{
	struct store *store = *state;
	char id[CONTAINR_ID_LENGTH + 1];
	bool has_failed = true;
	size_t nth = 1;

	store_put_image(store, "docker.io/library/busybox:latest", 3, "12");
	assert_int_equal(create(store, id), 0);
	for (; has_failed && nth < MOST_CALLS; nth++) {
		int r;

		alloc_fail_arm(nth);
		r = look(store);
		has_failed = alloc_fail_disarm();
		if (r != 0 && (!has_failed || r != -CONTAINR_E_OUT_OF_MEMORY))
			fail_msg("allocation %zu: %s, %s", nth,
				 containr_error_name(store->err.code), store->err.message);
		if (alloc_fail_live() != 0)
			fail_msg("allocation %zu: %zu blocks are not free", nth, alloc_fail_live());
	}
	assert_true(nth > 12 && nth < MOST_CALLS);
	remove_it(store, id);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_failing_disk_leaves_nothing, store_setup,
						store_teardown),
		cmocka_unit_test_setup_teardown(no_memory_leaves_nothing, store_setup,
						store_teardown),
		cmocka_unit_test_setup_teardown(no_memory_to_look_is_said, store_setup,
						store_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
