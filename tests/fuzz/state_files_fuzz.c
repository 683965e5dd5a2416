/* SPDX-License-Identifier: MIT */
#include "base/cleanup.h"
#include "base/fs.h"
#include "base/json.h"
#include "container/health_record.h"
#include "container/state.h"

#include <containr/container.h>
#include <containr/event.h>

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/*
 * What lies on disk may be cut by a full disk or a power failure, or edited: a container's log, its
 * record, its state, how healthy it is, and the event stream. The first byte says which of them the rest is. Whatever
 * it holds, the commands that read it end, with a message or with output that is well-formed.
 */

#define ID "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define FOLDER "containers/" ID "/"
#define LONG_AGO INT64_C(1700000000000000000)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct containr *engine;
static char dir[] = "/dev/shm/containr-fuzz-XXXXXX";
static int root = -1;
static char good_state[512];

static void put(const char *path, const void *bytes, size_t len)
{
	autoclose int fd = openat(root, path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	if (fd < 0 || fs_write_all(fd, bytes, len) < 0)
		abort();
}

/* The other files, so that each is reached. */
static void put_good_files(void)
{
	static const char record[] = "{\"id\":\"" ID "\",\"name\":\"box\",\"image\":\"busybox\","
				     "\"image_id\":\"sha256:" ID "\",\"command\":[\"sh\"]}";
	static const char config[] = "{\"ociVersion\":\"1.2.0\",\"root\":{\"path\":\"rootfs\"},"
				     "\"process\":{\"cwd\":\"/\",\"args\":[\"sh\"]}}";

	put(FOLDER "container.json", record, sizeof(record) - 1);
	put(FOLDER "config.json", config, sizeof(config) - 1);
	put(FOLDER "state", good_state, sizeof(good_state));
	put("events.jsonl", "", 0);
}

/* A record as the engine writes it, to be put beside the other files. */
static void make_good_state(void)
{
	const struct state state = { .status = STATE_EXITED, .exit_known = 1 };
	struct containr_error err;
	autoclose int folder = openat(root, FOLDER, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	autoclose int fd = -1;

	if (state_create(folder, &state, &fd, &err) < 0 ||
	    pread(fd, good_state, sizeof(good_state), 0) != sizeof(good_state))
		abort();
}

static void clean_up(void)
{
	struct containr_error err;

	containr_close(engine);
	(void)close(root);
	error_ignore(fs_remove_tree(AT_FDCWD, dir, &err));
}

static void open_engine(void)
{
	char runroot[sizeof(dir) + 4];
	struct containr_options options = { .root = dir, .runroot = runroot, .log_fd = -1 };
	struct containr_error err;

	if (!mkdtemp(dir))
		abort();
	(void)snprintf(runroot, sizeof(runroot), "%s/run", dir);
	if (containr_open(&options, &engine, &err) < 0)
		abort();
	root = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (mkdirat(root, "containers/" ID, 0700) < 0 || atexit(clean_up) != 0)
		abort();
	make_good_state();
}

static void check(int result, const struct containr_error *err)
{
	if (result < 0 && (err->message[0] == '\0' || result != -err->code))
		abort();
}

static void read_log(size_t size)
{
	static const int64_t tails[] = { -1, 0, 1, 3 };
	struct containr_error err = { 0 };
	autoclose int out = openat(root, "out", O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	struct stat info;

	for (size_t i = 0; i < ARRAY_LEN(tails); i++) {
		const struct containr_logs_options options = {
			.tail = tails[i], .timestamps = i % 2, .stdout_fd = out, .stderr_fd = out
		};

		if (ftruncate(out, 0) < 0)
			abort();
		check(containr_logs(engine, ID, &options, &err), &err);
		/* a log is printed without what frames it */
		if (fstat(out, &info) < 0 || (size_t)info.st_size > 5 * size + 1)
			abort();
	}
}

static int take_event(const struct containr_event *event, void *context)
{
	struct containr_error err;
	autojson doc = { 0 };

	(void)context;
	if (!event->type || !event->action || !event->id || !event->name ||
	    json_parse(event->json, strlen(event->json), "event", &doc, &err) < 0)
		abort();
	return 0;
}

static void read_events(void)
{
	const struct containr_event_options options = { .since_ns = 1, .until_ns = LONG_AGO };
	struct containr_error err = { 0 };

	check(containr_events(engine, &options, take_event, NULL, &err), &err);
}

static void look(void)
{
	struct containr_container **containers = NULL;
	struct containr_error err = { 0 };
	autofree char *json = NULL;
	autojson doc = { 0 };
	size_t count = 0;
	int r = containr_container_list(engine, true, &containers, &count, &err);

	check(r, &err);
	if (r == 0)
		containr_container_list_free(containers, count);
	r = containr_container_inspect(engine, ID, &json, &err);
	check(r, &err);
	if (r == 0 && json_parse(json, strlen(json), "inspect", &doc, &err) < 0)
		abort();
}

/* Behind its checksum, which nothing made up would pass. */
static void unpack_health(const char *body, size_t len)
{
	struct health health;

	if (!health_unpack(body, len, &health))
		return;
	if (health.count > HEALTH_LOG_MAX ||
	    memchr(health.checking, '\0', sizeof(health.checking)) == NULL)
		abort();
	for (uint32_t i = 0; i < health.count; i++)
		if (health.log[i].len > sizeof(health.log[i].output))
			abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0)
		return 0;
	if (!engine)
		open_engine();
	put_good_files();
	switch (*data) {
	case 'l':
		put(FOLDER "container.log", data + 1, size - 1);
		read_log(size);
		break;
	case 'e':
		put("events.jsonl", data + 1, size - 1);
		read_events();
		break;
	case 'r':
		put(FOLDER "container.json", data + 1, size - 1);
		look();
		break;
	case 'h':
		unpack_health((const char *)data + 1, size - 1);
		break;
	case 's':
		put(FOLDER "state", data + 1, size - 1);
		look();
		break;
	default:
		break;
	}
	return 0;
}
