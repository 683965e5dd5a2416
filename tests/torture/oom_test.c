/* SPDX-License-Identifier: MIT */
#include "alloc_fail.h"

#include "base/cleanup.h"
#include "base/fs.h"
#include "base/json.h"
#include "container/config.h"
#include "container/plan.h"
#include "container/record.h"
#include "image/config.h"
#include "image/index.h"
#include "image/manifest.h"
#include "kernel/caps.h"
#include "kernel/mount.h"
#include "kernel/seccomp_json.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

/*
 * Every allocation of every piece below fails once. Each must say OUT_OF_MEMORY or come to its end
 * without that block; it never crashes, and nothing is left allocated.
 */

#define MOST_ALLOCATIONS 20000

struct piece {
	const char *name;
	int (*run)(struct containr_error *err);
};

static const char oci_text[] =
	"{\"ociVersion\":\"1.2.0\",\"root\":{\"path\":\"rootfs\",\"readonly\":true},"
	"\"hostname\":\"box\",\"domainname\":\"example\",\"process\":{\"terminal\":true,\"user\":"
	"{\"uid\":1,\"gid\":2,\"additionalGids\":[3,4],\"username\":\"a:b\"},\"args\":[\"sh\","
	"\"-c\",\"true\"],\"env\":[\"A=b\",\"C=d\"],\"cwd\":\"/\",\"capabilities\":{\"bounding\":"
	"[\"CAP_KILL\"]},\"rlimits\":[{\"type\":\"RLIMIT_CORE\",\"hard\":1,\"soft\":0}]},"
	"\"mounts\":"
	"[{\"destination\":\"/proc\",\"type\":\"proc\",\"source\":\"proc\"},{\"destination\":"
	"\"/tmp\",\"type\":\"tmpfs\",\"source\":\"tmpfs\",\"options\":[\"nosuid\",\"size=1m\","
	"\"mode=1777\"]},{\"destination\":\"/d\",\"source\":\"/srv\",\"options\":[\"rbind\"]}],"
	"\"annotations\":{\"a\":\"b\"},\"linux\":{\"namespaces\":[{\"type\":\"mount\"},{\"type\":"
	"\"uts\"},{\"type\":\"pid\"},{\"type\":\"network\",\"path\":\"/"
	"n\"}],\"devices\":[{\"path\":"
	"\"/dev/fuse\",\"type\":\"c\",\"major\":10,\"minor\":229}],\"cgroupsPath\":\"/a/b\","
	"\"resources\":{\"devices\":[{\"allow\":false,\"access\":\"rwm\"}],\"memory\":{\"limit\":"
	"67108864,\"swap\":134217728,\"reservation\":1048576},\"cpu\":{\"shares\":2,\"quota\":5000,"
	"\"period\":100000,\"cpus\":\"0\",\"mems\":\"0\"},\"pids\":{\"limit\":7}},\"sysctl\":{"
	"\"kernel.hostname\":\"x\"},\"rootfsPropagation\":\"rprivate\",\"maskedPaths\":[\"/proc/"
	"kcore\"],\"readonlyPaths\":[\"/proc/sys\"],\"seccomp\":{\"defaultAction\":"
	"\"SCMP_ACT_ERRNO\",\"architectures\":[\"SCMP_ARCH_X86_64\"],\"syscalls\":[{\"names\":["
	"\"read\",\"exit_group\"],\"action\":\"SCMP_ACT_ALLOW\",\"args\":[{\"index\":0,\"value\":1,"
	"\"op\":\"SCMP_CMP_EQ\"}]}]}}}";

static int run_json(struct containr_error *err)
{
	autojson doc = { 0 };
	autostr out = STR_INIT;
	struct json_writer writer = JSON_WRITER_PRETTY(&out);
	int r = json_parse(oci_text, sizeof(oci_text) - 1, "test", &doc, err);

	if (r < 0)
		return r;
	json_copy(&writer, NULL, doc.root);
	return out.failed ? fail_oom(err) : 0;
}

static int run_oci_config(struct containr_error *err)
{
	autooci config = { 0 };
	autostr out = STR_INIT;
	struct json_writer writer = JSON_WRITER(&out);
	int r = oci_config_parse(oci_text, sizeof(oci_text) - 1, "test", &config, err);

	if (r < 0)
		return r;
	oci_config_write(&writer, &config);
	return out.failed ? fail_oom(err) : 0;
}

static int plan_for(const struct cgroup_host *host, struct containr_error *err)
{
	char path[] = "/rootfs";
	const struct rootfs rootfs = { .kind = ROOTFS_BIND, .path = path };
	autooci config = { 0 };
	autoplan plan = { 0 };
	autostr out = STR_INIT;
	struct json_writer writer = JSON_WRITER(&out);
	int r = oci_config_parse(oci_text, sizeof(oci_text) - 1, "test", &config, err);

	if (r == 0)
		r = plan_build(&config, &rootfs, "id", host, &plan, err);
	if (r < 0)
		return r;
	plan_write(&writer, &plan);
	return out.failed ? fail_oom(err) : 0;
}

static int run_plan_v1(struct containr_error *err)
{
	return plan_for(&(struct cgroup_host) { .layout = CGROUP_LAYOUT_HYBRID,
						.v1 = CGROUP_BIT(CGROUP_UNIFIED) - 1 },
			err);
}

static int run_plan_v2(struct containr_error *err)
{
	return plan_for(&(struct cgroup_host) { .layout = CGROUP_LAYOUT_V2,
						.v2 = CGROUP_BIT(CGROUP_UNIFIED) - 1 },
			err);
}

#define LIST(...) ((const char *const[]) { __VA_ARGS__, NULL })

static int run_config_of_spec(struct containr_error *err)
{
	static char *none[] = { NULL };
	char empty[] = "";
	const struct containr_image_config image = { .user = empty,
						     .working_dir = empty,
						     .stop_signal = empty,
						     .env = none,
						     .entrypoint = none,
						     .cmd = none,
						     .labels = none };
	const struct containr_mount mounts[] = {
		{ .type = CONTAINR_MOUNT_BIND,
		  .source = "/srv",
		  .target = "/data",
		  .options = LIST("ro") },
		{ .type = CONTAINR_MOUNT_TMPFS, .target = "/tmp", .options = LIST("size=1m") },
	};
	const struct containr_spec spec = { .image = "busybox",
					    .command = LIST("sh", "-c", "true"),
					    .env = LIST("A=b"),
					    .hostname = "box",
					    .user = "1:2",
					    .working_dir = "/tmp",
					    .mounts = mounts,
					    .mount_count = ARRAY_LEN(mounts),
					    .cap_add = LIST("NET_ADMIN"),
					    .cap_drop = LIST("CHOWN"),
					    .ulimits = LIST("nofile=1:2"),
					    .memory_bytes = 64 << 20,
					    .nano_cpus = 500000000,
					    .pids_limit = 10,
					    .init = true,
					    .tty = true };
	autooci config = { 0 };

	return config_of_spec(&spec, &image, "0123456789abcdef", "/x/containr-init", &config, err);
}

static char record_dir[64];

static int run_record(struct containr_error *err)
{
	autoclose int dir = open(record_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	autorecord record = { 0 };
	autorecord again = { 0 };
	autofree char *attributes = NULL;
	int r;

	record.id = strdup("id");
	record.name = strdup("name");
	record.image = strdup("busybox");
	record.image_id = strdup("sha256:0");
	record.stop_signal = strdup("SIGTERM");
	strv_push(&record.command, "sh");
	strv_push(&record.labels, "k=v");
	strv_push(&record.lower, "layers/0");
	record.auto_remove = true;
	if (!record.id || !record.name || !record.image || !record.image_id ||
	    !record.stop_signal || record.command.failed || record.labels.failed ||
	    record.lower.failed)
		return fail_oom(err);
	r = record_write(dir, &record, err);
	if (r == 0)
		r = record_read(dir, &again, err);
	if (r < 0)
		return r;
	attributes = record_event_attributes(&again);
	return attributes ? 0 : fail_oom(err);
}

static int run_mount_options(struct containr_error *err)
{
	char *options[] = { (char[]) { "nosuid" },   (char[]) { "ro" },	    (char[]) { "size=1m" },
			    (char[]) { "mode=700" }, (char[]) { "rslave" }, NULL };
	struct mount_options parsed = { 0 };
	int r = mount_options_parse(options, &parsed, err);

	str_release(&parsed.data);
	return r;
}

static int run_seccomp_default(struct containr_error *err)
{
	autoseccomp_profile profile = { 0 };
	autoseccomp_filter filter = { 0 };
	int r = seccomp_profile_default(CAPS_DEFAULT, &profile, err);

	return r < 0 ? r : seccomp_filter_compile(&profile, &filter, err);
}

static int run_index(struct containr_error *err)
{
	static const struct descriptor manifest = {
		.media_type = MEDIA_MANIFEST,
		.digest = "sha256:"
			  "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
		.size = 1,
	};
	autoindex index = { 0 };
	autoindex again = { 0 };
	autostr out = STR_INIT;
	int r = index_set_name(&index, "docker.io/library/a:1", &manifest, NULL, err);

	if (r == 0)
		r = index_set_name(&index, "docker.io/library/b:1", &manifest, NULL, err);
	if (r < 0)
		return r;
	index_format(&index, &out);
	if (out.failed)
		return fail_oom(err);
	r = index_parse(out.data, out.len, &again, err);
	return r < 0 ? r
		     : index_set_name(&again, "docker.io/library/a:1", &manifest,
				      again.entries[1].json, err);
}

static const char digest_text[] =
	"\"digest\":\"sha256:eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee\"";

static int run_manifest(struct containr_error *err)
{
	automanifest manifest = { 0 };
	autojson doc = { 0 };
	autofree char *text = NULL;
	int len = asprintf(&text,
			   "{\"schemaVersion\":2,\"config\":{\"mediaType\":\"%s\",%s,\"size\":1},"
			   "\"layers\":[{\"mediaType\":\"%s\",%s,\"size\":5}]}",
			   MEDIA_CONFIG, digest_text, MEDIA_LAYER_ZSTD, digest_text);
	int r;

	if (len < 0) {
		text = NULL;
		return fail_oom(err);
	}
	r = json_parse(text, (size_t)len, "test", &doc, err);
	return r < 0 ? r : manifest_read(&doc, &manifest, err);
}

static int run_image_config(struct containr_error *err)
{
	static const char text[] =
		"{\"os\":\"linux\",\"architecture\":\"amd64\",\"created\":\"2026-01-01T00:00:00Z\","
		"\"config\":{\"User\":\"1\",\"WorkingDir\":\"/\",\"StopSignal\":\"TERM\",\"Env\":["
		"\"A=b\"],\"Entrypoint\":[\"sh\"],\"Cmd\":[\"-c\"],\"Labels\":{\"a\":\"b\"}},"
		"\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[\"sha256:"
		"dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd\"]}}";
	struct containr_image *image = calloc(1, sizeof(*image));
	autojson doc = { 0 };
	int r;

	if (!image)
		return fail_oom(err);
	r = json_parse(text, sizeof(text) - 1, "test", &doc, err);
	if (r == 0)
		r = config_read(doc.root, image, err);
	containr_image_free(image);
	return r;
}

static const struct piece pieces[] = {
	{ "json", run_json },
	{ "oci_config", run_oci_config },
	{ "plan v1", run_plan_v1 },
	{ "plan v2", run_plan_v2 },
	{ "config_of_spec", run_config_of_spec },
	{ "record", run_record },
	{ "mount_options", run_mount_options },
	{ "seccomp_default", run_seccomp_default },
	{ "index", run_index },
	{ "manifest", run_manifest },
	{ "image config", run_image_config },
};

/* Returns whether the @nth allocation was made; then it failed. */
static bool run_once(const struct piece *piece, size_t nth)
{
	struct containr_error err = { 0 };
	size_t live;
	bool has_failed;
	int r;

	alloc_fail_arm(nth);
	r = piece->run(&err);
	live = alloc_fail_live();
	has_failed = alloc_fail_disarm();
	if (r != 0 && (!has_failed || r != -CONTAINR_E_OUT_OF_MEMORY || err.message[0] == '\0'))
		fail_msg("%s, allocation %zu: returned %d (%s: %s)", piece->name, nth, r,
			 containr_error_name(err.code), err.message);
	if (live != 0)
		fail_msg("%s, allocation %zu: %zu blocks are not free", piece->name, nth, live);
	return has_failed;
}

static void every_allocation_may_fail(void **state)
{
	const struct piece *piece = *state;
	size_t nth = 1;

	while (run_once(piece, nth)) {
		nth++;
		assert_true(nth < MOST_ALLOCATIONS);
	}
	/* a piece that allocates nothing tests nothing */
	assert_true(nth > 1);
	print_message("%s: %zu allocations\n", piece->name, nth - 1);
}

static int make_record_dir(void **state)
{
	(void)state;
	(void)snprintf(record_dir, sizeof(record_dir), "/tmp/containr-oom-XXXXXX");
	return mkdtemp(record_dir) ? 0 : -1;
}

static int remove_record_dir(void **state)
{
	struct containr_error err;

	(void)state;
	return fs_remove_tree(AT_FDCWD, record_dir, &err);
}

int main(void)
{
	struct CMUnitTest tests[ARRAY_LEN(pieces)];

	for (size_t i = 0; i < ARRAY_LEN(pieces); i++)
		tests[i] = (struct CMUnitTest) { .name = pieces[i].name,
						 .test_func = every_allocation_may_fail,
						 .initial_state = (void *)(uintptr_t)&pieces[i] };
	return cmocka_run_group_tests(tests, make_record_dir, remove_record_dir);
}
