/* SPDX-License-Identifier: MIT */
#include "image/archive/changes.h"

#include "base/cleanup.h"
#include "base/path.h"
#include "image/archive/change_health.h"
#include "image/healthcheck.h"

#include <ctype.h>
#include <string.h>

enum instruction {
	INSTRUCTION_CMD,
	INSTRUCTION_ENTRYPOINT,
	INSTRUCTION_ENV,
	INSTRUCTION_EXPOSE,
	INSTRUCTION_HEALTHCHECK,
	INSTRUCTION_LABEL,
	INSTRUCTION_STOPSIGNAL,
	INSTRUCTION_USER,
	INSTRUCTION_VOLUME,
	INSTRUCTION_WORKDIR,
	INSTRUCTION_COUNT,
};

static const char *const keywords[INSTRUCTION_COUNT] = {
	[INSTRUCTION_CMD] = "CMD",
	[INSTRUCTION_ENTRYPOINT] = "ENTRYPOINT",
	[INSTRUCTION_ENV] = "ENV",
	[INSTRUCTION_EXPOSE] = "EXPOSE",
	[INSTRUCTION_HEALTHCHECK] = "HEALTHCHECK",
	[INSTRUCTION_LABEL] = "LABEL",
	[INSTRUCTION_STOPSIGNAL] = "STOPSIGNAL",
	[INSTRUCTION_USER] = "USER",
	[INSTRUCTION_VOLUME] = "VOLUME",
	[INSTRUCTION_WORKDIR] = "WORKDIR",
};

void changes_release(struct changes *changes)
{
	strv_release(&changes->cmd);
	strv_release(&changes->entrypoint);
	strv_release(&changes->env);
	strv_release(&changes->labels);
	strv_release(&changes->ports);
	strv_release(&changes->volumes);
	free(changes->user);
	free(changes->working_dir);
	free(changes->stop_signal);
	healthcheck_release(&changes->healthcheck);
	*changes = (struct changes) { 0 };
}

static int fail_change(struct containr_error *err, const char *instruction, const char *problem)
{
	(void)fail(err, CONTAINR_E_INVALID_ARGUMENT, "--change '%.200s': %s", instruction, problem);
	return fail_hint(err, "write it as in a Dockerfile, e.g. --change 'CMD [\"sh\"]'");
}

/*
 * Appends the word at *text to @out without its quotes, and moves *text behind it; false for a
 * quote that is not closed.
 */
static bool read_word(const char **text, struct str *out)
{
	char quote = '\0';
	const char *p = *text;

	for (; *p && (quote || !isspace((unsigned char)*p)); p++) {
		if (quote == '\0' && (*p == '"' || *p == '\''))
			quote = *p;
		else if (*p == quote)
			quote = '\0';
		else if (*p == '\\' && p[1] && quote != '\'')
			str_append_char(out, *++p);
		else
			str_append_char(out, *p);
	}
	while (isspace((unsigned char)*p))
		p++;
	*text = p;
	return quote == '\0';
}

static int split_words(const char *instruction, const char *text, struct strv *words,
		       struct containr_error *err)
{
	while (*text) {
		struct str word = STR_INIT;

		if (!read_word(&text, &word)) {
			str_release(&word);
			return fail_change(err, instruction, "a quote is not closed");
		}
		strv_push_take(words, str_steal(&word));
	}
	return words->failed ? fail_oom(err) : 0;
}

/* Reads ["a", "b"] into @words; @ret_is_list tells whether it was one. */
static int read_list(const char *instruction, const char *text, struct strv *words,
		     bool *ret_is_list, struct containr_error *err)
{
	autojson doc = { 0 };

	*ret_is_list = false;
	if (*text != '[')
		return 0;
	if (json_parse(text, strlen(text), "list", &doc, err) < 0)
		return fail_change(err, instruction, "the list is no JSON");
	for (const struct json *item = json_first(doc.root); item; item = item->next) {
		if (item->type != JSON_STRING || strlen(item->string) != item->len)
			return fail_change(err, instruction, "a list holds strings");
		strv_push(words, item->string);
	}
	*ret_is_list = true;
	return words->failed ? fail_oom(err) : 0;
}

/* A command is a list, or a line for the shell. */
static int apply_command(const char *instruction, const char *text, struct strv *command,
			 struct containr_error *err)
{
	autostrv words = { 0 };
	bool is_list;
	int r = read_list(instruction, text, &words, &is_list, err);

	if (r < 0)
		return r;
	if (!is_list) {
		strv_push(&words, "/bin/sh");
		strv_push(&words, "-c");
		strv_push(&words, text);
	}
	if (words.failed)
		return fail_oom(err);
	strv_release(command);
	*command = words;
	words = (struct strv) { 0 };
	return 0;
}

static int set_pair(struct strv *pairs, const char *pair, struct containr_error *err)
{
	size_t key_len = (size_t)(strchr(pair, '=') - pair) + 1;

	for (size_t i = 0; i < pairs->len; i++) {
		char *copy;

		if (strncmp(pairs->items[i], pair, key_len) != 0)
			continue;
		copy = strdup(pair);
		if (!copy)
			return fail_oom(err);
		free(pairs->items[i]);
		pairs->items[i] = copy;
		return 0;
	}
	strv_push(pairs, pair);
	return pairs->failed ? fail_oom(err) : 0;
}

/* "KEY VALUE WITH BLANKS" is how the first Dockerfiles wrote one pair. */
static int apply_old_pair(const char *instruction, const char *text, struct strv *pairs,
			  struct containr_error *err)
{
	size_t key_len = strcspn(text, " \t");
	const char *value = text + key_len + strspn(text + key_len, " \t");
	autostr pair = STR_INIT;

	if (!*value)
		return fail_change(err, instruction, "expected KEY=VALUE");
	str_appendf(&pair, "%.*s=%s", (int)key_len, text, value);
	return pair.failed ? fail_oom(err) : set_pair(pairs, pair.data, err);
}

static int apply_pairs(const char *instruction, const char *text, struct strv *pairs,
		       struct containr_error *err)
{
	autostrv words = { 0 };
	int r;

	if (!memchr(text, '=', strcspn(text, " \t")))
		return apply_old_pair(instruction, text, pairs, err);
	r = split_words(instruction, text, &words, err);
	for (size_t i = 0; r == 0 && i < words.len; i++) {
		if (!strchr(words.items[i], '=') || words.items[i][0] == '=')
			return fail_change(err, instruction, "expected KEY=VALUE");
		r = set_pair(pairs, words.items[i], err);
	}
	return r;
}

/* Adds "80" as "80/tcp". */
static int add_port(const char *instruction, const char *word, struct strv *ports,
		    struct containr_error *err)
{
	static const char *const protocols[] = { "", "/tcp", "/udp", "/sctp" };
	size_t digits = strspn(word, "0123456789");
	autostr port = STR_INIT;

	for (size_t i = 0; i < ARRAY_LEN(protocols) && digits > 0 && digits <= 5; i++) {
		if (strcmp(word + digits, protocols[i]) != 0)
			continue;
		str_appendf(&port, "%s%s", word, word[digits] ? "" : "/tcp");
		if (port.failed)
			return fail_oom(err);
		if (!strv_contains(ports, port.data))
			strv_push(ports, port.data);
		return ports->failed ? fail_oom(err) : 0;
	}
	return fail_change(err, instruction, "expected PORT[/tcp|/udp|/sctp]");
}

static int apply_ports(const char *instruction, const char *text, struct strv *ports,
		       struct containr_error *err)
{
	autostrv words = { 0 };
	int r = split_words(instruction, text, &words, err);

	for (size_t i = 0; r == 0 && i < words.len; i++)
		r = add_port(instruction, words.items[i], ports, err);
	return r;
}

static int apply_volumes(const char *instruction, const char *text, struct strv *volumes,
			 struct containr_error *err)
{
	autostrv words = { 0 };
	bool is_list;
	int r = read_list(instruction, text, &words, &is_list, err);

	if (r == 0 && !is_list)
		r = split_words(instruction, text, &words, err);
	for (size_t i = 0; r == 0 && i < words.len; i++)
		if (!strv_contains(volumes, words.items[i]))
			strv_push(volumes, words.items[i]);
	return r == 0 && volumes->failed ? fail_oom(err) : r;
}

static int apply_text(const char *text, char **field, struct containr_error *err)
{
	char *copy = strdup(text);

	if (!copy)
		return fail_oom(err);
	free(*field);
	*field = copy;
	return 0;
}

/* A relative folder lies below the one that was set before. */
static int apply_working_dir(const char *text, struct changes *changes, struct containr_error *err)
{
	autofree char *joined = path_join(changes->working_dir ? changes->working_dir : "/", text);
	char *clean = joined ? path_clean(*text == '/' ? text : joined) : NULL;

	if (!clean)
		return fail_oom(err);
	free(changes->working_dir);
	changes->working_dir = clean;
	return 0;
}

static int apply_health(const char *instruction, const char *text,
			struct containr_healthcheck *check, struct containr_error *err)
{
	const char *problem;
	int r = change_health_apply(text, check, &problem);

	if (r == 0)
		return 0;
	return problem ? fail_change(err, instruction, problem) : fail_oom(err);
}

static enum instruction find_keyword(const char *text, size_t len)
{
	for (int i = 0; i < INSTRUCTION_COUNT; i++)
		if (strlen(keywords[i]) == len && strncasecmp(keywords[i], text, len) == 0)
			return (enum instruction)i;
	return INSTRUCTION_COUNT;
}

int changes_apply(struct changes *changes, const char *instruction, struct containr_error *err)
{
	size_t len = strcspn(instruction, " \t");
	enum instruction keyword = find_keyword(instruction, len);
	const char *text = instruction + len + strspn(instruction + len, " \t");

	if (keyword == INSTRUCTION_COUNT) {
		(void)fail_change(err, instruction, "unknown instruction");
		return fail_hint(err, "known are: CMD ENTRYPOINT ENV EXPOSE HEALTHCHECK LABEL "
				      "STOPSIGNAL USER VOLUME WORKDIR");
	}
	if (!*text)
		return fail_change(err, instruction, "something has to follow the instruction");
	switch (keyword) {
	case INSTRUCTION_CMD:
		return apply_command(instruction, text, &changes->cmd, err);
	case INSTRUCTION_ENTRYPOINT:
		return apply_command(instruction, text, &changes->entrypoint, err);
	case INSTRUCTION_ENV:
		return apply_pairs(instruction, text, &changes->env, err);
	case INSTRUCTION_LABEL:
		return apply_pairs(instruction, text, &changes->labels, err);
	case INSTRUCTION_EXPOSE:
		return apply_ports(instruction, text, &changes->ports, err);
	case INSTRUCTION_HEALTHCHECK:
		return apply_health(instruction, text, &changes->healthcheck, err);
	case INSTRUCTION_VOLUME:
		return apply_volumes(instruction, text, &changes->volumes, err);
	case INSTRUCTION_STOPSIGNAL:
		return apply_text(text, &changes->stop_signal, err);
	case INSTRUCTION_USER:
		return apply_text(text, &changes->user, err);
	case INSTRUCTION_WORKDIR:
	case INSTRUCTION_COUNT:
	default:
		return apply_working_dir(text, changes, err);
	}
}

static void write_list(struct json_writer *writer, const char *key, const struct strv *list)
{
	if (list->len > 0)
		json_strings(writer, key, list->items);
}

/* Go's sets: an object whose members are empty objects. */
static void write_set(struct json_writer *writer, const char *key, const struct strv *list)
{
	if (list->len == 0)
		return;
	json_open_object(writer, key);
	for (size_t i = 0; i < list->len; i++) {
		json_open_object(writer, list->items[i]);
		json_close_object(writer);
	}
	json_close_object(writer);
}

static void write_labels(struct json_writer *writer, const struct strv *labels)
{
	if (labels->len == 0)
		return;
	json_open_object(writer, "Labels");
	for (size_t i = 0; i < labels->len; i++) {
		size_t len = strcspn(labels->items[i], "=");
		autostr key = STR_INIT;

		str_append_len(&key, labels->items[i], len);
		if (key.failed)
			writer->out->failed = true;
		else
			json_string(writer, key.data, labels->items[i] + len + 1);
	}
	json_close_object(writer);
}

static void write_text(struct json_writer *writer, const char *key, const char *text)
{
	if (text)
		json_string(writer, key, text);
}

void changes_write(const struct changes *changes, struct json_writer *writer)
{
	json_open_object(writer, "config");
	write_text(writer, "User", changes->user);
	write_set(writer, "ExposedPorts", &changes->ports);
	write_list(writer, "Env", &changes->env);
	write_list(writer, "Entrypoint", &changes->entrypoint);
	write_list(writer, "Cmd", &changes->cmd);
	write_set(writer, "Volumes", &changes->volumes);
	write_text(writer, "WorkingDir", changes->working_dir);
	write_labels(writer, &changes->labels);
	write_text(writer, "StopSignal", changes->stop_signal);
	healthcheck_write(writer, "Healthcheck", &changes->healthcheck);
	json_close_object(writer);
}
