/* SPDX-License-Identifier: MIT */
#include "cli/commands_json.h"

#include "base/cleanup.h"
#include "cli/cmd_tree.h"
#include "cli/commands.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cjson/cJSON.h>
#include <cmocka.h>

static const char *text_of(const cJSON *object, const char *key)
{
	return cJSON_GetStringValue(cJSON_GetObjectItem(object, key));
}

static const cJSON *child_named(const cJSON *group, const char *name)
{
	const cJSON *child;

	cJSON_ArrayForEach(child, cJSON_GetObjectItem(group, "commands"))
	{
		if (strcmp(text_of(child, "name"), name) == 0)
			return child;
	}
	return NULL;
}

/* Follows "containr container ls" from the root. */
static const cJSON *find_path(const cJSON *root, const char *path)
{
	autofree char *copy = strdup(path);
	char *rest = copy;
	const cJSON *node = root;

	(void)strsep(&rest, " ");
	while (node && rest)
		node = child_named(node, strsep(&rest, " "));
	return node;
}

static void check_opts(const cJSON *node, const struct cmd *cmd)
{
	const cJSON *item = cJSON_GetObjectItem(node, "options")->child;

	for (const struct opt *opt = cmd->opts; opt_is_valid(opt); opt++, item = item->next) {
		char letter[] = { opt->letter, '\0' };

		assert_non_null(item);
		assert_string_equal(text_of(item, "name"), opt->name);
		assert_string_equal(text_of(item, "help"), opt->help);
		assert_string_equal(text_of(item, "complete"), complete_kind_name(opt->complete));
		if (opt->letter)
			assert_string_equal(text_of(item, "letter"), letter);
		if (opt->value)
			assert_string_equal(text_of(item, "value"), opt->value);
	}
	assert_null(item);
}

static void check_place(const cJSON *root, const struct cmd_walk *walk)
{
	const cJSON *node = find_path(root, walk->path);
	const struct cmd *cmd = walk->entry->cmd;
	char home[CMD_PATH_SIZE];

	if (!node)
		fail_msg("%s is missing", walk->path);
	assert_string_equal(text_of(node, "path"), walk->path);
	if (!cmd_walk_is_home(walk)) {
		assert_true(cmd_tree_home(walk->program, cmd, home));
		assert_string_equal(text_of(node, "same_as"), home);
		return;
	}
	assert_string_equal(text_of(node, "summary"), cmd->summary);
	assert_int_equal(cJSON_IsTrue(cJSON_GetObjectItem(node, "hidden")), cmd->hidden);
	check_opts(node, cmd);
}

static void check_program(const struct cmd *program)
{
	autostr text = STR_INIT;
	struct cmd_walk walk;
	cJSON *root;

	commands_write_json(&text, program);
	root = cJSON_ParseWithOpts(text.data, NULL, true);
	assert_non_null(root);
	assert_string_equal(text_of(root, "version"), CONTAINR_VERSION);
	check_opts(root, program);
	cmd_walk_begin(&walk, program);
	while (cmd_walk_next(&walk))
		check_place(root, &walk);
	cJSON_Delete(root);
}

static void json_has_every_command_and_option(void **state)
{
	(void)state;
	check_program(&program_containr);
	check_program(&program_runtime);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(json_has_every_command_and_option),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
