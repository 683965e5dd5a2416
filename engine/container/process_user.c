/* SPDX-License-Identifier: MIT */
#include "container/process.h"

#include "base/cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

/*
 * A reader of /etc/passwd and /etc/group without the heap: getpwnam(3) would allocate, and with
 * some C libraries load name service modules of the container into the engine.
 */
struct line_reader {
	int fd;
	size_t start;
	size_t end;
	char buffer[4096];
};

/* Returns the next line without its newline; NULL at the end. A line longer than the buffer is
 * skipped. */
static char *next_line(struct line_reader *reader)
{
	bool skipping = false;

	for (;;) {
		char *line = reader->buffer + reader->start;
		char *newline = memchr(line, '\n', reader->end - reader->start);
		ssize_t got;

		if (newline) {
			*newline = '\0';
			reader->start = (size_t)(newline + 1 - reader->buffer);
			if (!skipping)
				return line;
			skipping = false;
			continue;
		}
		memmove(reader->buffer, line, reader->end - reader->start);
		reader->end -= reader->start;
		reader->start = 0;
		if (reader->end == sizeof(reader->buffer) - 1) {
			skipping = true;
			reader->end = 0;
		}
		got = read(reader->fd, reader->buffer + reader->end,
			   sizeof(reader->buffer) - 1 - reader->end);
		if (got <= 0) {
			if (reader->end == 0 || skipping)
				return NULL;
			reader->buffer[reader->end] = '\0';
			reader->end = 0;
			return reader->buffer; /* last line without newline */
		}
		reader->end += (size_t)got;
	}
}

static bool read_number(const char *text, uint32_t *ret_value)
{
	char *end;
	unsigned long value;

	if (!text || *text < '0' || *text > '9')
		return false;
	errno = 0;
	value = strtoul(text, &end, 10);
	if (*end || errno || value >= UINT32_MAX)
		return false;
	*ret_value = (uint32_t)value;
	return true;
}

struct account {
	const char *wanted; /* a name; NULL: look for the uid */
	bool found;
};

/* name:password:uid:gid:gecos:home:shell, passwd(5) */
static void find_account(struct account *account, struct process_user *user)
{
	struct line_reader reader = { .fd = openat(AT_FDCWD, "/etc/passwd", O_RDONLY | O_CLOEXEC) };
	autoclose int fd = reader.fd;
	char *line;

	while (fd >= 0 && !account->found && (line = next_line(&reader))) {
		const char *fields[7] = { 0 };
		uint32_t uid;
		uint32_t gid;

		for (size_t i = 0; i < ARRAY_LEN(fields) && line; i++)
			fields[i] = strsep(&line, ":");
		if (!fields[5] || !read_number(fields[2], &uid) || !read_number(fields[3], &gid))
			continue;
		if (account->wanted ? strcmp(fields[0], account->wanted) != 0 : uid != user->uid)
			continue;
		account->found = true;
		user->uid = uid;
		user->gid = gid;
		(void)snprintf(user->home, sizeof(user->home), "HOME=%s",
			       *fields[5] ? fields[5] : "/");
	}
}

static bool list_has(const char *list, const char *name)
{
	size_t len = strlen(name);

	while (list && *list) {
		size_t item = strcspn(list, ",");

		if (item == len && strncmp(list, name, len) == 0)
			return true;
		list += item;
		list += *list == ',';
	}
	return false;
}

/* Walks /etc/group: finds @wanted, or collects the groups that have @member. group(5) */
static bool find_groups(const char *wanted, const char *member, struct process_user *user)
{
	struct line_reader reader = { .fd = openat(AT_FDCWD, "/etc/group", O_RDONLY | O_CLOEXEC) };
	autoclose int fd = reader.fd;
	char *line;

	while (fd >= 0 && (line = next_line(&reader))) {
		const char *fields[4] = { 0 };
		uint32_t gid;

		for (size_t i = 0; i < ARRAY_LEN(fields) && line; i++)
			fields[i] = strsep(&line, ":");
		if (!read_number(fields[2], &gid))
			continue;
		if (wanted && strcmp(fields[0], wanted) == 0) {
			user->gid = gid;
			return true;
		}
		if (member && list_has(fields[3], member) && user->group_count < PROCESS_GROUPS_MAX)
			user->groups[user->group_count++] = gid;
	}
	return false;
}

static int find_by_name(const char *name, struct process_user *user, struct containr_error *err)
{
	char copy[256];
	char *group = copy;
	const char *login;
	struct account account = { 0 };
	bool is_number;

	if (strlen(name) >= sizeof(copy))
		return fail(err, CONTAINR_E_INVALID_ARGUMENT, "user name is too long");
	memcpy(copy, name, strlen(name) + 1);
	login = strsep(&group, ":");
	is_number = read_number(login, &user->uid);
	account.wanted = is_number ? NULL : login;
	find_account(&account, user);
	if (!account.found && !is_number) {
		(void)fail(err, CONTAINR_E_INVALID_ARGUMENT,
			   "user '%s' is not in the container's /etc/passwd", login);
		return fail_hint(err, "a number needs no entry there, e.g. --user 1000:1000");
	}
	if (!group || !*group) {
		if (!is_number)
			(void)find_groups(NULL, login, user);
		return 0;
	}
	if (read_number(group, &user->gid) || find_groups(group, NULL, user))
		return 0;
	(void)fail(err, CONTAINR_E_INVALID_ARGUMENT,
		   "group '%s' is not in the container's /etc/group", group);
	return fail_hint(err, "a number needs no entry there, e.g. --user 1000:1000");
}

static int add_group_names(const struct strv *names, struct process_user *user,
			   struct containr_error *err)
{
	uint32_t own = user->gid;

	for (size_t i = 0; i < names->len; i++) {
		if (!find_groups(names->items[i], NULL, user)) {
			(void)fail(err, CONTAINR_E_INVALID_ARGUMENT,
				   "group '%s' is not in the container's /etc/group",
				   names->items[i]);
			return fail_hint(err, "a number needs no entry there");
		}
		if (user->group_count == PROCESS_GROUPS_MAX)
			return fail(err, CONTAINR_E_UNSUPPORTED, "more than %d additional groups",
				    PROCESS_GROUPS_MAX);
		user->groups[user->group_count++] = user->gid;
		user->gid = own;
	}
	return 0;
}

int process_user_find(const struct oci_user *user, struct process_user *ret_user,
		      struct containr_error *err)
{
	struct account by_uid = { 0 };

	*ret_user = (struct process_user) { .uid = user->uid, .gid = user->gid };
	(void)snprintf(ret_user->home, sizeof(ret_user->home), "HOME=/");
	if (user->name && *user->name) {
		int r = find_by_name(user->name, ret_user, err);

		if (r < 0)
			return r;
	} else {
		find_account(&by_uid, ret_user);
		ret_user->gid = user->gid;
	}
	if (user->group_count > PROCESS_GROUPS_MAX - ret_user->group_count)
		return fail(err, CONTAINR_E_UNSUPPORTED, "more than %d additional groups",
			    PROCESS_GROUPS_MAX);
	for (size_t i = 0; i < user->group_count; i++)
		ret_user->groups[ret_user->group_count++] = user->groups[i];
	return add_group_names(&user->group_names, ret_user, err);
}

int process_user_check(const struct oci_config *config, const struct process_user *user,
		       struct containr_error *err)
{
	uint32_t ignored;

	if (!config->uid_map.count || (idmap_to_outside(&config->uid_map, user->uid, &ignored) &&
				       idmap_to_outside(&config->gid_map, user->gid, &ignored)))
		return 0;
	(void)fail(err, CONTAINR_E_INVALID_ARGUMENT,
		   "user %u:%u is nobody in the container's user namespace", user->uid, user->gid);
	return fail_hint(err, "map more ids; an ordinary user has those of /etc/subuid and "
			      "/etc/subgid");
}

void process_set_home(char **env, char *home)
{
	size_t i = 0;

	for (; env[i]; i++)
		if (strncmp(env[i], "HOME=", 5) == 0)
			return;
	env[i] = home;
	env[i + 1] = NULL;
}
