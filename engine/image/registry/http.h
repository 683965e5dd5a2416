/* SPDX-License-Identifier: MIT */
#ifndef IMAGE_REGISTRY_HTTP_H
#define IMAGE_REGISTRY_HTTP_H

#include "base/str.h"

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

/*
 * HTTP, by libcurl: one client for each thread, which keeps its connections. Proxies come from the
 * environment (http_proxy, https_proxy, no_proxy), as curl has it.
 *
 * A header that a request brings along is not sent to another host when the server redirects there: so
 * no credentials leave the host that they are for (CVE-2020-15157 is what happens otherwise).
 */

#define HTTP_TEXT_MAX (8 << 20) /* bytes of an answer that is kept in memory */

struct http_options {
	const char *user_agent;
	const char *ca_file; /* certificates to trust beside the system's; NULL: none */
	bool insecure;	     /* plain http and certificates of anybody */
	const volatile sig_atomic_t *cancelled; /* not 0: give up; NULL: never */
};

struct http;

/** Opens a client. Errors: OUT_OF_MEMORY. */
int http_open(const struct http_options *options, struct http **ret_http,
	      struct containr_error *err) MUST_CHECK;
void http_close(struct http *http);

/** Takes bytes of a body; less than @len ends the request. */
typedef size_t http_sink(void *data, const void *bytes, size_t len);

struct http_request {
	const char *method; /* "GET" ... */
	const char *url;
	const char *const *headers; /* "Name: value", NULL-terminated; NULL: none */
	const void *body;	    /* NULL: see body_fd */
	int64_t body_len;	    /* of either; 0: no body */
	int body_fd; /* read at body_offset on; used where body is NULL and body_len > 0 */
	int64_t body_offset;
	http_sink *sink; /* gets the body of an answer 200 or 206; NULL: it is kept as text */
	void *data;
	void (*begin)(void *data,
		      long status); /* told before the sink gets anything; may be NULL */
	/* told how many bytes of the body are sent; not 0 ends the request; may be NULL */
	int (*sent)(void *data, int64_t bytes);
	bool is_once; /* registry_do() does not send it again where the registry was too busy */
};

/* An answer. Of a redirected request it is the last one. */
struct http_answer {
	long status;
	struct str body; /* text; empty where a sink took it */
	char *content_type;
	char *digest; /* Docker-Content-Digest */
	char *location;
	char *challenge; /* WWW-Authenticate: the one that begins with Bearer, else Basic */
	char *range;	 /* of an upload: "0-N" */
	char *chunk_min; /* OCI-Chunk-Min-Length */
	char *link;	 /* the next page */
	char *retry_after;
};

void http_answer_release(struct http_answer *answer);

/**
 * Sends a request and waits for the answer, whatever its status is.
 *
 * @ret_answer: the caller's to release, also after a failure
 * Errors: REGISTRY_UNREACHABLE where there was no answer, or it broke off; INVALID_STATE when it was
 * cancelled; OUT_OF_MEMORY.
 */
int http_do(struct http *http, const struct http_request *request, struct http_answer *ret_answer,
	    struct containr_error *err) MUST_CHECK;

static inline void http_cleanup(struct http **http)
{
	http_close(*http);
}

#define autohttp __attribute__((cleanup(http_cleanup))) struct http
#define autoanswer __attribute__((cleanup(http_answer_release))) struct http_answer

#endif
