/* SPDX-License-Identifier: MIT */
#include "image/registry/upload.h"

#include "base/cleanup.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SMALL (4 << 20) /* goes in one request */
#define PIECE (INT64_C(16) << 20)
#define PIECE_MAX (INT64_C(1) << 30)
#define TRIES_MAX 6 /* that bring nothing, one after the other */

static const char binary[] = "Content-Type: application/octet-stream";

void upload_release(struct upload *upload)
{
	free(upload->location);
	upload->location = NULL;
}

static int on_sent(void *data, int64_t bytes)
{
	struct upload *upload = data;

	upload->sent = upload->at + bytes;
	return upload->given_up && *upload->given_up;
}

/* Whether one more attempt may help after this. */
static bool is_passing(int r, const struct http_answer *answer)
{
	return r == -CONTAINR_E_REGISTRY_UNREACHABLE ||
	       (r == 0 && registry_is_busy(answer->status));
}

int upload_find(struct upload *upload, struct registry *registry, struct http *http,
		struct containr_error *err)
{
	char url[DIGEST_SIZE + 8];
	autoanswer answer = { 0 };
	int r;

	(void)snprintf(url, sizeof(url), "blobs/%s", upload->digest);
	r = registry_do(registry, http, &(struct http_request) { .method = "HEAD", .url = url },
			&answer, err);
	if (r < 0)
		return r;
	if (answer.status == 200 || answer.status == 404)
		return answer.status == 200;
	return registry_fail(&answer, upload->digest, err);
}

/* Where the upload goes on; a path is one of this registry. */
static int take_location(struct upload *upload, const struct registry *registry,
			 struct http_answer *answer, struct containr_error *err)
{
	char *whole = NULL;

	if (!answer->location)
		return 0;
	if (*answer->location != '/')
		whole = steal_ptr(&answer->location);
	else if (asprintf(&whole, "%s://%s%s", registry->scheme, registry->host, answer->location) <
		 0)
		return fail_oom(err);
	free(upload->location);
	upload->location = whole;
	if (!str_starts_with(whole, "http://") && !str_starts_with(whole, "https://"))
		return fail(err, CONTAINR_E_REGISTRY_ERROR,
			    "%s: the registry wants blobs at '%.200s'", registry->domain, whole);
	return 0;
}

static void take_piece(struct upload *upload, const struct http_answer *answer)
{
	int64_t least = answer->chunk_min ? strtoll(answer->chunk_min, NULL, 10) : 0;

	upload->piece = least > PIECE ? least : PIECE;
	if (upload->piece > PIECE_MAX)
		upload->piece = PIECE_MAX;
}

static int ask_for_upload(const struct upload *upload, struct registry *registry, struct http *http,
			  struct http_answer *answer, struct containr_error *err)
{
	autostr url = STR_INIT;

	str_append(&url, "blobs/uploads/");
	if (upload->mount_from)
		str_appendf(&url, "?mount=%s&from=%s", upload->digest, upload->mount_from);
	if (url.failed)
		return fail_oom(err);
	return registry_do(registry, http,
			   &(struct http_request) { .method = "POST", .url = url.data }, answer,
			   err);
}

/* Begins an upload, or has the blob mounted: 1 when it is. */
static int begin(struct upload *upload, struct registry *registry, struct http *http,
		 struct containr_error *err)
{
	autoanswer answer = { 0 };
	int r;

	upload->at = upload->sent = 0;
	if (!*upload->digest)
		upload->mount_from = NULL;
	r = ask_for_upload(upload, registry, http, &answer, err);
	if (r == 0 && answer.status == 201 && upload->mount_from)
		return 1;
	/* who may write here need not be allowed to read there */
	if (upload->mount_from &&
	    (r == -CONTAINR_E_REGISTRY_DENIED || (r == 0 && answer.status != 202))) {
		error_clear(err);
		upload->mount_from = NULL;
		r = ask_for_upload(upload, registry, http, &answer, err);
	}
	if (r < 0)
		return r;
	if (answer.status != 202)
		return registry_fail(&answer, registry->path, err);
	free(upload->location);
	upload->location = NULL;
	take_piece(upload, &answer);
	r = take_location(upload, registry, &answer, err);
	if (r == 0 && !upload->location)
		return fail(err, CONTAINR_E_REGISTRY_ERROR,
			    "%s: the registry does not say where blobs go", registry->domain);
	return r;
}

/* "0-N": N + 1 bytes are there. "0-0" may mean none, or one: begin() is the answer to that. */
static int64_t parse_range(const char *range)
{
	const char *dash = range ? strchr(range, '-') : NULL;
	int64_t last = dash && isdigit((unsigned char)dash[1]) ? strtoll(dash + 1, NULL, 10) : 0;

	return last > 0 && last < INT64_MAX ? last + 1 : 0;
}

/* Forgets what was sent: the registry may have forgotten it as well. */
static int begin_again(struct upload *upload, struct registry *registry, struct http *http,
		       struct containr_error *err)
{
	int r;

	upload->mount_from = NULL;
	r = begin(upload, registry, http, err);
	return r > 0 ? 0 : r;
}

/* After a request that broke off: asks what has come. */
static int ask_offset(struct upload *upload, struct registry *registry, struct http *http,
		      int64_t sent_at_most, struct containr_error *err)
{
	autoanswer answer = { 0 };
	int64_t before = upload->at;
	int r;

	if (!upload->location)
		return begin_again(upload, registry, http, err);
	r = registry_do(registry, http,
			&(struct http_request) { .method = "GET", .url = upload->location },
			&answer, err);
	if (r < 0)
		return r;
	upload->at = parse_range(answer.range);
	upload->tries = upload->at > before ? 0 : upload->tries;
	if (answer.status / 100 != 2 || upload->at == 0 || upload->at > sent_at_most)
		return begin_again(upload, registry, http, err);
	upload->sent = upload->at;
	return take_location(upload, registry, &answer, err);
}

/* A connection that breaks off is no reason to give up as long as something comes through. */
static int recover(struct upload *upload, struct registry *registry, struct http *http,
		   const struct http_answer *why, int64_t sent_at_most, struct containr_error *err)
{
	for (;;) {
		int r = -(int)err->code;

		if (++upload->tries > TRIES_MAX || (r < 0 && r != -CONTAINR_E_REGISTRY_UNREACHABLE))
			return r < 0 ? r : registry_fail(why, registry->path, err);
		if (upload->tries > 1 || r == 0)
			registry_wait(why, upload->tries - 1);
		error_clear(err);
		r = ask_offset(upload, registry, http, sent_at_most, err);
		if (r != -CONTAINR_E_REGISTRY_UNREACHABLE)
			return r;
	}
}

/* Statuses of registries that take a blob as a whole only. */
static bool refuses_pieces(long status)
{
	return status == 400 || status == 404 || status == 405 || status == 416 || status == 501;
}

/* Sends bytes from upload->at up to @end. */
static int send_piece(struct upload *upload, struct registry *registry, struct http *http,
		      int64_t end, struct containr_error *err)
{
	char range[96];
	const char *headers[] = { binary, upload->is_whole ? NULL : range, NULL };
	const struct http_request request = { .method = "PATCH",
					      .url = upload->location,
					      .headers = headers,
					      .body_fd = upload->fd,
					      .body_offset = upload->at,
					      .body_len = end - upload->at,
					      .sent = on_sent,
					      .data = upload,
					      .is_once = true };
	autoanswer answer = { 0 };
	int r;

	(void)snprintf(range, sizeof(range), "Content-Range: %" PRId64 "-%" PRId64, upload->at,
		       end - 1);
	r = registry_do(registry, http, &request, &answer, err);
	if (is_passing(r, &answer))
		return recover(upload, registry, http, &answer, end, err);
	if (r == 0 && !upload->is_whole && refuses_pieces(answer.status)) {
		upload->is_whole = true;
		return begin_again(upload, registry, http, err);
	}
	if (r < 0 || answer.status / 100 != 2)
		return r < 0 ? r : registry_fail(&answer, registry->path, err);
	upload->tries = 0;
	upload->at = parse_range(answer.range) == 0 ? end : parse_range(answer.range);
	if (upload->at > end)
		return fail(err, CONTAINR_E_REGISTRY_ERROR,
			    "%s: the registry has more than it was sent", registry->domain);
	return take_location(upload, registry, &answer, err);
}

/* How far the next piece goes; all that is there where nothing more comes. */
static int next_end(struct upload *upload, int64_t *ret_end, struct containr_error *err)
{
	int64_t wanted = upload->is_whole ? INT64_MAX : upload->at + upload->piece;
	int64_t have = upload->size;

	if (upload->recompress) {
		have = recompress_wait(upload->recompress, wanted, err);
		if (have < 0)
			return (int)have;
	}
	if (upload->recompress && have < wanted) {
		memcpy(upload->digest, upload->recompress->digest, DIGEST_SIZE);
		upload->size = have;
	}
	*ret_end = have < wanted ? have : wanted;
	return 0;
}

/* Ends the upload by its digest, with the whole body where nothing was sent yet. */
static int finish(struct upload *upload, struct registry *registry, struct http *http,
		  bool *ret_done, struct containr_error *err)
{
	const char *headers[] = { binary, NULL };
	struct http_request request = { .method = "PUT",
					.headers = headers,
					.body_fd = upload->fd,
					.body_offset = upload->at,
					.body_len = upload->size - upload->at,
					.sent = on_sent,
					.data = upload,
					.is_once = true };
	autoanswer answer = { 0 };
	autostr url = STR_INIT;
	int r;

	str_appendf(&url, "%s%cdigest=%s", upload->location,
		    strchr(upload->location, '?') ? '&' : '?', upload->digest);
	if (url.failed)
		return fail_oom(err);
	request.url = url.data;
	r = registry_do(registry, http, &request, &answer, err);
	*ret_done = r == 0 && answer.status / 100 == 2;
	if (*ret_done)
		return 0;
	if (!is_passing(r, &answer))
		return r < 0 ? r : registry_fail(&answer, upload->digest, err);
	/* the answer may have been lost on its way */
	r = recover(upload, registry, http, &answer, upload->size, err);
	if (r == 0)
		r = upload_find(upload, registry, http, err);
	*ret_done = r > 0;
	return r > 0 ? 0 : r;
}

int upload_run(struct upload *upload, struct registry *registry, struct http *http,
	       enum upload_end *ret_end, struct containr_error *err)
{
	bool is_done = false;
	int r = begin(upload, registry, http, err);

	*ret_end = r > 0 ? UPLOAD_MOUNTED : UPLOAD_SENT;
	if (r != 0)
		return r > 0 ? 0 : r;
	while (r == 0 && !is_done) {
		int64_t end = 0;

		r = next_end(upload, &end, err);
		if (r < 0)
			return r;
		if (end == upload->size && (upload->at == end || (upload->at == 0 && end <= SMALL)))
			r = finish(upload, registry, http, &is_done, err);
		else
			r = send_piece(upload, registry, http, end, err);
	}
	return r;
}
