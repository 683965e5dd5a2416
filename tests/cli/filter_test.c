/* SPDX-License-Identifier: MIT */
#include "cli/filter.h"

#include "base/cleanup.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

static const char *const keys[] = { "id", "label", "name", NULL };

static struct strv filters_of(const char *const *items)
{
	struct strv filters = { 0 };

	for (; *items; items++)
		strv_push(&filters, *items);
	assert_false(filters.failed);
	return filters;
}

#define FILTERS(...) filters_of((const char *const[]) { __VA_ARGS__, NULL })

static void unknown_keys_are_refused_and_the_known_ones_named(void **state)
{
	static const char *const wrong[] = { "color=red", "name", "", "=x", "nam=x", "names=x" };
	struct containr_error err = { 0 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
		autostrv filters = FILTERS("name=a", wrong[i]);

		assert_int_equal(filter_check(&filters, keys, &err), -CONTAINR_E_INVALID_ARGUMENT);
		assert_string_equal(err.hint, "keys are id, label, name");
		assert_non_null(strstr(err.message, wrong[i]));
	}
}

static void known_keys_are_accepted(void **state)
{
	autostrv none = { 0 };
	autostrv filters = FILTERS("name=a", "id=", "label=a=b");
	struct containr_error err = { 0 };

	(void)state;
	assert_int_equal(filter_check(&none, keys, &err), 0);
	assert_int_equal(filter_check(&filters, keys, &err), 0);
	assert_true(filter_has(&filters, "id"));
	assert_false(filter_has(&filters, "nam"));
	assert_false(filter_has(&none, "name"));
}

static void without_a_filter_everything_passes(void **state)
{
	autostrv filters = FILTERS("id=1");

	(void)state;
	assert_true(filter_passes(&filters, "name", "web", filter_is_equal));
}

static void filters_of_one_key_are_alternatives(void **state)
{
	autostrv filters = FILTERS("name=web", "name=db");

	(void)state;
	assert_true(filter_passes(&filters, "name", "web", filter_is_equal));
	assert_true(filter_passes(&filters, "name", "db", filter_is_equal));
	assert_false(filter_passes(&filters, "name", "web1", filter_is_equal));
	assert_true(filter_passes(&filters, "name", "web1", filter_begins_with));
	assert_false(filter_passes(&filters, "name", "my_web1", filter_begins_with));
	assert_true(filter_passes(&filters, "name", "my_web1", filter_contains));
}

static void labels_must_all_be_there(void **state)
{
	char team[] = "team=blue";
	char empty[] = "marked=";
	char *labels[] = { team, empty, NULL };
	autostrv both = FILTERS("label=team", "label=marked");
	autostrv value = FILTERS("label=team=blue");
	autostrv other_value = FILTERS("label=team=red");
	autostrv prefix = FILTERS("label=tea");
	autostrv one_missing = FILTERS("label=team", "label=size");

	(void)state;
	assert_true(filter_passes_labels(&both, labels));
	assert_true(filter_passes_labels(&value, labels));
	assert_false(filter_passes_labels(&other_value, labels));
	assert_false(filter_passes_labels(&prefix, labels));
	assert_false(filter_passes_labels(&one_missing, labels));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(unknown_keys_are_refused_and_the_known_ones_named),
		cmocka_unit_test(known_keys_are_accepted),
		cmocka_unit_test(without_a_filter_everything_passes),
		cmocka_unit_test(filters_of_one_key_are_alternatives),
		cmocka_unit_test(labels_must_all_be_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
