/* SPDX-License-Identifier: MIT */
#include "container/config.h"

#include "base/cleanup.h"
#include "base/fs.h"

#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

static const char container_id[] =
	"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

struct made {
	struct oci_config config;
	struct containr_error err;
};

#define automade __attribute__((cleanup(made_release))) struct made

static void made_release(struct made *made)
{
	oci_config_release(&made->config);
}

static int make_of(struct made *made, const struct containr_spec *spec,
		   const struct containr_image_config *image)
{
	oci_config_init(&made->config);
	return config_of_spec(spec, image, container_id, "/host/init", &made->config, &made->err);
}

static const char *const run_true[] = { "true", NULL };

/* The configuration of `run IMAGE true` with these options. */
static void make(struct made *made, struct containr_spec spec)
{
	const struct containr_image_config image = { 0 };

	spec.command = run_true;
	if (make_of(made, &spec, &image) < 0)
		fail_msg("%s", made->err.message);
}

static void assert_refused(struct containr_spec spec, enum containr_error_code code,
			   const char *message)
{
	const struct containr_image_config image = { 0 };
	struct made made;

	spec.command = run_true;
	assert_int_equal(make_of(&made, &spec, &image), -(int)code);
	assert_string_equal(made.err.message, message);
}

static char *joined(const struct strv *list)
{
	struct str text = STR_INIT;

	for (size_t i = 0; i < list->len; i++)
		str_appendf(&text, "%s%s", i ? " " : "", list->items[i]);
	return str_steal(&text);
}

struct args_case {
	const char *image_entrypoint[3];
	const char *image_cmd[3];
	const char *entrypoint[3]; /* { NULL }: not given */
	const char *command[3];
	const char *args; /* NULL: refused */
};

/* https://docs.docker.com/reference/dockerfile/#understand-how-cmd-and-entrypoint-interact */
static void entry_point_and_command_combine_as_dockers_do(void **state)
{
	static const struct args_case cases[] = {
		{ { NULL }, { "c" }, { NULL }, { NULL }, "c" },
		{ { "e" }, { NULL }, { NULL }, { NULL }, "e" },
		{ { "e", "f" }, { "c", "d" }, { NULL }, { NULL }, "e f c d" },
		{ { "e" }, { "c" }, { NULL }, { "x", "y" }, "e x y" },
		{ { NULL }, { "c" }, { NULL }, { "x" }, "x" },
		/* an entry point of one's own makes the image's command meaningless */
		{ { "e" }, { "c" }, { "n" }, { NULL }, "n" },
		{ { "e" }, { "c" }, { "n" }, { "x" }, "n x" },
		/* an empty one takes the image's away */
		{ { "e" }, { "c" }, { "" }, { "x" }, "x" },
		{ { "e" }, { "c" }, { "" }, { NULL }, NULL },
		{ { NULL }, { NULL }, { NULL }, { NULL }, NULL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const struct args_case *one = &cases[i];
		const struct containr_image_config image = {
			.entrypoint = (char **)(uintptr_t)one->image_entrypoint,
			.cmd = (char **)(uintptr_t)one->image_cmd,
		};
		const struct containr_spec spec = {
			.entrypoint = one->entrypoint[0] ? one->entrypoint : NULL,
			.command = one->command[0] ? one->command : NULL,
		};
		autofree char *args = NULL;
		automade made;
		int r = make_of(&made, &spec, &image);

		if (!one->args) {
			assert_int_equal(r, -CONTAINR_E_INVALID_ARGUMENT);
			assert_string_equal(made.err.message, "no command was given");
			continue;
		}
		assert_int_equal(r, 0);
		args = joined(&made.config.process.args);
		assert_string_equal(args, one->args);
	}
}

static void init_runs_what_the_container_would_have_run(void **state)
{
	autofree char *args = NULL;
	const struct oci_mount *mount;
	automade made;

	(void)state;
	make(&made, (struct containr_spec) { .init = true });
	args = joined(&made.config.process.args);
	assert_string_equal(args, "/dev/containr-init -- true");
	mount = &made.config.mounts[made.config.mount_count - 1];
	assert_string_equal(mount->destination, "/dev/containr-init");
	assert_string_equal(mount->source, "/host/init");
	assert_true(strv_contains(&mount->options, "ro"));
}

static const char *env_of(const struct made *made, const char *key)
{
	size_t len = strlen(key);
	const char *found = NULL;

	for (size_t i = 0; i < made->config.process.env.len; i++) {
		const char *item = made->config.process.env.items[i];

		if (strncmp(item, key, len) != 0 || item[len] != '=')
			continue;
		assert_null(found); /* no variable is there twice */
		found = item + len + 1;
	}
	return found;
}

static void options_win_over_the_image_and_the_image_over_defaults(void **state)
{
	char *image_env[] = { (char[]) { "PATH=/image" }, (char[]) { "A=image" },
			      (char[]) { "B=image" }, NULL };
	const char *const env[] = { "B=option", "C=option", "PASSED", "NOT_THERE", "E=", NULL };
	const struct containr_image_config image = { .env = image_env };
	const struct containr_spec spec = { .env = env, .command = run_true, .tty = true };
	automade made;

	(void)state;
	assert_int_equal(setenv("PASSED", "from the caller", 1), 0);
	assert_int_equal(unsetenv("NOT_THERE"), 0);
	assert_int_equal(make_of(&made, &spec, &image), 0);
	assert_string_equal(env_of(&made, "PATH"), "/image");
	assert_string_equal(env_of(&made, "A"), "image");
	assert_string_equal(env_of(&made, "B"), "option");
	assert_string_equal(env_of(&made, "C"), "option");
	assert_string_equal(env_of(&made, "PASSED"), "from the caller");
	assert_string_equal(env_of(&made, "E"), "");
	assert_null(env_of(&made, "NOT_THERE"));
	assert_string_equal(env_of(&made, "HOSTNAME"), "0123456789ab");
	assert_string_equal(env_of(&made, "TERM"), "xterm");
}

static void environment_without_options_is_dockers(void **state)
{
	automade made;

	(void)state;
	make(&made, (struct containr_spec) { .hostname = "web" });
	assert_string_equal(env_of(&made, "PATH"),
			    "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
	assert_string_equal(env_of(&made, "HOSTNAME"), "web");
	assert_null(env_of(&made, "TERM"));
}

static void user_and_folder_are_the_options_or_else_the_images(void **state)
{
	const struct containr_image_config image = { .user = (char[]) { "www" },
						     .working_dir = (char[]) { "/srv" } };
	const struct containr_spec plain = { .command = run_true };
	const struct containr_spec given = { .command = run_true,
					     .user = "1:2",
					     .working_dir = "/w" };
	automade of_image;
	automade of_option;
	automade of_nobody;

	(void)state;
	assert_int_equal(make_of(&of_image, &plain, &image), 0);
	assert_string_equal(of_image.config.process.user.name, "www");
	assert_string_equal(of_image.config.process.cwd, "/srv");
	assert_int_equal(make_of(&of_option, &given, &image), 0);
	assert_string_equal(of_option.config.process.user.name, "1:2");
	assert_string_equal(of_option.config.process.cwd, "/w");
	make(&of_nobody, plain);
	assert_null(of_nobody.config.process.user.name);
	assert_string_equal(of_nobody.config.process.cwd, "/");
}

static void container_without_options_has_what_docker_gives(void **state)
{
	automade made;

	(void)state;
	make(&made, (struct containr_spec) { 0 });
	assert_true(made.config.process.no_new_privileges);
	assert_int_equal(made.config.seccomp, OCI_SECCOMP_DEFAULT);
	assert_string_equal(oci_annotation(&made.config, OCI_ANNOTATION_SECCOMP), "default");
	assert_true(made.config.process.caps.bounding == CAPS_DEFAULT);
	assert_true(made.config.process.caps.effective == CAPS_DEFAULT);
	assert_true(made.config.process.caps.ambient == 0);
	assert_true(made.config.process.caps.inheritable == 0);
	assert_true(strv_contains(&made.config.masked_paths, "/proc/kcore"));
	assert_true(strv_contains(&made.config.readonly_paths, "/proc/sys"));
	assert_true(made.config.resources.memory_limit == OCI_UNSET);
	assert_true(made.config.resources.pids_limit == OCI_UNSET);
	assert_false(made.config.root_readonly);
	assert_string_equal(made.config.hostname, "0123456789ab");
}

static void capabilities_are_added_and_dropped(void **state)
{
	const char *const add[] = { "NET_ADMIN", NULL };
	const char *const drop[] = { "cap_chown", NULL };
	const char *const all[] = { "ALL", NULL };
	const char *const wrong[] = { "CAP_FLY", NULL };
	automade made;
	automade none;

	(void)state;
	make(&made, (struct containr_spec) { .cap_add = add, .cap_drop = drop });
	assert_true(made.config.process.caps.bounding ==
		    ((CAPS_DEFAULT | CAPS_BIT(caps_from_name("CAP_NET_ADMIN"))) &
		     ~CAPS_BIT(caps_from_name("CAP_CHOWN"))));
	make(&none, (struct containr_spec) { .cap_drop = all });
	assert_true(none.config.process.caps.bounding == 0);
	assert_refused((struct containr_spec) { .cap_add = wrong }, CONTAINR_E_INVALID_ARGUMENT,
		       "unknown capability 'CAP_FLY'");
}

static void security_options_are_dockers(void **state)
{
	static const struct {
		const char *option;
		bool no_new_privileges;
		enum oci_seccomp seccomp;
	} cases[] = {
		{ "seccomp=unconfined", true, OCI_SECCOMP_NONE },
		{ "no-new-privileges", true, OCI_SECCOMP_DEFAULT },
		{ "no-new-privileges=true", true, OCI_SECCOMP_DEFAULT },
		{ "no-new-privileges:true", true, OCI_SECCOMP_DEFAULT },
		{ "no-new-privileges=false", false, OCI_SECCOMP_DEFAULT },
		{ "no-new-privileges:false", false, OCI_SECCOMP_DEFAULT },
	};
	const char *const wrong[] = { "labels=disable", NULL };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const char *const options[] = { cases[i].option, NULL };
		automade made;

		make(&made, (struct containr_spec) { .security_opts = options });
		assert_int_equal(made.config.process.no_new_privileges, cases[i].no_new_privileges);
		assert_int_equal(made.config.seccomp, cases[i].seccomp);
		assert_int_equal(oci_annotation(&made.config, OCI_ANNOTATION_SECCOMP) != NULL,
				 cases[i].seccomp == OCI_SECCOMP_DEFAULT);
	}
	assert_refused((struct containr_spec) { .security_opts = wrong },
		       CONTAINR_E_INVALID_ARGUMENT,
		       "--security-opt: unknown option 'labels=disable'");
}

/* Writes a profile; returns the option that names it. */
static char *profile_option(char *path, const char *text)
{
	char *option = NULL;
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	assert_int_equal(fs_write_all(fd, text, strlen(text)), 0);
	(void)close(fd);
	assert_true(asprintf(&option, "seccomp=%s", path) > 0);
	return option;
}

static void seccomp_profile_is_read_and_checked_at_once(void **state)
{
	char good_path[] = "/tmp/containr-profile.XXXXXX";
	char bad_path[] = "/tmp/containr-profile.XXXXXX";
	autofree char *good = profile_option(good_path, "{\"defaultAction\": \"SCMP_ACT_ALLOW\"}");
	autofree char *bad = profile_option(bad_path, "{\"defaultAction\": \"SCMP_ACT_X\"}");
	const char *const good_options[] = { good, NULL };
	const char *const bad_options[] = { bad, NULL };
	const struct containr_image_config image = { 0 };
	const struct containr_spec spec = { .command = run_true, .security_opts = bad_options };
	struct made refused;
	automade made;

	(void)state;
	make(&made, (struct containr_spec) { .security_opts = good_options });
	assert_int_equal(made.config.seccomp, OCI_SECCOMP_PROFILE);
	assert_null(oci_annotation(&made.config, OCI_ANNOTATION_SECCOMP));
	assert_true(make_of(&refused, &spec, &image) < 0);
	assert_true(str_starts_with(refused.err.message, bad_path));
	(void)unlink(good_path);
	(void)unlink(bad_path);
}

static void limits_become_resources(void **state)
{
	const char *const ulimits[] = { "nofile=10:20", NULL };
	automade made;

	(void)state;
	make(&made, (struct containr_spec) { .memory_bytes = 512 << 10,
					     .nano_cpus = 1500000000,
					     .pids_limit = 5,
					     .ulimits = ulimits });
	assert_true(made.config.resources.memory_limit == 512 << 10);
	assert_true(made.config.resources.memory_swap == OCI_UNSET);
	assert_true(made.config.resources.cpu_quota == 150000);
	assert_true(made.config.resources.cpu_period == 100000);
	assert_true(made.config.resources.pids_limit == 5);
	assert_true(made.config.process.rlimits[0].soft == 10);
	assert_true(made.config.process.rlimits[0].hard == 20);
}

static void smallest_share_of_a_processor_is_what_the_kernel_takes(void **state)
{
	automade made;

	(void)state;
	make(&made, (struct containr_spec) { .nano_cpus = 10000000 });
	assert_true(made.config.resources.cpu_quota == 1000);
	assert_refused((struct containr_spec) { .nano_cpus = 9999999 },
		       CONTAINR_E_CGROUP_APPLY_LIMITS,
		       "cpu limit is below the minimum of 0.01 CPUs");
	assert_refused((struct containr_spec) { .nano_cpus = -1 }, CONTAINR_E_CGROUP_APPLY_LIMITS,
		       "cpu limit is below the minimum of 0.01 CPUs");
}

static void memory_that_nothing_runs_in_is_refused(void **state)
{
	(void)state;
	assert_refused((struct containr_spec) { .memory_bytes = (512 << 10) - 1 },
		       CONTAINR_E_CGROUP_APPLY_LIMITS,
		       "memory limit of 524287 bytes is below the minimum of 512k");
	assert_refused((struct containr_spec) { .memory_bytes = -1 },
		       CONTAINR_E_CGROUP_APPLY_LIMITS,
		       "memory limit of -1 bytes is below the minimum of 512k");
}

static void no_pids_limit_is_written_in_two_ways(void **state)
{
	automade zero;
	automade minus_one;

	(void)state;
	make(&zero, (struct containr_spec) { .pids_limit = 0 });
	make(&minus_one, (struct containr_spec) { .pids_limit = -1 });
	assert_true(zero.config.resources.pids_limit == OCI_UNSET);
	assert_true(minus_one.config.resources.pids_limit == OCI_UNSET);
}

/* "TYPE OPTIONS" of the mount at @destination; "" where there is none. */
static char *mount_at_path(const struct made *made, const char *destination)
{
	struct str text = STR_INIT;

	for (size_t i = 0; i < made->config.mount_count; i++) {
		const struct oci_mount *mount = &made->config.mounts[i];
		autofree char *options = joined(&mount->options);

		if (strcmp(mount->destination, destination) == 0)
			str_appendf(&text, "%s %s", mount->type, options);
	}
	return str_steal(&text);
}

static void mounts_are_private_and_tmpfs_is_careful(void **state)
{
	static const char *const shared[] = { "ro", "rshared", NULL };
	static const char *const size[] = { "size=1m", "exec", NULL };
	static const struct containr_mount mounts[] = {
		{ .type = CONTAINR_MOUNT_BIND,
		  .source = "/a",
		  .target = "/plain",
		  .options = NULL },
		{ .type = CONTAINR_MOUNT_BIND,
		  .source = "/a",
		  .target = "/shared",
		  .options = shared },
		{ .type = CONTAINR_MOUNT_TMPFS, .source = NULL, .target = "/t", .options = size },
	};
	autofree char *plain = NULL;
	autofree char *with_options = NULL;
	autofree char *tmpfs = NULL;
	automade made;

	(void)state;
	make(&made, (struct containr_spec) { .mounts = mounts, .mount_count = 3 });
	plain = mount_at_path(&made, "/plain");
	assert_string_equal(plain, "bind rbind rprivate");
	with_options = mount_at_path(&made, "/shared");
	assert_string_equal(with_options, "bind rbind ro rshared");
	tmpfs = mount_at_path(&made, "/t");
	assert_string_equal(tmpfs, "tmpfs nosuid nodev noexec size=1m exec");
}

static void wrong_mounts_are_refused(void **state)
{
	static const char *const unknown[] = { "readonly", NULL };
	static const struct {
		struct containr_mount mount;
		const char *message;
	} cases[] = {
		{ { .type = CONTAINR_MOUNT_BIND, .source = "/a", .target = "b", .options = NULL },
		  "mount target 'b' is not an absolute path" },
		{ { .type = CONTAINR_MOUNT_BIND,
		    .source = "volume",
		    .target = "/b",
		    .options = NULL },
		  "mount source 'volume' is not an absolute path" },
		{ { .type = CONTAINR_MOUNT_TMPFS, .source = NULL, .target = "", .options = NULL },
		  "mount target '' is not an absolute path" },
		{ { .type = CONTAINR_MOUNT_BIND,
		    .source = "/a",
		    .target = "/b",
		    .options = unknown },
		  "'readonly' is not an option of a bind mount" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		assert_refused((struct containr_spec) { .mounts = &cases[i].mount,
							.mount_count = 1 },
			       CONTAINR_E_INVALID_ARGUMENT, cases[i].message);
}

static void network_is_a_new_namespace_or_the_hosts(void **state)
{
	bool has_resolver = access("/etc/resolv.conf", F_OK) == 0;
	autofree char *own = NULL;
	autofree char *shared = NULL;
	automade none;
	automade of_host;

	(void)state;
	make(&none, (struct containr_spec) { .network = CONTAINR_NETWORK_NONE });
	assert_non_null(oci_namespace(&none.config, CLONE_NEWNET));
	own = mount_at_path(&none, "/etc/resolv.conf");
	assert_string_equal(own, "");
	make(&of_host, (struct containr_spec) { .network = CONTAINR_NETWORK_HOST });
	assert_null(oci_namespace(&of_host.config, CLONE_NEWNET));
	assert_non_null(oci_namespace(&of_host.config, CLONE_NEWPID));
	shared = mount_at_path(&of_host, "/etc/resolv.conf");
	assert_string_equal(shared, has_resolver ? "bind rbind ro nosuid nodev noexec" : "");
}

static void wrong_words_are_refused_by_name(void **state)
{
	const char *const no_key[] = { "=value", NULL };
	const char *const ulimit[] = { "files=1", NULL };
	char long_name[66];

	(void)state;
	memset(long_name, 'a', 65);
	long_name[65] = '\0';
	assert_refused((struct containr_spec) { .env = no_key }, CONTAINR_E_INVALID_ARGUMENT,
		       "--env: '=value' is not KEY=VALUE");
	assert_refused((struct containr_spec) { .ulimits = ulimit }, CONTAINR_E_INVALID_ARGUMENT,
		       "unknown limit 'files'");
	assert_refused((struct containr_spec) { .working_dir = "w" }, CONTAINR_E_INVALID_ARGUMENT,
		       "the working folder 'w' is not an absolute path");
	assert_refused((struct containr_spec) { .hostname = long_name },
		       CONTAINR_E_INVALID_ARGUMENT,
		       "--hostname: a name may have at most 64 characters");
}

/* What is kept in the container's folder is read again at each start. */
static void configuration_survives_being_written(void **state)
{
	autostr text = STR_INIT;
	autostr again = STR_INIT;
	struct json_writer first = JSON_WRITER(&text);
	struct json_writer second = JSON_WRITER(&again);
	struct containr_error err;
	autooci parsed;
	automade made;

	(void)state;
	oci_config_init(&parsed);
	make(&made, (struct containr_spec) { .user = "a", .memory_bytes = 1 << 20, .tty = true });
	made.config.root_path = strdup("/rootfs");
	oci_config_write(&first, &made.config);
	if (oci_config_parse(text.data, text.len, "config.json", &parsed, &err) < 0)
		fail_msg("%s", err.message);
	oci_config_write(&second, &parsed);
	assert_string_equal(again.data, text.data);
	assert_int_equal(parsed.seccomp, OCI_SECCOMP_DEFAULT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(entry_point_and_command_combine_as_dockers_do),
		cmocka_unit_test(init_runs_what_the_container_would_have_run),
		cmocka_unit_test(options_win_over_the_image_and_the_image_over_defaults),
		cmocka_unit_test(environment_without_options_is_dockers),
		cmocka_unit_test(user_and_folder_are_the_options_or_else_the_images),
		cmocka_unit_test(container_without_options_has_what_docker_gives),
		cmocka_unit_test(capabilities_are_added_and_dropped),
		cmocka_unit_test(security_options_are_dockers),
		cmocka_unit_test(seccomp_profile_is_read_and_checked_at_once),
		cmocka_unit_test(limits_become_resources),
		cmocka_unit_test(smallest_share_of_a_processor_is_what_the_kernel_takes),
		cmocka_unit_test(memory_that_nothing_runs_in_is_refused),
		cmocka_unit_test(no_pids_limit_is_written_in_two_ways),
		cmocka_unit_test(mounts_are_private_and_tmpfs_is_careful),
		cmocka_unit_test(wrong_mounts_are_refused),
		cmocka_unit_test(network_is_a_new_namespace_or_the_hosts),
		cmocka_unit_test(wrong_words_are_refused_by_name),
		cmocka_unit_test(configuration_survives_being_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
