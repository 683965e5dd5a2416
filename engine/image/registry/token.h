/* SPDX-License-Identifier: MIT */
#ifndef IMAGE_REGISTRY_TOKEN_H
#define IMAGE_REGISTRY_TOKEN_H

#include "image/registry/registry.h"

/*
 * Access to a registry: what it asks for in WWW-Authenticate (RFC 9110; distribution's "Token
 * Authentication Specification").
 */

/* A challenge taken apart; what it does not say is NULL. */
struct challenge {
	bool is_bearer; /* else Basic */
	char *realm;
	char *service;
	char *scope;
};

void challenge_release(struct challenge *challenge);

#define autochallenge __attribute__((cleanup(challenge_release))) struct challenge

/** Takes a challenge apart. Errors: REGISTRY_ERROR for one that is neither Bearer nor Basic. */
int challenge_parse(const char *text, struct challenge *ret_challenge,
		    struct containr_error *err) MUST_CHECK;

/**
 * Gets the header that answers a challenge, "Authorization: ...". Passwords go to the registry itself
 * and to the realm that it names, which must be reached by https unless the registry need not be.
 *
 * @challenge:  as the registry wrote it; NULL: it did not
 * @ret_header: the caller's to free
 * Errors: REGISTRY_DENIED, REGISTRY_ERROR; those of http_do().
 */
int token_fetch(const struct registry *registry, struct http *http, const char *challenge,
		char **ret_header, struct containr_error *err) MUST_CHECK;

#endif
