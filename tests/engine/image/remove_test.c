/* SPDX-License-Identifier: MIT */
#include "store_fixture.h"

#include "base/cleanup.h"
#include "base/fs.h"
#include "image/gc.h"

#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define BUSYBOX "docker.io/library/busybox:latest"
#define OTHER "docker.io/library/other:1"

static int remove_image(struct store *store, const char *reference, unsigned int flags)
{
	return containr_image_remove(store->engine, reference, flags, NULL, &store->err);
}

static bool has_layer(const struct store *store, int number)
{
	char path[128];

	(void)snprintf(path, sizeof(path), "layers/%s", digest_hex(store_digest(number)));
	return store_has(store, path);
}

static void assert_all_gone(struct store *store)
{
	assert_int_equal(store_count(store, "images/blobs/sha256"), 0);
	assert_int_equal(store_count(store, "layers"), 0);
	assert_int_equal(store_count(store, "trash"), 0);
}

static void last_name_takes_the_image_with_it(void **state)
{
	struct store *store = *state;
	char **deleted;
	char line[128];

	store_put_image(store, BUSYBOX, 1, "78");
	assert_int_equal(containr_image_remove(store->engine, "busybox", 0, &deleted, &store->err),
			 0);
	(void)snprintf(line, sizeof(line), "Deleted: %s", store_digest(1));
	assert_string_equal(deleted[0], "Untagged: busybox:latest");
	assert_string_equal(deleted[1], line);
	assert_null(deleted[2]);
	containr_strings_free(deleted);
	assert_all_gone(store);
}

static void other_names_keep_the_image(void **state)
{
	struct store *store = *state;

	store_put_image(store, BUSYBOX, 1, "7");
	assert_int_equal(containr_image_tag(store->engine, "busybox", "other:1", &store->err), 0);
	assert_int_equal(remove_image(store, "busybox", 0), 0);
	assert_true(store_has_blob(store, store_digest(1)));
	assert_true(has_layer(store, 7));
	assert_int_equal(remove_image(store, "other:1", 0), 0);
	assert_all_gone(store);
}

static void shared_layers_stay(void **state)
{
	struct store *store = *state;

	store_put_image(store, BUSYBOX, 1, "78");
	store_put_image(store, OTHER, 4, "79");
	assert_int_equal(remove_image(store, "busybox", 0), 0);
	assert_true(has_layer(store, 7));
	assert_false(has_layer(store, 8));
	assert_true(has_layer(store, 9));
	assert_true(store_has_blob(store, store_digest(4)));
	assert_false(store_has_blob(store, store_digest(1)));
}

static void id_with_several_names_needs_force(void **state)
{
	struct store *store = *state;

	store_put_image(store, BUSYBOX, 1, "7");
	assert_int_equal(containr_image_tag(store->engine, "busybox", "other:1", &store->err), 0);
	assert_int_equal(remove_image(store, "111", 0), -CONTAINR_E_INVALID_ARGUMENT);
	assert_string_equal(store->err.message, "image sha256:111111111111 has 2 names");
	assert_string_equal(store->err.hint, "remove it by name, or all names with --force");
	assert_int_equal(remove_image(store, "111", CONTAINR_IMAGE_FORCE), 0);
	assert_all_gone(store);
}

static void used_image_stays_and_its_container_is_named(void **state)
{
	struct store *store = *state;
	char record[256];

	store_put_image(store, BUSYBOX, 1, "7");
	(void)snprintf(record, sizeof(record), "{\"name\":\"web\",\"image_id\":\"%s\"}",
		       store_digest(1));
	store_put_container(store, "abc", record);
	assert_int_equal(remove_image(store, "busybox", 0), -CONTAINR_E_IMAGE_IN_USE);
	assert_string_equal(store->err.message, "image '" BUSYBOX "' is used by container 'web'");
	assert_true(has_layer(store, 7));
}

static void name_of_a_used_image_goes_while_it_has_another(void **state)
{
	struct store *store = *state;
	char record[256];

	store_put_image(store, BUSYBOX, 1, "7");
	assert_int_equal(containr_image_tag(store->engine, "busybox", "other:1", &store->err), 0);
	(void)snprintf(record, sizeof(record), "{\"image_id\":\"%s\"}", store_digest(1));
	store_put_container(store, "abc", record);
	assert_int_equal(remove_image(store, "busybox", 0), 0);
	assert_int_equal(remove_image(store, "other:1", 0), -CONTAINR_E_IMAGE_IN_USE);
	assert_non_null(strstr(store->err.message, "is used by container 'abc'"));
}

static void forced_removal_keeps_what_containers_stand_on(void **state)
{
	struct store *store = *state;
	char record[256];

	store_put_image(store, BUSYBOX, 1, "7");
	store_put_image(store, OTHER, 4, "9");
	(void)snprintf(record, sizeof(record), "{\"image_id\":\"%s\"}", store_digest(1));
	store_put_container(store, "abc", record);
	assert_int_equal(remove_image(store, "busybox", CONTAINR_IMAGE_FORCE), 0);
	assert_true(has_layer(store, 7));
	assert_false(store_has_blob(store, store_digest(2)));
	/* when the container is gone, the next removal takes them */
	assert_int_equal(fs_remove_tree(store->engine->root_fd, "containers/abc", &store->err), 0);
	assert_int_equal(remove_image(store, "other:1", 0), 0);
	assert_all_gone(store);
}

static void records_that_cannot_be_read_use_nothing(void **state)
{
	static const char *const records[] = { "", "[]", "{\"image_id\":7}",
					       "{\"image_id\":\"../../etc\"}" };
	struct store *store = *state;
	char id[8];

	store_put_image(store, BUSYBOX, 1, "7");
	for (size_t i = 0; i < ARRAY_LEN(records); i++) {
		(void)snprintf(id, sizeof(id), "c%zu", i);
		store_put_container(store, id, records[i]);
	}
	assert_int_equal(fs_make_dirs(store->engine->root_fd, "containers/new", 0711, &store->err),
			 0);
	assert_int_equal(remove_image(store, "busybox", 0), 0);
	assert_all_gone(store);
}

static void damaged_image_can_be_removed(void **state)
{
	struct store *store = *state;

	store_put_image(store, BUSYBOX, 1, "7");
	store_put_image(store, OTHER, 4, "9");
	store_put_blob(store, store_digest(2), "damage");
	assert_int_equal(remove_image(store, "busybox", 0), 0);
	assert_false(has_layer(store, 7));
	assert_true(has_layer(store, 9));
}

static void damaged_image_does_not_keep_others_from_going(void **state)
{
	struct store *store = *state;

	store_put_image(store, BUSYBOX, 1, "7");
	store_put_image(store, OTHER, 4, "9");
	store_put_blob(store, store_digest(2), "damage");
	assert_int_equal(remove_image(store, "other:1", 0), 0);
	assert_false(has_layer(store, 9));
	assert_true(store_has_blob(store, store_digest(2)));
}

static void what_lists_hold_is_kept(void **state)
{
	struct store *store = *state;
	autoindex index = { 0 };
	struct descriptor list = { .media_type = MEDIA_INDEX, .digest = store_digest(13) };
	char text[512];

	/* a list of images, as another tool may have put into the layout, and no name of its own */
	store_put_image(store, BUSYBOX, 1, "7");
	assert_int_equal(index_load(store->engine, &index, &store->err), 0);
	(void)snprintf(text, sizeof(text),
		       "{\"manifests\":[{\"mediaType\":\"%s\",\"digest\":\"%s\",\"size\":%d}]}",
		       MEDIA_MANIFEST, store_digest(2), (int)index.entries[0].manifest.size);
	store_put_blob(store, list.digest, text);
	list.size = (int64_t)strlen(text);
	assert_int_equal(index_set_name(&index, BUSYBOX, &list, NULL, &store->err), 0);
	while (index.count > 1)
		index_remove(&index, 0);
	assert_int_equal(index_save(store->engine, &index, &store->err), 0);
	store_put_image(store, OTHER, 4, "9");
	assert_int_equal(remove_image(store, "other:1", 0), 0);
	assert_true(has_layer(store, 7));
	assert_true(store_has_blob(store, store_digest(1)));
	assert_true(store_has_blob(store, store_digest(13)));
	assert_int_equal(remove_image(store, "busybox", 0), 0);
	assert_all_gone(store);
}

static void blobs_of_other_names_are_left_alone(void **state)
{
	struct store *store = *state;

	store_put_image(store, BUSYBOX, 1, "7");
	assert_int_equal(fs_replace_file(store->engine->root_fd, "images/blobs/sha256/README", "x",
					 1, 0644, FS_VOLATILE, &store->err),
			 0);
	assert_int_equal(remove_image(store, "busybox", 0), 0);
	assert_true(store_has(store, "images/blobs/sha256/README"));
}

struct remover {
	struct store *store;
	int done;
};

static void *remove_in_thread(void *data)
{
	struct remover *remover = data;
	struct containr_error err;

	(void)containr_image_remove(remover->store->engine, "busybox", 0, NULL, &err);
	__atomic_store_n(&remover->done, 1, __ATOMIC_SEQ_CST);
	return NULL;
}

static void removal_waits_for_a_pin(void **state)
{
	struct store *store = *state;
	struct remover remover = { .store = store };
	pthread_t thread;
	int pin;

	store_put_image(store, BUSYBOX, 1, "7");
	assert_int_equal(image_pin(store->engine, &pin, &store->err), 0);
	assert_int_equal(pthread_create(&thread, NULL, remove_in_thread, &remover), 0);
	(void)usleep(50000);
	assert_int_equal(__atomic_load_n(&remover.done, __ATOMIC_SEQ_CST), 0);
	assert_true(has_layer(store, 7));
	assert_int_equal(close(pin), 0);
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_all_gone(store);
}

int main(void)
{
#define STORE_TEST(test) cmocka_unit_test_setup_teardown(test, store_setup, store_teardown)
	const struct CMUnitTest tests[] = {
		STORE_TEST(last_name_takes_the_image_with_it),
		STORE_TEST(other_names_keep_the_image),
		STORE_TEST(shared_layers_stay),
		STORE_TEST(id_with_several_names_needs_force),
		STORE_TEST(used_image_stays_and_its_container_is_named),
		STORE_TEST(name_of_a_used_image_goes_while_it_has_another),
		STORE_TEST(forced_removal_keeps_what_containers_stand_on),
		STORE_TEST(records_that_cannot_be_read_use_nothing),
		STORE_TEST(damaged_image_can_be_removed),
		STORE_TEST(damaged_image_does_not_keep_others_from_going),
		STORE_TEST(what_lists_hold_is_kept),
		STORE_TEST(blobs_of_other_names_are_left_alone),
		STORE_TEST(removal_waits_for_a_pin),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
