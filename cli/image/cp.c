/* SPDX-License-Identifier: MIT */
#include "cli/image/cp.h"

#include "base/cleanup.h"
#include "cli/cmd_cp.h"
#include "cli/engine.h"
#include "cli/image/cp_place.h"
#include "cli/image/stream.h"
#include "container/view.h"
#include "image/archive/pack.h"
#include "image/archive/unpack.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* A copy on its way: one end packs, the other unpacks, and one of the two is a child in the view of
 * the container. */
struct copy {
	const struct cp_args *args;
	struct containr *engine;
	struct cp_place from;
	struct cp_place to;
	struct cp_target target;
	struct stream stream;	 /* this process's end of the pipe, or a standard stream */
	int ends[2];		 /* of the pipe */
	struct cp_place *answer; /* memory that is shared with children */
	const char *asked;	 /* path in the container */
	bool follow;
	uid_t uid; /* the caller's: in the view of a container it may look like root's */
	gid_t gid;
	struct containr_error *err;
};

static void copy_release(struct copy *copy)
{
	cp_place_release(&copy->from);
	cp_place_release(&copy->to);
	cp_target_release(&copy->target);
	cleanup_close(&copy->ends[0]);
	cleanup_close(&copy->ends[1]);
	if (copy->answer)
		(void)munmap(copy->answer, sizeof(*copy->answer));
}

/* Links in a container lead to where they lead in there, never out of it. */
static int open_inside(int root, const char *path, int flags)
{
	const struct open_how how = { .flags = (unsigned int)(flags | O_CLOEXEC),
				      .resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS };

	return (int)syscall(SYS_openat2, root, *path ? path : "/", &how, sizeof(how));
}

static int fail_path(const struct copy *copy, const char *path, struct containr_error *err)
{
	const struct cp_place *place = copy->from.container ? &copy->from : &copy->to;

	if (errno == ENOENT || errno == ENOTDIR)
		return fail(err, CONTAINR_E_INVALID_ARGUMENT, "there is no '%s' in container '%s'",
			    path, place->container);
	return fail_sys(err, CONTAINR_E_IO, "cannot open '%s' in container '%s'", path,
			place->container);
}

static int look(int root, void *context, struct containr_error *err)
{
	const struct copy *copy = context;
	autoclose int fd = open_inside(root, copy->asked, O_PATH | (copy->follow ? 0 : O_NOFOLLOW));
	struct stat info;

	if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
		return 0;
	if (fd < 0 || fstat(fd, &info) < 0)
		return fail_path(copy, copy->asked, err);
	copy->answer->exists = true;
	copy->answer->is_folder = S_ISDIR(info.st_mode);
	return 0;
}

/* Asks what is at a place in the container. */
static int ask(struct copy *copy, struct cp_place *place, bool follow)
{
	struct view view;
	int r;

	copy->answer = mmap(NULL, sizeof(*copy->answer), PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (copy->answer == MAP_FAILED) {
		copy->answer = NULL;
		return fail_oom(copy->err);
	}
	copy->asked = place->path;
	copy->follow = follow || cp_says_folder(place->path);
	r = view_start(copy->engine, place->container, VIEW_MOUNTS, look, copy, &view, copy->err);
	if (r == 0)
		r = view_finish(&view, copy->err);
	if (r == 0) {
		place->exists = copy->answer->exists;
		place->is_folder = copy->answer->is_folder;
	}
	return r;
}

static int look_at_host(const struct copy *copy, struct cp_place *place, bool follow)
{
	struct stat info;
	int r = follow || cp_says_folder(place->path) ? stat(place->path, &info)
						      : lstat(place->path, &info);

	if (r < 0 && errno != ENOENT && errno != ENOTDIR)
		return fail_sys(copy->err, CONTAINR_E_INVALID_ARGUMENT, "cannot look at '%s'",
				place->path);
	place->exists = r == 0;
	place->is_folder = r == 0 && S_ISDIR(info.st_mode);
	return 0;
}

static int check_source(const struct copy *copy)
{
	errno = ENOENT;
	if (copy->from.exists)
		return 0;
	if (copy->from.container)
		return fail_path(copy, copy->from.path, copy->err);
	return fail(copy->err, CONTAINR_E_INVALID_ARGUMENT, "there is no '%s'", copy->from.path);
}

static int make_pipe(struct copy *copy)
{
	if (pipe2(copy->ends, O_CLOEXEC) == 0)
		return 0;
	copy->ends[0] = copy->ends[1] = -1;
	return fail_sys(copy->err, CONTAINR_E_IO, "cannot create a pipe");
}

/* Whoever packs knows what went wrong, unless it was that nobody took its bytes. */
static int choose_error(int packed, const struct containr_error *pack_err, int unpacked,
			const struct containr_error *unpack_err, struct containr_error *err)
{
	if (packed < 0 && (pack_err->sys_errno != EPIPE || unpacked == 0)) {
		*err = *pack_err;
		return packed;
	}
	if (unpacked < 0)
		*err = *unpack_err;
	return unpacked;
}

static struct pack_options pack_options(const struct copy *copy)
{
	const bool inward = copy->to.container;

	return (struct pack_options) { .name = copy->target.name,
				       .replace_owner = !copy->args->archive,
				       .uid = inward ? 0 : copy->uid,
				       .gid = inward ? 0 : copy->gid };
}

/* ------------------------------------------------- out of a container --- */

static int pack_inside(int root, void *context, struct containr_error *err)
{
	struct copy *copy = context;
	bool follow = copy->args->follow_link || cp_says_folder(copy->from.path);
	autoclose int fd = open_inside(root, copy->from.path, O_PATH | (follow ? 0 : O_NOFOLLOW));
	struct pack_options options = pack_options(copy);

	cleanup_close(&copy->ends[0]);
	if (fd < 0)
		return fail_path(copy, copy->from.path, err);
	/* a tar is a tar: who unpacks it decides about owners */
	if (strcmp(copy->to.path, "-") == 0)
		options.replace_owner = false;
	return pack_write_tar(fd, &options, stream_write, &copy->stream, err);
}

static int write_archive(struct copy *copy)
{
	const struct cp_place here = { .path = ".", .exists = true, .is_folder = true };
	struct view view;
	int r;

	if (isatty(STDOUT_FILENO)) {
		(void)fail(copy->err, CONTAINR_E_INVALID_ARGUMENT,
			   "standard output is a terminal, which an archive would upset");
		return fail_hint(copy->err, "name a folder, or use a pipe");
	}
	copy->stream.fd = STDOUT_FILENO;
	copy->stream.what = "standard output";
	r = cp_decide(&copy->from, &here, &copy->target, copy->err);
	if (r == 0)
		r = view_start(copy->engine, copy->from.container, VIEW_MOUNTS, pack_inside, copy,
			       &view, copy->err);
	return r < 0 ? r : view_finish(&view, copy->err);
}

static int unpack_here(struct copy *copy, struct containr_error *err)
{
	autoclose int folder = open(copy->target.folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (folder < 0)
		return fail_sys(err, CONTAINR_E_INVALID_ARGUMENT, "cannot open folder '%s'",
				copy->target.folder);
	copy->stream.fd = copy->ends[0];
	return unpack_tar(stream_read, &copy->stream, folder, UNPACK_FILES, err);
}

static int copy_out(struct copy *copy)
{
	struct containr_error pack_err = { 0 };
	struct containr_error unpack_err = { 0 };
	struct view view;
	int unpacked;
	int packed;
	int r = ask(copy, &copy->from, copy->args->follow_link);

	if (r == 0)
		r = check_source(copy);
	if (r == 0 && strcmp(copy->to.path, "-") == 0)
		return write_archive(copy);
	if (r == 0)
		r = look_at_host(copy, &copy->to, true);
	if (r == 0)
		r = cp_decide(&copy->from, &copy->to, &copy->target, copy->err);
	if (r == 0)
		r = make_pipe(copy);
	if (r < 0)
		return r;
	copy->stream.fd = copy->ends[1];
	copy->stream.what = "the pipe";
	r = view_start(copy->engine, copy->from.container, VIEW_MOUNTS, pack_inside, copy, &view,
		       copy->err);
	if (r < 0)
		return r;
	cleanup_close(&copy->ends[1]);
	unpacked = unpack_here(copy, &unpack_err);
	cleanup_close(&copy->ends[0]);
	packed = view_finish(&view, &pack_err);
	return choose_error(packed, &pack_err, unpacked, &unpack_err, copy->err);
}

/* ------------------------------------------------- into a container --- */

static int unpack_inside(int root, void *context, struct containr_error *err)
{
	struct copy *copy = context;
	autoclose int folder = open_inside(root, copy->target.folder, O_RDONLY | O_DIRECTORY);

	cleanup_close(&copy->ends[1]);
	if (folder < 0)
		return fail_path(copy, copy->target.folder, err);
	if (strcmp(copy->from.path, "-") == 0)
		return stream_unpack(STDIN_FILENO, "standard input", folder, err);
	copy->stream.fd = copy->ends[0];
	return unpack_tar(stream_read, &copy->stream, folder, UNPACK_FILES, err);
}

static int start_unpacking(struct copy *copy, struct view *view)
{
	return view_start(copy->engine, copy->to.container, VIEW_WRITE | VIEW_MOUNTS, unpack_inside,
			  copy, view, copy->err);
}

static int read_archive(struct copy *copy)
{
	struct view view;
	int r;

	if (!copy->to.exists || !copy->to.is_folder)
		return fail(copy->err, CONTAINR_E_INVALID_ARGUMENT,
			    "there is no folder '%s' in container '%s'", copy->to.path,
			    copy->to.container);
	copy->target.folder = strdup(copy->to.path);
	if (!copy->target.folder)
		return fail_oom(copy->err);
	r = start_unpacking(copy, &view);
	return r < 0 ? r : view_finish(&view, copy->err);
}

static int pack_here(struct copy *copy, struct containr_error *err)
{
	bool follow = copy->args->follow_link || cp_says_folder(copy->from.path);
	autoclose int fd = open(copy->from.path, O_PATH | O_CLOEXEC | (follow ? 0 : O_NOFOLLOW));
	const struct pack_options options = pack_options(copy);

	if (fd < 0)
		return fail_sys(err, CONTAINR_E_IO, "cannot open '%s'", copy->from.path);
	copy->stream.fd = copy->ends[1];
	copy->stream.what = "the pipe";
	return pack_write_tar(fd, &options, stream_write, &copy->stream, err);
}

static int copy_in(struct copy *copy)
{
	struct containr_error pack_err = { 0 };
	struct containr_error unpack_err = { 0 };
	struct view view;
	int packed;
	int unpacked;
	int r = ask(copy, &copy->to, true);

	if (r == 0 && strcmp(copy->from.path, "-") == 0)
		return read_archive(copy);
	if (r == 0)
		r = look_at_host(copy, &copy->from, copy->args->follow_link);
	if (r == 0)
		r = check_source(copy);
	if (r == 0)
		r = cp_decide(&copy->from, &copy->to, &copy->target, copy->err);
	if (r == 0)
		r = make_pipe(copy);
	if (r == 0)
		r = start_unpacking(copy, &view);
	if (r < 0)
		return r;
	cleanup_close(&copy->ends[0]);
	packed = pack_here(copy, &pack_err);
	cleanup_close(&copy->ends[1]);
	unpacked = view_finish(&view, &unpack_err);
	return choose_error(packed, &pack_err, unpacked, &unpack_err, copy->err);
}

static int parse_operands(struct copy *copy, char **argv)
{
	int r = cp_place_parse(argv[0], &copy->from, copy->err);

	if (r == 0)
		r = cp_place_parse(argv[1], &copy->to, copy->err);
	if (r < 0)
		return r;
	if (copy->from.container && copy->to.container) {
		(void)fail(copy->err, CONTAINR_E_UNSUPPORTED,
			   "files are not copied between two containers");
		return fail_hint(copy->err, "use a pipe: containr cp A:/x - | containr cp - B:/");
	}
	if (!copy->from.container && !copy->to.container) {
		(void)fail(copy->err, CONTAINR_E_INVALID_ARGUMENT,
			   "neither '%s' nor '%s' is in a container", argv[0], argv[1]);
		return fail_hint(copy->err, "write CONTAINER:PATH for one of them");
	}
	return 0;
}

int cp_run(struct cmd_context *ctx, const void *args, int argc, char **argv)
{
	__attribute__((cleanup(copy_release))) struct copy copy = { .args = args,
								    .ends = { -1, -1 },
								    .uid = geteuid(),
								    .gid = getegid(),
								    .err = ctx->err };
	autoengine *engine = NULL;
	int r = parse_operands(&copy, argv);

	(void)argc;
	(void)signal(SIGPIPE, SIG_IGN);
	if (r == 0)
		r = engine_open(ctx, &engine);
	if (r < 0)
		return r;
	copy.engine = engine;
	return copy.from.container ? copy_out(&copy) : copy_in(&copy);
}
