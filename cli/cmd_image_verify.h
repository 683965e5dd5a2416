/* SPDX-License-Identifier: MIT */
#ifndef CLI_CMD_IMAGE_VERIFY_H
#define CLI_CMD_IMAGE_VERIFY_H

#include "cli/cmd.h"

/* The front door knows the options of `containr image verify`; the room containr-image has its function. */
struct image_verify_args {
	bool repair;
	bool tls_verify;
};

#endif
