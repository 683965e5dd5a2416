/* SPDX-License-Identifier: MIT */
#ifndef CLI_IMAGE_NAME_H
#define CLI_IMAGE_NAME_H

#include <stdbool.h>

/** Whether two references mean the same image: "busybox" is "docker.io/library/busybox:latest". */
bool image_name_is_same(const char *text, const char *wanted);

#endif
