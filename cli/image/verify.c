/* SPDX-License-Identifier: MIT */
#include "cli/image/verify.h"

#include "base/cleanup.h"
#include "cli/cmd_image_verify.h"
#include "cli/engine.h"
#include "cli/error_print.h"
#include "cli/image/own_ids.h"
#include "cli/room.h"
#include "image/archive/image_check.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define EXIT_DAMAGED 1
#define REGISTRY_ROOM "containr-registry"
#define FETCHES_MAX 3

/* One run over the images that are asked for. */
struct run {
	struct cmd_context *ctx;
	struct containr *engine;
	const struct image_verify_args *args;
	struct image_check check;
	int status;
};

static void show_name(const struct index_entry *entry, char ret_name[REFERENCE_TEXT_SIZE])
{
	struct reference reference;
	struct containr_error ignored;

	if (entry->name)
		(void)snprintf(ret_name, REFERENCE_TEXT_SIZE, "%s", entry->name);
	else
		(void)snprintf(ret_name, REFERENCE_TEXT_SIZE, "%.19s", entry->manifest.digest);
	if (entry->name && reference_parse(entry->name, &reference, &ignored) == 0)
		reference_format_familiar(&reference, ret_name);
}

static void tell(const struct run *run, const char *name, const struct strv *sentences)
{
	for (size_t i = 0; i < sentences->len; i++)
		(void)fprintf(run->ctx->out, "%s: %s\n", name, sentences->items[i]);
}

/* The name by which the registry gives exactly what it gave before. */
static bool name_in_registry(const struct index_entry *entry, char ret_name[REFERENCE_TEXT_SIZE])
{
	struct reference reference;
	struct containr_error ignored;

	if (!entry->name || !entry->source ||
	    reference_parse(entry->name, &reference, &ignored) < 0)
		return false;
	(void)snprintf(ret_name, REFERENCE_TEXT_SIZE, "%s/%s@%s", reference.domain, reference.path,
		       entry->source);
	return true;
}

/* Of what it tells only its errors are wanted. */
static _Noreturn void become_puller(struct run *run, const char *image)
{
	const struct global_args *globals = &run->ctx->globals;
	const int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
	const char *argv[16] = { "containr" };
	size_t count = 1;
	const char *const options[][2] = {
		{ "--root", globals->root },
		{ "--runroot", globals->runroot },
		{ "--storage-driver", globals->storage_driver },
	};

	for (size_t i = 0; i < ARRAY_LEN(options); i++) {
		if (!options[i][1])
			continue;
		argv[count++] = options[i][0];
		argv[count++] = options[i][1];
	}
	argv[count++] = "pull";
	argv[count++] = "--quiet";
	argv[count++] = run->args->tls_verify ? "--tls-verify" : "--tls-verify=false";
	argv[count++] = "--";
	argv[count] = image;
	if (nowhere >= 0 && dup2(nowhere, STDOUT_FILENO) >= 0)
		error_ignore(room_exec(REGISTRY_ROOM, "containr pull",
				       (char *const *)(uintptr_t)argv, environ, run->ctx->err));
	(void)dprintf(STDERR_FILENO, "Error: [%s] %s\n", containr_error_name(run->ctx->err->code),
		      run->ctx->err->message);
	_exit(containr_error_exit_status(run->ctx->err->code));
}

static bool pull(struct run *run, const char *image)
{
	int status = -1;
	pid_t pid;

	(void)fflush(NULL);
	pid = fork();
	if (pid == 0)
		become_puller(run, image);
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		continue;
	return pid > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/* The pull gives the image a name with its digest, which is taken away unless it was there. */
static int fetch_blobs(struct run *run, const struct index *index, const struct index_entry *entry,
		       struct strv *repairs)
{
	char name[REFERENCE_TEXT_SIZE];
	const bool is_pulled = name_in_registry(entry, name);
	size_t count = run->check.blobs.len;
	int r;

	if (!is_pulled)
		return 0;
	r = image_check_drop_blobs(&run->check, run->ctx->err);
	if (r == 0 && pull(run, name))
		strv_pushf(repairs, "%zu %s fetched again", count,
			   count == 1 ? "blob was" : "blobs were");
	if (r == 0 && !index_find(index, name))
		r = image_check_drop_name(run->engine, name, run->ctx->err);
	return r;
}

static int look(struct run *run, const struct index_entry *entry)
{
	strv_release(&run->check.blobs);
	strv_release(&run->check.layers);
	return image_check_entry(&run->check, entry, run->ctx->err);
}

/* Until a manifest is whole nobody knows of the rest: so what is behind it may have to be fetched after it.
 */
static int repair(struct run *run, const struct index *index, const struct index_entry *entry,
		  const char *name)
{
	autostrv repairs = { 0 };
	int r = 0;

	for (int i = 0; r == 0 && run->check.blobs.len > 0 && i < FETCHES_MAX; i++) {
		size_t before = repairs.len;

		r = fetch_blobs(run, index, entry, &repairs);
		/* why not was told */
		if (repairs.len == before)
			i = FETCHES_MAX;
		if (r == 0)
			r = look(run, entry);
	}
	if (r == 0 && run->check.layers.len > 0) {
		r = image_check_rebuild(&run->check, &repairs, run->ctx->err);
		if (r == 0)
			r = look(run, entry);
	}
	tell(run, name, &repairs);
	return r;
}

static int verify_one(struct run *run, const struct index *index, const struct index_entry *entry)
{
	char name[REFERENCE_TEXT_SIZE];
	int r = look(run, entry);

	show_name(entry, name);
	if (r == 0 && run->check.problems.len > 0 && run->args->repair)
		r = repair(run, index, entry, name);
	if (r < 0)
		return r;
	tell(run, name, &run->check.problems);
	if (run->check.problems.len > 0)
		run->status = EXIT_DAMAGED;
	return 0;
}

static int verify_named(struct run *run, const struct index *index, const char *name)
{
	const struct index_entry *entry;
	int r = image_find(run->engine, index, name, &entry, NULL, run->ctx->err);

	return r < 0 ? r : verify_one(run, index, entry);
}

static int verify(struct run *run, int argc, char **argv)
{
	autoindex index = { 0 };
	int r = index_load(run->engine, &index, run->ctx->err);

	for (size_t i = 0; r == 0 && argc == 0 && i < index.count; i++)
		r = verify_one(run, &index, &index.entries[i]);
	for (; r == 0 && *argv; argv++) {
		r = verify_named(run, &index, *argv);
		if (r != -CONTAINR_E_IMAGE_NOT_FOUND)
			continue;
		/* the others are looked at all the same */
		error_print(run->ctx);
		error_clear(run->ctx->err);
		run->status = containr_error_exit_status(CONTAINR_E_IMAGE_NOT_FOUND);
		r = 0;
	}
	return r < 0 ? r : run->status;
}

int image_verify_run(struct cmd_context *ctx, const void *args, int argc, char **argv)
{
	autoengine *engine = NULL;
	struct run run = { .ctx = ctx, .args = args };
	int r = own_ids_enter(ctx->err);

	if (r == 0)
		r = engine_open(ctx, &engine);
	run.engine = engine;
	run.check.engine = engine;
	if (r == 0)
		r = verify(&run, argc, argv);
	image_check_release(&run.check);
	return r;
}
