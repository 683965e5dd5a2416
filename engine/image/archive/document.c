/* SPDX-License-Identifier: MIT */
#include "image/archive/document.h"

#include "image/archive/blob.h"

int document_write(struct str *text, const struct workdir *dir, const char *file,
		   struct new_blob *ret_blob, struct containr_error *err)
{
	autoblob blob = BLOB_INIT;
	int r;

	if (text->failed)
		return fail_oom(err);
	r = blob_open(&blob, dir->fd, file, false, err);
	if (r == 0)
		r = blob_write(&blob, text->data, text->len, err);
	if (r == 0)
		r = blob_finish(&blob, ret_blob->digest, err);
	ret_blob->file = file;
	ret_blob->size = blob.size;
	str_clear(text);
	return r;
}
