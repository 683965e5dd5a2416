/* SPDX-License-Identifier: MIT */
#include <containr/container.h>

#include "base/cleanup.h"
#include "base/fs.h"
#include "container/health_watch.h"
#include "container/live.h"

#include <errno.h>
#include <string.h>

void containr_container_free(struct containr_container *container)
{
	if (!container)
		return;
	free(container->id);
	free(container->name);
	free(container->image);
	free(container->image_id);
	for (size_t i = 0; container->command && container->command[i]; i++)
		free(container->command[i]);
	free(container->command);
	for (size_t i = 0; container->labels && container->labels[i]; i++)
		free(container->labels[i]);
	free(container->labels);
	free(container);
}

void containr_container_list_free(struct containr_container **containers, size_t count)
{
	for (size_t i = 0; i < count; i++)
		containr_container_free(containers[i]);
	free(containers);
}

/* An empty list is a list too: the caller gets one NULL. */
static char **take_list(struct strv *list)
{
	char **items = list->items ? list->items : calloc(1, sizeof(*items));

	*list = (struct strv) { 0 };
	return items;
}

/* Before the record's members are taken. */
static void describe_health(const struct containr *engine, const struct record *record,
			    const struct live *live, struct containr_container *c)
{
	struct health health;

	if (health_look(engine, live, record, &health))
		(void)snprintf(c->health, sizeof(c->health), "%s",
			       health_status_name(health.tally.status));
}

static int describe(const struct containr *engine, struct record *record, const struct live *live,
		    struct containr_container **ret_container, struct containr_error *err)
{
	struct containr_container *c = calloc(1, sizeof(*c));

	if (!c)
		return fail_oom(err);
	describe_health(engine, record, live, c);
	c->id = steal_ptr(&record->id);
	c->name = steal_ptr(&record->name);
	c->image = steal_ptr(&record->image);
	c->image_id = steal_ptr(&record->image_id);
	c->command = take_list(&record->command);
	c->labels = take_list(&record->labels);
	(void)snprintf(c->status, sizeof(c->status), "%s",
		       live->state.paused ? "paused" : state_status_name(live->state.status));
	(void)snprintf(c->restart_policy, sizeof(c->restart_policy), "%s",
		       policy_restart_name(record->policy.restart));
	c->was_stopped = live->state.stopped != 0;
	c->exit_code = live->state.exit_code;
	c->exit_known = live->state.exit_known != 0;
	c->oom_killed = live->state.oom_killed != 0;
	c->auto_remove = record->auto_remove;
	c->tty = record->tty;
	c->stdin_open = record->stdin_open;
	c->monitor_lost = live->monitor_lost;
	c->pid = live->state.pid;
	c->created_ns = record->created_ns;
	c->started_ns = live->state.started_ns;
	c->finished_ns = live->state.finished_ns;
	if (!c->command || !c->labels) {
		containr_container_free(c);
		return fail_oom(err);
	}
	*ret_container = c;
	return 0;
}

int containr_container_find(struct containr *engine, const char *container,
			    struct containr_container **ret_container, struct containr_error *err)
{
	autolive live = LIVE_INIT;
	autorecord record = { 0 };
	int r = live_find(engine, container, &live, err);

	if (r == 0)
		r = record_read(live.dir, &record, err);
	return r < 0 ? r : describe(engine, &record, &live, ret_container, err);
}

struct listing {
	struct containr *engine;
	bool all;
	struct containr_container **items;
	size_t count;
	size_t cap;
	struct record_scratch scratch;
	struct containr_error *err;
};

static int append(struct listing *list, struct containr_container *container)
{
	if (list->count == list->cap) {
		size_t cap = list->cap ? list->cap * 2 : 16;
		struct containr_container **items = reallocarray(list->items, cap, sizeof(*items));

		if (!items) {
			containr_container_free(container);
			return fail_oom(list->err);
		}
		list->items = items;
		list->cap = cap;
	}
	list->items[list->count++] = container;
	return 0;
}

/* A container that is just being made or removed is none for a list; what is damaged is shown by
 * inspect. */
static int visit(struct listing *list, int containers, const char *id)
{
	autolive live = LIVE_INIT;
	autorecord record = { 0 };
	struct containr_error ignored;
	struct containr_container *container;
	char path[96];

	if (strlen(id) != CONTAINR_ID_LENGTH ||
	    live_peek(list->engine, containers, id, &live, &ignored) < 0)
		return 0;
	if (!list->all && !state_is_up(&live.state))
		return 0;
	(void)snprintf(path, sizeof(path), "%s/" RECORD_FILE, id);
	if (record_read_at(containers, path, &list->scratch, &record, &ignored) < 0)
		return 0;
	if (describe(list->engine, &record, &live, &container, list->err) < 0)
		return -list->err->code;
	return append(list, container);
}

static int newest_first(const void *a, const void *b)
{
	const struct containr_container *const *left = a;
	const struct containr_container *const *right = b;

	if ((*left)->created_ns != (*right)->created_ns)
		return (*left)->created_ns < (*right)->created_ns ? 1 : -1;
	return strcmp((*left)->id, (*right)->id);
}

int containr_container_list(struct containr *engine, bool all,
			    struct containr_container ***ret_containers, size_t *ret_count,
			    struct containr_error *err)
{
	struct listing list = { .engine = engine, .all = all, .err = err };
	autoclosedir DIR *dir = NULL;
	autoclose int fd = -1;
	const struct dirent *entry;
	int r = fs_open_dir(engine->root_fd, "containers", &fd, err);

	if (r < 0)
		return r;
	dir = fdopendir(fd);
	if (!dir)
		return fail_sys(err, CONTAINR_E_IO, "cannot read '%s/containers'", engine->root);
	(void)steal_fd(&fd);
	while (r == 0 && (entry = readdir(dir)))
		if (entry->d_name[0] != '.')
			r = visit(&list, dirfd(dir), entry->d_name);
	record_scratch_release(&list.scratch);
	if (r < 0) {
		containr_container_list_free(list.items, list.count);
		return r;
	}
	if (list.count)
		qsort(list.items, list.count, sizeof(*list.items), newest_first);
	*ret_containers = list.items;
	*ret_count = list.count;
	return 0;
}
