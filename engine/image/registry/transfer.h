/* SPDX-License-Identifier: MIT */
#ifndef IMAGE_REGISTRY_TRANSFER_H
#define IMAGE_REGISTRY_TRANSFER_H

#include <stddef.h>
#include <stdint.h>

/* How far the layers of an image are that come from a registry or go to one. */

enum transfer_stage {
	TRANSFER_WAITING,
	TRANSFER_MOVING, /* its bytes are on their way */
	TRANSFER_DONE,
	TRANSFER_THERE,	  /* nothing had to be moved */
	TRANSFER_MOUNTED, /* the registry took it from another repository of its own */
};

struct layer_progress {
	const char *digest; /* of the blob; borrowed */
	enum transfer_stage stage;
	int64_t have;
	int64_t size;	  /* -1: not known yet */
	const char *from; /* of a mounted one: the repository; borrowed */
};

/** Told several times a second, and once at the end. */
typedef void transfer_progress_function(void *data, const struct layer_progress *layers,
					size_t count);

#endif
