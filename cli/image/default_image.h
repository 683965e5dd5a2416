/* SPDX-License-Identifier: MIT */
#ifndef CLI_IMAGE_DEFAULT_IMAGE_H
#define CLI_IMAGE_DEFAULT_IMAGE_H

/*
 * The image that containr carries with it: busybox from Debian's busybox-static, one file and its
 * names, made by make_default_image.sh while building and embedded by default_image.S.
 */

#define DEFAULT_IMAGE_NAME "busybox"

extern const char default_image_start[]; /* tar.gz */
extern const char default_image_end[];

#endif
