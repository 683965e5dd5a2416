/* SPDX-License-Identifier: MIT */
#include "image/archive/blob.h"

#include "base/cleanup.h"
#include "base/fs.h"

#include <fcntl.h>
#include <stdlib.h>
#include <zstd.h>

/* Level 3 compresses as fast as files are written; higher levels would hold the import up. */
#define ZSTD_LEVEL 3

void blob_release(struct blob *blob)
{
	cleanup_close(&blob->fd);
	sha256_release(&blob->hash);
	(void)ZSTD_freeCCtx(blob->zstd);
	free(blob->out);
	*blob = BLOB_INIT;
}

static int init_zstd(struct blob *blob, struct containr_error *err)
{
	blob->zstd = ZSTD_createCCtx();
	blob->out_size = ZSTD_CStreamOutSize();
	blob->out = malloc(blob->out_size);
	if (!blob->zstd || !blob->out ||
	    ZSTD_isError(ZSTD_CCtx_setParameter(blob->zstd, ZSTD_c_compressionLevel, ZSTD_LEVEL)) ||
	    ZSTD_isError(ZSTD_CCtx_setParameter(blob->zstd, ZSTD_c_checksumFlag, 1)))
		return fail_oom(err);
	return 0;
}

int blob_open(struct blob *blob, int dir, const char *name, bool compress,
	      struct containr_error *err)
{
	int r;

	*blob = BLOB_INIT;
	blob->fd = openat(dir, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	if (blob->fd < 0)
		return fail_sys(err, CONTAINR_E_IO, "cannot create blob");
	r = sha256_init(&blob->hash, err);
	return r == 0 && compress ? init_zstd(blob, err) : r;
}

static int store(struct blob *blob, const void *bytes, size_t len, struct containr_error *err)
{
	if (fs_write_all(blob->fd, bytes, len) < 0)
		return fail_sys(err, CONTAINR_E_IO, "cannot write blob");
	blob->size += (int64_t)len;
	return sha256_update(&blob->hash, bytes, len, err);
}

static int compress(struct blob *blob, const void *bytes, size_t len, ZSTD_EndDirective directive,
		    struct containr_error *err)
{
	ZSTD_inBuffer in = { .src = bytes, .size = len };
	size_t left;

	do {
		ZSTD_outBuffer out = { .dst = blob->out, .size = blob->out_size };
		int r;

		left = ZSTD_compressStream2(blob->zstd, &out, &in, directive);
		if (ZSTD_isError(left))
			return fail(err, CONTAINR_E_IO, "cannot compress blob: %s",
				    ZSTD_getErrorName(left));
		r = store(blob, blob->out, out.pos, err);
		if (r < 0)
			return r;
	} while (directive == ZSTD_e_end ? left > 0 : in.pos < in.size);
	return 0;
}

int blob_write(struct blob *blob, const void *bytes, size_t len, struct containr_error *err)
{
	return blob->zstd ? compress(blob, bytes, len, ZSTD_e_continue, err)
			  : store(blob, bytes, len, err);
}

int blob_seal(struct blob *blob, char ret_digest[DIGEST_SIZE], struct containr_error *err)
{
	int r = blob->zstd ? compress(blob, NULL, 0, ZSTD_e_end, err) : 0;

	return r < 0 ? r : sha256_finish(&blob->hash, ret_digest, err);
}

int blob_finish(struct blob *blob, char ret_digest[DIGEST_SIZE], struct containr_error *err)
{
	int r = blob_seal(blob, ret_digest, err);

	if (r == 0 && fdatasync(blob->fd) < 0)
		return fail_sys(err, CONTAINR_E_IO, "cannot write blob");
	return r;
}
