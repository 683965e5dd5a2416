/* SPDX-License-Identifier: MIT */
#include "image/index.h"

#include "base/cleanup.h"
#include "image/manifest.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define HEX_A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define HEX_B "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define DIGEST_A "sha256:" HEX_A
#define DIGEST_B "sha256:" HEX_B
#define ENTRY(digest, rest)                                                                        \
	"{\"mediaType\":\"" MEDIA_MANIFEST "\",\"digest\":\"" digest "\",\"size\":7" rest "}"
#define INDEX(entries) "{\"schemaVersion\":2,\"manifests\":[" entries "]}"
#define NAMED(digest, key, name) ENTRY(digest, ",\"annotations\":{\"" key "\":\"" name "\"}")

static const struct descriptor manifest_a = { MEDIA_MANIFEST, DIGEST_A, 7 };
static const struct descriptor manifest_b = { MEDIA_MANIFEST, DIGEST_B, 7 };

static void parse(const char *text, struct index *index)
{
	struct containr_error err;

	if (index_parse(text, strlen(text), index, &err) < 0)
		fail_msg("%s", err.message);
}

static void set_name(struct index *index, const char *name, const struct descriptor *manifest)
{
	struct containr_error err;

	assert_int_equal(index_set_name(index, name, manifest, NULL, &err), 0);
}

static void names_of_other_tools_are_completed(void **state)
{
	autoindex index = { 0 };

	(void)state;
	parse(INDEX(NAMED(DIGEST_A, ANNOTATION_REF, "busybox") "," NAMED(
		      DIGEST_B, ANNOTATION_NAME, "quay.io/a/b:1") "," ENTRY(DIGEST_B, "")),
	      &index);
	assert_int_equal(index.count, 3);
	assert_string_equal(index.entries[0].name, "docker.io/library/busybox:latest");
	assert_string_equal(index.entries[1].name, "quay.io/a/b:1");
	assert_null(index.entries[2].name);
}

static void entries_of_other_tools_stay_as_they_are(void **state)
{
	static const char text[] = INDEX(NAMED(DIGEST_A, ANNOTATION_REF, "busybox") "," ENTRY(
		DIGEST_B, ",\"platform\":{\"os\":\"linux\",\"architecture\":\"arm64\"}"));
	autoindex index = { 0 };
	autostr out = STR_INIT;

	(void)state;
	parse(text, &index);
	index_format(&index, &out);
	assert_string_equal(out.data, text);
}

static void name_is_written_in_both_forms(void **state)
{
	autoindex index = { 0 };
	autoindex again = { 0 };
	autostr out = STR_INIT;

	(void)state;
	set_name(&index, "docker.io/library/busybox:latest", &manifest_a);
	index_format(&index, &out);
	assert_non_null(
		strstr(out.data, "\"" ANNOTATION_NAME "\":\"docker.io/library/busybox:latest\""));
	assert_non_null(strstr(out.data, "\"" ANNOTATION_REF "\":\"busybox:latest\""));
	parse(out.data, &again);
	assert_non_null(index_find(&again, "docker.io/library/busybox:latest"));
}

static void manifest_that_loses_its_only_name_stays(void **state)
{
	autoindex index = { 0 };

	(void)state;
	set_name(&index, "docker.io/library/x:1", &manifest_a);
	set_name(&index, "docker.io/library/x:1", &manifest_b);
	assert_int_equal(index.count, 2);
	assert_null(index.entries[0].name);
	assert_string_equal(index.entries[0].manifest.digest, DIGEST_A);
	assert_string_equal(index_find(&index, "docker.io/library/x:1")->manifest.digest, DIGEST_B);
	/* and gets a new one without a second entry */
	set_name(&index, "docker.io/library/y:1", &manifest_a);
	assert_int_equal(index.count, 2);
	assert_string_equal(index.entries[0].name, "docker.io/library/y:1");
}

static void manifest_with_another_name_loses_the_entry(void **state)
{
	autoindex index = { 0 };

	(void)state;
	set_name(&index, "docker.io/library/x:1", &manifest_a);
	set_name(&index, "docker.io/library/y:1", &manifest_a);
	set_name(&index, "docker.io/library/x:1", &manifest_b);
	assert_int_equal(index.count, 2);
	assert_string_equal(index.entries[0].name, "docker.io/library/y:1");
	assert_int_equal(index_count_names(&index, DIGEST_A), 1);
	assert_int_equal(index_count_names(&index, DIGEST_B), 1);
}

static void same_name_again_changes_nothing(void **state)
{
	autoindex index = { 0 };

	(void)state;
	set_name(&index, "docker.io/library/x:1", &manifest_a);
	set_name(&index, "docker.io/library/x:1", &manifest_a);
	assert_int_equal(index.count, 1);
	assert_string_equal(index.entries[0].name, "docker.io/library/x:1");
}

static void further_annotations_survive_a_new_name(void **state)
{
	autoindex index = { 0 };
	autostr out = STR_INIT;
	struct containr_error err;

	(void)state;
	parse(INDEX(ENTRY(DIGEST_A, ",\"annotations\":{\"a\":\"b\",\"" ANNOTATION_REF
				    "\":\"x\"},\"urls\":[]")),
	      &index);
	assert_int_equal(index_set_name(&index, "docker.io/library/y:1", &manifest_a,
					index.entries[0].json, &err),
			 0);
	index_remove(&index, 0);
	index_format(&index, &out);
	assert_non_null(strstr(out.data, "\"a\":\"b\""));
	assert_non_null(strstr(out.data, "\"urls\":[]"));
	assert_null(strstr(out.data, "\"x\""));
}

static void damaged_index_is_refused(void **state)
{
	static const char *const texts[] = {
		"",
		"[]",
		"{}",
		"{\"manifests\":{}}",
		"{\"manifests\":[7]}",
		INDEX(ENTRY("sha256:../../../etc/passwd", "")),
		INDEX(ENTRY("sha512:" HEX_A, "")),
		INDEX(ENTRY(DIGEST_A, ",\"annotations\":[]")),
		INDEX("{\"mediaType\":\"x\",\"digest\":\"" DIGEST_A "\",\"size\":-1}"),
		INDEX("{\"digest\":\"" DIGEST_A "\",\"size\":1}"),
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		autoindex index = { 0 };
		struct containr_error err;

		if (index_parse(texts[i], strlen(texts[i]), &index, &err) == 0)
			fail_msg("taken: %s", texts[i]);
		assert_int_equal(err.code, CONTAINR_E_IMAGE_CORRUPT);
		assert_string_equal(err.hint, "remove the image and import it again");
	}
}

static void manifest_and_index_in_one_is_refused(void **state)
{
	static const char text[] = "{\"config\":{},\"layers\":[],\"manifests\":[]}";
	autojson doc = { 0 };
	automanifest manifest = { 0 };
	struct containr_error err;

	(void)state;
	assert_int_equal(json_parse(text, strlen(text), "manifest", &doc, &err), 0);
	assert_int_equal(manifest_read(&doc, &manifest, &err), -CONTAINR_E_IMAGE_CORRUPT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_of_other_tools_are_completed),
		cmocka_unit_test(entries_of_other_tools_stay_as_they_are),
		cmocka_unit_test(name_is_written_in_both_forms),
		cmocka_unit_test(manifest_that_loses_its_only_name_stays),
		cmocka_unit_test(manifest_with_another_name_loses_the_entry),
		cmocka_unit_test(same_name_again_changes_nothing),
		cmocka_unit_test(further_annotations_survive_a_new_name),
		cmocka_unit_test(damaged_index_is_refused),
		cmocka_unit_test(manifest_and_index_in_one_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
