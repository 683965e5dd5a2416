/* SPDX-License-Identifier: MIT */
#ifndef IMAGE_REGISTRY_REGISTRY_H
#define IMAGE_REGISTRY_REGISTRY_H

#include "image/content.h"
#include "image/reference.h"
#include "image/registry/http.h"

#include <pthread.h>

/*
 * A repository of a registry (OCI distribution-spec 1.1; docker's Registry HTTP API V2 is the same
 * where they meet). Requests may come from several threads, each with an http of its own; what is
 * learned about access is shared.
 */

enum registry_access { REGISTRY_PULL, REGISTRY_PUSH };

struct registry_options {
	const char *user;     /* "NAME[:PASSWORD]"; NULL: as credentials_find() tells */
	const char *password; /* NULL: behind the colon of user */
	const char *ca_file;
	bool insecure; /* --tls-verify=false */
	enum registry_access access;
	const char *mount_from; /* a repository that blobs are to be taken from; NULL: none */
	const volatile sig_atomic_t *cancelled;
};

struct registry {
	char host[REFERENCE_DOMAIN_MAX +
		  1]; /* where it is reached; docker.io is registry-1.docker.io */
	char domain[REFERENCE_DOMAIN_MAX + 1];
	char path[REFERENCE_PATH_MAX + 1]; /* of the repository */
	struct registry_options options;
	struct http_options http;
	const char *scheme; /* "https" or "http" */
	char *user;	    /* NULL: anonymous */
	char *password;
	char *identity;		 /* a refresh token instead of a password; NULL: none */
	pthread_mutex_t mutex;	 /* for the next two */
	char *authorization;	 /* the header, once it is known; NULL: none is needed so far */
	unsigned int generation; /* counts up with it */
};

/**
 * Prepares a repository; nothing is sent yet.
 *
 * @reference: whose domain and path count
 * Errors: those of credentials_find().
 */
int registry_init(struct registry *registry, const struct reference *reference,
		  const struct registry_options *options, struct containr_error *err) MUST_CHECK;
void registry_release(struct registry *registry);

#define autoregistry __attribute__((cleanup(registry_release))) struct registry

/**
 * Sends a request for something of the repository. Asks for access where the registry wants it, and
 * once more where it was refused; tries again what the registry was too busy for (429, 5xx).
 *
 * @request: its url is a path behind /v2/PATH/, "manifests/latest", or a whole one that the registry gave
 * @ret_answer: the caller's to release, also after a failure; any status but 401
 * Errors: REGISTRY_DENIED; those of http_do().
 */
int registry_do(struct registry *registry, struct http *http, const struct http_request *request,
		struct http_answer *ret_answer, struct containr_error *err) MUST_CHECK;

/**
 * Raises an error for an answer that is none of what was expected: REGISTRY_DENIED, IMAGE_NOT_FOUND for
 * 404, else REGISTRY_ERROR; with what the registry says about it.
 *
 * @what: "manifest of busybox:latest" ...
 */
int registry_fail(const struct http_answer *answer, const char *what, struct containr_error *err);

/** Whether a status says that the registry is too busy, so that trying again may help. */
bool registry_is_busy(long status);

/** Waits before trying again: as long as the registry asks for, else longer with each @attempt (from 0). */
void registry_wait(const struct http_answer *answer, int attempt);

/** Opens a client for this registry. */
int registry_http(const struct registry *registry, struct http **ret_http,
		  struct containr_error *err) MUST_CHECK;

#endif
