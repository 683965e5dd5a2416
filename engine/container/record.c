/* SPDX-License-Identifier: MIT */
#include "container/record.h"

#include "base/cleanup.h"
#include "base/fs.h"
#include "base/json.h"
#include "container/state.h"
#include "image/healthcheck.h"
#include "store/event.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#define RECORD_MAX (4 << 20)
#define ID_LENGTH 64
#define PREFIX_MIN 1

void record_release(struct record *record)
{
	free(record->id);
	free(record->name);
	free(record->image);
	free(record->image_id);
	free(record->snapshot);
	free(record->stop_signal);
	strv_release(&record->command);
	strv_release(&record->labels);
	strv_release(&record->lower);
	healthcheck_release(&record->healthcheck);
	*record = (struct record) { 0 };
}

int record_write(int dir, const struct record *record, struct containr_error *err)
{
	autostr text = STR_INIT;
	struct json_writer w = JSON_WRITER(&text);

	json_open_object(&w, NULL);
	json_string(&w, "id", record->id);
	json_string(&w, "name", record->name);
	json_string(&w, "image", record->image);
	json_string(&w, "image_id", record->image_id);
	if (record->snapshot && *record->snapshot)
		json_string(&w, "snapshot", record->snapshot);
	json_int(&w, "created_ns", record->created_ns);
	json_strings(&w, "command", record->command.items);
	json_strings(&w, "labels", record->labels.items);
	json_strings(&w, "lower", record->lower.items);
	json_string(&w, "stop_signal", record->stop_signal);
	json_int(&w, "stop_timeout_s", record->stop_timeout_s);
	json_bool(&w, "tty", record->tty);
	json_bool(&w, "stdin_open", record->stdin_open);
	json_bool(&w, "auto_remove", record->auto_remove);
	policy_write(&w, &record->policy);
	healthcheck_write(&w, "healthcheck", &record->healthcheck);
	json_close_object(&w);
	if (text.failed)
		return fail_oom(err);
	return fs_replace_file(dir, RECORD_FILE, text.data, text.len, 0600,
			       record->auto_remove ? FS_VOLATILE : FS_DURABLE, err);
}

static int take_string(const struct json *object, const char *key, char **slot,
		       struct containr_error *err)
{
	const char *text = "";
	int r = json_read_string(object, "", key, &text, err);

	if (r < 0)
		return r;
	*slot = strdup(text);
	return *slot ? 0 : fail_oom(err);
}

static int read_members(const struct json *object, struct record *record,
			struct containr_error *err)
{
	int r = take_string(object, "id", &record->id, err);

	if (r == 0)
		r = take_string(object, "name", &record->name, err);
	if (r == 0)
		r = take_string(object, "image", &record->image, err);
	if (r == 0)
		r = take_string(object, "image_id", &record->image_id, err);
	if (r == 0)
		r = take_string(object, "snapshot", &record->snapshot, err);
	if (r == 0)
		r = take_string(object, "stop_signal", &record->stop_signal, err);
	if (r == 0)
		r = json_read_int(object, "", "stop_timeout_s", 0, INT_MAX, &record->stop_timeout_s,
				  err);
	if (r == 0)
		r = json_read_int(object, "", "created_ns", 0, INT64_MAX, &record->created_ns, err);
	if (r == 0)
		r = json_read_strings(object, "", "command", &record->command, err);
	if (r == 0)
		r = json_read_strings(object, "", "labels", &record->labels, err);
	if (r == 0)
		r = json_read_strings(object, "", "lower", &record->lower, err);
	if (r == 0)
		r = json_read_bool(object, "", "tty", &record->tty, err);
	if (r == 0)
		r = json_read_bool(object, "", "stdin_open", &record->stdin_open, err);
	if (r == 0)
		r = json_read_bool(object, "", "auto_remove", &record->auto_remove, err);
	if (r == 0)
		r = policy_read(object, &record->policy, err);
	if (r == 0)
		r = healthcheck_read(object, "", "healthcheck", &record->healthcheck, err);
	return r;
}

void record_scratch_release(struct record_scratch *scratch)
{
	str_release(&scratch->text);
	json_doc_release(&scratch->doc);
}

int record_read_at(int dir, const char *path, struct record_scratch *scratch,
		   struct record *ret_record, struct containr_error *err)
{
	struct record record = { 0 };
	int r;

	str_clear(&scratch->text);
	r = fs_read_regular(dir, path, RECORD_MAX, &scratch->text, err);
	if (r == 0)
		r = json_parse(scratch->text.data, scratch->text.len, RECORD_FILE, &scratch->doc,
			       err);
	if (r == 0)
		r = read_members(scratch->doc.root, &record, err);
	if (r < 0) {
		record_release(&record);
		return r;
	}
	*ret_record = record;
	return 0;
}

int record_read(int dir, struct record *ret_record, struct containr_error *err)
{
	CLEANUP(record_scratch_release) struct record_scratch scratch = { 0 };

	return record_read_at(dir, RECORD_FILE, &scratch, ret_record, err);
}

static bool is_hex(const char *text, size_t len)
{
	return strspn(text, "0123456789abcdef") == len && len <= ID_LENGTH;
}

/* A name is a symbolic link to the id, so that creating it decides who has it. */
static bool id_of_name(const struct containr *engine, const char *name, char ret_id[65])
{
	char path[NAME_MAX + 8];
	ssize_t len;

	if (strchr(name, '/') ||
	    (size_t)snprintf(path, sizeof(path), "names/%s", name) >= sizeof(path))
		return false;
	len = readlinkat(engine->root_fd, path, ret_id, ID_LENGTH + 1);
	if (len != ID_LENGTH)
		return false;
	ret_id[ID_LENGTH] = '\0';
	return true;
}

static int id_of_prefix(const struct containr *engine, const char *prefix, char ret_id[65],
			struct containr_error *err)
{
	autoclosedir DIR *dir = NULL;
	autoclose int fd = -1;
	const struct dirent *entry;
	size_t found = 0;
	int r = fs_open_dir(engine->root_fd, "containers", &fd, err);

	if (r < 0)
		return r;
	dir = fdopendir(fd);
	if (!dir)
		return fail_sys(err, CONTAINR_E_IO, "cannot read '%s/containers'", engine->root);
	(void)steal_fd(&fd);
	while ((entry = readdir(dir))) {
		if (strlen(entry->d_name) != ID_LENGTH || !str_starts_with(entry->d_name, prefix))
			continue;
		memcpy(ret_id, entry->d_name, ID_LENGTH + 1);
		found++;
	}
	if (found > 1)
		return fail(err, CONTAINR_E_INVALID_ARGUMENT,
			    "'%s' is the start of %zu container ids", prefix, found);
	if (found == 0)
		return fail(err, CONTAINR_E_CONTAINER_NOT_FOUND, "no such container: %s", prefix);
	return 0;
}

int container_open(const struct containr *engine, const char *container, char ret_id[65],
		   int *ret_dir, struct containr_error *err)
{
	char path[ID_LENGTH + 16];
	size_t len = strlen(container);
	int r = 0;

	if (!id_of_name(engine, container, ret_id)) {
		if (len < PREFIX_MIN || !is_hex(container, len))
			return fail(err, CONTAINR_E_CONTAINER_NOT_FOUND, "no such container: %s",
				    container);
		if (len == ID_LENGTH)
			memcpy(ret_id, container, ID_LENGTH + 1);
		else
			r = id_of_prefix(engine, container, ret_id, err);
	}
	if (r < 0)
		return r;
	(void)snprintf(path, sizeof(path), "containers/%s", ret_id);
	r = fs_open_dir(engine->root_fd, path, ret_dir, err);
	if (r < 0 && err->sys_errno == ENOENT)
		return fail(err, CONTAINR_E_CONTAINER_NOT_FOUND, "no such container: %s",
			    container);
	return r;
}

char *record_event_attributes(const struct record *record)
{
	struct str text = STR_INIT;
	struct json_writer w = JSON_WRITER(&text);
	char *whole;
	size_t len;

	json_open_object(&w, NULL);
	json_string(&w, "image", record->image);
	json_string(&w, "name", record->name);
	for (size_t i = 0; i < record->labels.len; i++) {
		char *equals = strchr(record->labels.items[i], '=');

		if (equals)
			*equals = '\0';
		json_string(&w, record->labels.items[i], equals ? equals + 1 : "");
		if (equals)
			*equals = '=';
	}
	json_close_object(&w);
	whole = str_steal(&text);
	if (!whole)
		return NULL;
	/* the writer of events puts its own braces around: {"image":...} becomes "image":... */
	len = strlen(whole);
	memmove(whole, whole + 1, len - 2);
	whole[len - 2] = '\0';
	return whole;
}

void record_tell(const struct containr *engine, const char *id, const struct record *record,
		 const char *action, const char *more)
{
	autofree char *attributes = record_event_attributes(record);
	autofree char *whole = NULL;

	if (!attributes || asprintf(&whole, "%s%s", attributes, more) < 0)
		whole = NULL;
	event_write(engine->root_fd,
		    &(struct event) {
			    .type = "container", .action = action, .id = id, .attributes = whole });
}

int record_lock(int dir, int *ret_fd, struct containr_error *err)
{
	autoclose int fd = -1;
	int r = fs_open_dir(dir, ".", &fd, err);

	if (r < 0)
		return r;
	while (flock(fd, LOCK_EX) < 0)
		if (errno != EINTR)
			return fail_sys(err, CONTAINR_E_LOCKED,
					"cannot lock the container's folder");
	*ret_fd = steal_fd(&fd);
	return 0;
}
