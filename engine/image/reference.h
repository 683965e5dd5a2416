/* SPDX-License-Identifier: MIT */
#ifndef IMAGE_REFERENCE_H
#define IMAGE_REFERENCE_H

#include "base/error.h"
#include "image/digest.h"

/*
 * Names of images in docker's grammar (github.com/distribution/reference):
 *
 *   [DOMAIN/]PATH[:TAG][@sha256:HEX]
 *
 * A name is kept in full, "docker.io/library/busybox:latest", and shown as people know it,
 * "busybox:latest". Two names mean the same image where their full forms are equal.
 */

#define REFERENCE_DOMAIN_MAX 260 /* a DNS name and a port */
#define REFERENCE_PATH_MAX 255
#define REFERENCE_TAG_MAX 128
#define REFERENCE_TEXT_SIZE                                                                        \
	(REFERENCE_DOMAIN_MAX + 1 + REFERENCE_PATH_MAX + 1 + REFERENCE_TAG_MAX + 1 + DIGEST_SIZE)

struct reference {
	char domain[REFERENCE_DOMAIN_MAX + 1]; /* "docker.io" where none was given */
	char path[REFERENCE_PATH_MAX + 1];     /* "library/busybox" */
	char tag[REFERENCE_TAG_MAX + 1];       /* "" only if there is a digest */
	char digest[DIGEST_SIZE];	       /* "" if there is none */
};

/**
 * Parses and completes a name. Without tag and digest the tag is "latest".
 *
 * Errors: INVALID_REFERENCE.
 */
int reference_parse(const char *text, struct reference *ret_reference,
		    struct containr_error *err) MUST_CHECK;

/** Writes the full form, "docker.io/library/busybox:latest". */
void reference_format(const struct reference *reference, char ret_text[REFERENCE_TEXT_SIZE]);

/** Writes the form that is shown, "busybox:latest". */
void reference_format_familiar(const struct reference *reference,
			       char ret_text[REFERENCE_TEXT_SIZE]);

/** Writes the shown form without tag and digest, "busybox". */
void reference_format_repository(const struct reference *reference,
				 char ret_text[REFERENCE_TEXT_SIZE]);

#endif
