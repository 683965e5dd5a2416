/* SPDX-License-Identifier: MIT */
#include "store_fixture.h"

#include "base/cleanup.h"
#include "base/fs.h"
#include "image/image_record.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define BUSYBOX "docker.io/library/busybox:latest"

static void image_is_found_by_every_form_of_its_name(void **state)
{
	static const char *const forms[] = { "busybox", "busybox:latest", "docker.io/busybox",
					     BUSYBOX };
	struct store *store = *state;

	store_put_image(store, BUSYBOX, 1, "7");
	for (size_t i = 0; i < ARRAY_LEN(forms); i++) {
		autoimage *image = NULL;

		assert_int_equal(
			containr_image_inspect(store->engine, forms[i], &image, &store->err), 0);
		assert_string_equal(image->id, store_digest(1));
		assert_string_equal(image->manifest_digest, store_digest(2));
		assert_string_equal(image->name, BUSYBOX);
		assert_string_equal(image->repository, "busybox");
		assert_string_equal(image->tag, "latest");
	}
}

static void image_is_found_by_id_and_digest(void **state)
{
	struct store *store = *state;
	char by_digest[REFERENCE_TEXT_SIZE];
	char by_prefix[16];
	const char *forms[] = { store_digest(1), digest_hex(store_digest(1)), "111", by_prefix,
				by_digest };

	store_put_image(store, BUSYBOX, 1, "7");
	(void)snprintf(by_prefix, sizeof(by_prefix), "%.12s", store_digest(1));
	(void)snprintf(by_digest, sizeof(by_digest), "busybox@%s", store_digest(2));
	for (size_t i = 0; i < ARRAY_LEN(forms); i++) {
		autoimage *image = NULL;

		if (containr_image_inspect(store->engine, forms[i], &image, &store->err) < 0)
			fail_msg("'%s': %s", forms[i], store->err.message);
		assert_string_equal(image->id, store_digest(1));
	}
}

static void configuration_is_read(void **state)
{
	struct store *store = *state;
	autoimage *image = NULL;

	store_put_image(store, BUSYBOX, 1, "78");
	assert_int_equal(containr_image_inspect(store->engine, "busybox", &image, &store->err), 0);
	assert_string_equal(image->os, "linux");
	assert_string_equal(image->architecture, "amd64");
	assert_int_equal(image->created_ns, 1767312000LL * 1000000000);
	assert_string_equal(image->config.user, "1:2");
	assert_string_equal(image->config.working_dir, "");
	assert_string_equal(image->config.cmd[0], "sh");
	assert_null(image->config.cmd[1]);
	assert_null(image->config.entrypoint[0]);
	assert_string_equal(image->config.env[0], "A=b");
	assert_string_equal(image->config.labels[0], "k=v");
	assert_string_equal(image->layers[0], store_digest(7));
	assert_string_equal(image->layers[1], store_digest(8));
	assert_null(image->layers[2]);
}

static void unknown_image_is_not_found(void **state)
{
	struct store *store = *state;
	autoimage *image = NULL;

	assert_int_equal(containr_image_inspect(store->engine, "nosuch", &image, &store->err),
			 -CONTAINR_E_IMAGE_NOT_FOUND);
	assert_string_equal(store->err.message, "image 'nosuch' not found");
	assert_string_equal(store->err.hint, "list images with: containr images");
	assert_int_equal(containr_image_inspect(store->engine, "No", &image, &store->err),
			 -CONTAINR_E_INVALID_REFERENCE);
	assert_int_equal(containr_image_inspect(store->engine, store_digest(1), &image,
						&store->err),
			 -CONTAINR_E_IMAGE_NOT_FOUND);
}

static void prefix_of_several_ids_is_refused(void **state)
{
	struct store *store = *state;
	autoimage *image = NULL;

	store_put_image(store, BUSYBOX, 0x01, "7");
	store_put_image(store, "docker.io/library/other:latest", 0x11, "7");
	assert_int_equal(containr_image_inspect(store->engine, "111", &image, &store->err),
			 -CONTAINR_E_INVALID_ARGUMENT);
	assert_string_equal(store->err.hint, "give more digits");
	assert_int_equal(
		containr_image_inspect(store->engine, store_digest(0x11), &image, &store->err), 0);
	assert_string_equal(image->repository, "other");
}

static void lower_folders_are_top_first(void **state)
{
	struct store *store = *state;
	autoimage *image = NULL;
	autostrv dirs = { 0 };
	char expected[128];

	store_put_image(store, BUSYBOX, 1, "78");
	assert_int_equal(containr_image_inspect(store->engine, "busybox", &image, &store->err), 0);
	assert_int_equal(image_lower_dirs(store->engine, image, &dirs, &store->err), 0);
	assert_int_equal(dirs.len, 2);
	(void)snprintf(expected, sizeof(expected), "layers/%s/fs", digest_hex(store_digest(8)));
	assert_string_equal(dirs.items[0], expected);
}

static void missing_layer_is_corrupt(void **state)
{
	struct store *store = *state;
	autoimage *image = NULL;
	autostrv dirs = { 0 };
	char layer[128];

	store_put_image(store, BUSYBOX, 1, "78");
	(void)snprintf(layer, sizeof(layer), "layers/%s", digest_hex(store_digest(7)));
	assert_int_equal(fs_remove_tree(store->engine->root_fd, layer, &store->err), 0);
	assert_int_equal(containr_image_inspect(store->engine, "busybox", &image, &store->err), 0);
	assert_int_equal(image_lower_dirs(store->engine, image, &dirs, &store->err),
			 -CONTAINR_E_IMAGE_CORRUPT);
	assert_non_null(strstr(store->err.message, "is not unpacked"));
	assert_string_equal(store->err.hint, "remove the image and import it again");
}

static void write_file(struct store *store, const char *path, const char *text)
{
	assert_int_equal(fs_replace_file(store->engine->root_fd, path, text, strlen(text), 0644,
					 FS_VOLATILE, &store->err),
			 0);
}

static void records_of_another_index_are_not_believed(void **state)
{
	struct store *store = *state;
	autostr index = STR_INIT;
	autoimage *image = NULL;

	store_put_image(store, BUSYBOX, 1, "7");
	assert_int_equal(fs_read_file(store->engine->root_fd, CONTENT_INDEX, 1 << 20, &index,
				      &store->err),
			 0);
	/* another tool takes the image out, and the records still have it */
	write_file(store, CONTENT_INDEX, "{\"manifests\":[]}");
	assert_true(store_has(store, RECORD_FILE));
	assert_int_equal(containr_image_inspect(store->engine, "busybox", &image, &store->err),
			 -CONTAINR_E_IMAGE_NOT_FOUND);
	/* and puts it in again: without records it is found as well */
	write_file(store, CONTENT_INDEX, index.data);
	assert_int_equal(containr_image_inspect(store->engine, "busybox", &image, &store->err), 0);
	assert_string_equal(image->id, store_digest(1));
}

static void damaged_records_are_not_believed(void **state)
{
	static const char *const damages[] = { "", "\n", BUSYBOX " sha256:1 sha256:2 3 4 5\n",
					       "docker.io/library/busybox:late", BUSYBOX " " };
	struct store *store = *state;
	autostr records = STR_INIT;

	store_put_image(store, BUSYBOX, 1, "7");
	assert_int_equal(fs_read_file(store->engine->root_fd, RECORD_FILE, 1 << 20, &records,
				      &store->err),
			 0);
	*(strchr(records.data, '\n') + 1) = '\0';
	for (size_t i = 0; i < ARRAY_LEN(damages); i++) {
		autostr text = STR_INIT;
		autoimage *image = NULL;

		str_append(&text, records.data);
		str_append(&text, damages[i]);
		write_file(store, RECORD_FILE, text.data);
		assert_int_equal(
			containr_image_inspect(store->engine, "busybox", &image, &store->err), 0);
		assert_string_equal(image->id, store_digest(1));
	}
}

static void record_is_found_among_many(void **state)
{
	struct store *store = *state;
	autoindex index = { 0 };
	struct image_record record;
	char name[64];

	store_put_image(store, BUSYBOX, 1, "7");
	assert_int_equal(index_load(store->engine, &index, &store->err), 0);
	for (int i = 0; i < 300; i++) {
		(void)snprintf(name, sizeof(name), "docker.io/library/name%d:v", i);
		assert_int_equal(index_set_name(&index, name, &index.entries[0].manifest, NULL,
						&store->err),
				 0);
	}
	assert_int_equal(index_save(store->engine, &index, &store->err), 0);
	for (int i = 0; i < 300; i++) {
		(void)snprintf(name, sizeof(name), "docker.io/library/name%d:v", i);
		assert_true(image_record_find(store->engine, name, &record));
		assert_string_equal(record.manifest, store_digest(2));
		assert_string_equal(record.config, store_digest(1));
		assert_int_equal(record.layers, 1);
	}
	assert_false(image_record_find(store->engine, "docker.io/library/name300:v", &record));
	assert_false(image_record_find(store->engine, "docker.io/library/name1", &record));
}

static void damaged_manifest_is_told(void **state)
{
	static const char *const damages[] = {
		"",
		"{}",
		"[]",
		"{\"config\":{},\"layers\":[]}",
		"{\"config\":null,\"layers\":[],\"manifests\":[]}",
	};
	struct store *store = *state;

	for (size_t i = 0; i < ARRAY_LEN(damages); i++) {
		autoimage *image = NULL;

		store_put_image(store, BUSYBOX, 1, "7");
		store_put_blob(store, store_digest(2), damages[i]);
		write_file(store, RECORD_FILE, "");
		assert_int_equal(containr_image_inspect(store->engine, "busybox", &image,
							&store->err),
				 -CONTAINR_E_IMAGE_CORRUPT);
	}
}

static void damaged_configuration_is_told(void **state)
{
	struct store *store = *state;
	autoimage *image = NULL;
	char path[CONTENT_PATH_SIZE];

	store_put_image(store, BUSYBOX, 1, "7");
	store_put_blob(store, store_digest(1), "{}");
	assert_int_equal(containr_image_inspect(store->engine, "busybox", &image, &store->err),
			 -CONTAINR_E_IMAGE_CORRUPT);
	assert_non_null(strstr(store->err.message, "has 2 bytes instead of "));
	content_blob_path(store_digest(1), path);
	assert_int_equal(unlinkat(store->engine->root_fd, path, 0), 0);
	assert_int_equal(containr_image_inspect(store->engine, "busybox", &image, &store->err),
			 -CONTAINR_E_IMAGE_CORRUPT);
	assert_non_null(strstr(store->err.message, "is missing"));
}

static void list_is_newest_first_and_shows_what_is_damaged(void **state)
{
	struct store *store = *state;
	struct containr_image **images;
	size_t count;

	store_put_image(store, "docker.io/library/old:1", 1, "7");
	store_put_image(store, "docker.io/library/new:1", 4, "7");
	store_put_image(store, "docker.io/library/broken:1", 10, "7");
	store_put_blob(store, store_digest(11), "{}");
	/* what it said when it was read for the records is not asked for again */
	write_file(store, RECORD_FILE, "");
	assert_int_equal(containr_image_list(store->engine, &images, &count, &store->err), 0);
	assert_int_equal(count, 3);
	assert_string_equal(images[0]->repository, "new");
	assert_string_equal(images[1]->repository, "old");
	assert_string_equal(images[2]->repository, "broken");
	assert_int_equal(images[1]->damaged, 0);
	assert_int_equal(images[2]->damaged, 1);
	assert_string_equal(images[2]->id, store_digest(11));
	containr_image_list_free(images, count);
}

static void list_of_an_empty_store_is_empty(void **state)
{
	struct store *store = *state;
	struct containr_image **images;
	size_t count;

	assert_int_equal(containr_image_list(store->engine, &images, &count, &store->err), 0);
	assert_int_equal(count, 0);
	containr_image_list_free(images, count);
}

static void tag_adds_a_name(void **state)
{
	struct store *store = *state;
	autoimage *image = NULL;

	store_put_image(store, BUSYBOX, 1, "7");
	assert_int_equal(
		containr_image_tag(store->engine, "busybox", "example.com/b:2", &store->err), 0);
	assert_int_equal(
		containr_image_inspect(store->engine, "example.com/b:2", &image, &store->err), 0);
	assert_string_equal(image->id, store_digest(1));
	assert_string_equal(image->repository, "example.com/b");
	/* once more changes nothing */
	assert_int_equal(
		containr_image_tag(store->engine, "busybox", "example.com/b:2", &store->err), 0);
}

static void tag_takes_the_name_from_another_image(void **state)
{
	struct store *store = *state;
	struct containr_image **images;
	size_t count;

	store_put_image(store, BUSYBOX, 1, "7");
	store_put_image(store, "docker.io/library/new:1", 4, "7");
	assert_int_equal(containr_image_tag(store->engine, "new:1", "busybox", &store->err), 0);
	assert_int_equal(containr_image_list(store->engine, &images, &count, &store->err), 0);
	assert_int_equal(count, 3);
	assert_string_equal(images[2]->id, store_digest(1));
	assert_null(images[2]->name);
	containr_image_list_free(images, count);
}

static void tag_refuses_a_digest_and_a_bad_name(void **state)
{
	struct store *store = *state;
	char name[REFERENCE_TEXT_SIZE];

	store_put_image(store, BUSYBOX, 1, "7");
	(void)snprintf(name, sizeof(name), "x@%s", store_digest(1));
	assert_int_equal(containr_image_tag(store->engine, "busybox", name, &store->err),
			 -CONTAINR_E_INVALID_REFERENCE);
	assert_int_equal(containr_image_tag(store->engine, "busybox", "UPPER", &store->err),
			 -CONTAINR_E_INVALID_REFERENCE);
	assert_int_equal(containr_image_tag(store->engine, "nosuch", "x", &store->err),
			 -CONTAINR_E_IMAGE_NOT_FOUND);
}

static void actions_are_events(void **state)
{
	struct store *store = *state;
	autostr events = STR_INIT;

	store_put_image(store, BUSYBOX, 1, "7");
	assert_int_equal(containr_image_tag(store->engine, "busybox", "b:2", &store->err), 0);
	assert_int_equal(containr_image_remove(store->engine, "b:2", 0, NULL, &store->err), 0);
	assert_int_equal(containr_image_remove(store->engine, "busybox", 0, NULL, &store->err), 0);
	assert_int_equal(fs_read_file(store->engine->root_fd, "events.jsonl", 1 << 20, &events,
				      &store->err),
			 0);
	assert_non_null(strstr(events.data, "\"Type\":\"image\",\"Action\":\"tag\""));
	assert_non_null(strstr(events.data, "\"Attributes\":{\"name\":\"b:2\"}"));
	assert_non_null(strstr(events.data, "\"Action\":\"untag\""));
	assert_non_null(strstr(events.data, "\"Action\":\"delete\""));
}

int main(void)
{
#define STORE_TEST(test) cmocka_unit_test_setup_teardown(test, store_setup, store_teardown)
	const struct CMUnitTest tests[] = {
		STORE_TEST(image_is_found_by_every_form_of_its_name),
		STORE_TEST(image_is_found_by_id_and_digest),
		STORE_TEST(configuration_is_read),
		STORE_TEST(unknown_image_is_not_found),
		STORE_TEST(prefix_of_several_ids_is_refused),
		STORE_TEST(lower_folders_are_top_first),
		STORE_TEST(missing_layer_is_corrupt),
		STORE_TEST(records_of_another_index_are_not_believed),
		STORE_TEST(damaged_records_are_not_believed),
		STORE_TEST(record_is_found_among_many),
		STORE_TEST(damaged_manifest_is_told),
		STORE_TEST(damaged_configuration_is_told),
		STORE_TEST(list_is_newest_first_and_shows_what_is_damaged),
		STORE_TEST(list_of_an_empty_store_is_empty),
		STORE_TEST(tag_adds_a_name),
		STORE_TEST(tag_takes_the_name_from_another_image),
		STORE_TEST(tag_refuses_a_digest_and_a_bad_name),
		STORE_TEST(actions_are_events),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
