/* SPDX-License-Identifier: MIT */
#include "kernel/idmap.h"

#include "base/cleanup.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void id_of_the_namespace_is_found_outside(void **state)
{
	struct containr_error err;
	struct idmap map = { 0 };
	uint32_t outside = 7;

	(void)state;
	assert_int_equal(idmap_add(&map, 0, 1000, 1, &err), 0);
	assert_int_equal(idmap_add(&map, 1, 100000, 65535, &err), 0);
	assert_true(idmap_to_outside(&map, 0, &outside));
	assert_int_equal(outside, 1000);
	assert_true(idmap_to_outside(&map, 1, &outside));
	assert_int_equal(outside, 100000);
	assert_true(idmap_to_outside(&map, 65535, &outside));
	assert_int_equal(outside, 165534);
	assert_false(idmap_to_outside(&map, 65536, &outside));
	assert_int_equal(outside, 165534);
	idmap_release(&map);
	assert_false(idmap_to_outside(&map, 0, &outside));
}

static void range_that_cannot_be_is_refused(void **state)
{
	static const struct {
		uint32_t inside, outside, count;
		const char *message;
	} cases[] = {
		{ 50, 9000, 0, "id mapping 50:9000:0 is empty or leaves the range of ids" },
		{ 50, UINT32_MAX - 1, 2,
		  "id mapping 50:4294967294:2 is empty or leaves the range of ids" },
		{ UINT32_MAX - 1, 50, 2,
		  "id mapping 4294967294:50:2 is empty or leaves the range of ids" },
		{ 9, 9000, 1, "id mappings 0:1000:10 and 9:9000:1 overlap" },
		{ 500, 1009, 5, "id mappings 0:1000:10 and 500:1009:5 overlap" },
		{ 500, 995, 6, "id mappings 0:1000:10 and 500:995:6 overlap" },
	};
	struct containr_error err;
	struct idmap map = { 0 };

	(void)state;
	assert_int_equal(idmap_add(&map, 0, 1000, 10, &err), 0);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		assert_int_equal(idmap_add(&map, cases[i].inside, cases[i].outside, cases[i].count,
					   &err),
				 -CONTAINR_E_INVALID_ARGUMENT);
		assert_string_equal(err.message, cases[i].message);
	}
	assert_int_equal(map.count, 1);
	/* neighbours touch, and do not overlap */
	assert_int_equal(idmap_add(&map, 10, 1010, 1, &err), 0);
	idmap_release(&map);
}

static void subordinate_ids_of_name_and_number_are_taken(void **state)
{
	static const char text[] = "other:1:5\nme:100000:1000\n# me:1:1\nme:x:9\nme:7\n"
				   "1234:300000:10\nmee:400000:5\nme:500000:0\nme:600000:4";
	static const struct idmap_range wanted[] = { { 1, 100000, 1000 },
						     { 1001, 300000, 10 },
						     { 1011, 600000, 4 } };
	struct containr_error err;
	struct idmap map = { 0 };

	(void)state;
	assert_int_equal(idmap_add_subids(&map, text, strlen(text), "me", 1234, 1, &err), 0);
	assert_int_equal(map.count, ARRAY_LEN(wanted));
	assert_memory_equal(map.ranges, wanted, sizeof(wanted));
	idmap_release(&map);
}

static void nobody_has_no_subordinate_ids(void **state)
{
	struct containr_error err;
	struct idmap map = { 0 };

	(void)state;
	assert_int_equal(idmap_add_subids(&map, "root:1:1\n", 9, NULL, 12, 1, &err), 0);
	assert_int_equal(idmap_add_subids(&map, NULL, 0, "root", 12, 1, &err), 0);
	assert_int_equal(map.count, 0);
}

static void maps_are_equal_range_by_range(void **state)
{
	struct containr_error err;
	struct idmap a = { 0 };
	struct idmap b = { 0 };

	(void)state;
	assert_true(idmap_equal(&a, &b));
	assert_int_equal(idmap_add(&a, 0, 1, 2, &err), 0);
	assert_false(idmap_equal(&a, &b));
	assert_int_equal(idmap_add(&b, 0, 1, 2, &err), 0);
	assert_true(idmap_equal(&a, &b));
	idmap_release(&a);
	idmap_release(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(id_of_the_namespace_is_found_outside),
		cmocka_unit_test(range_that_cannot_be_is_refused),
		cmocka_unit_test(subordinate_ids_of_name_and_number_are_taken),
		cmocka_unit_test(nobody_has_no_subordinate_ids),
		cmocka_unit_test(maps_are_equal_range_by_range),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
