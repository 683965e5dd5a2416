/* SPDX-License-Identifier: MIT */
#include "image/registry/token.h"

#include "base/cleanup.h"

#include <stdlib.h>
#include <string.h>

/*
 * What a registry says in WWW-Authenticate: it is refused with a message, or taken apart into texts
 * that the header had.
 */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	autofree char *text = strndup((const char *)data, size);
	autochallenge challenge = { 0 };
	struct containr_error err = { 0 };

	if (!text)
		return 0;
	if (challenge_parse(text, &challenge, &err) < 0) {
		if (err.message[0] == '\0')
			abort();
		return 0;
	}
	if ((challenge.is_bearer && !challenge.realm) ||
	    (challenge.realm && strlen(challenge.realm) > size) ||
	    (challenge.scope && strlen(challenge.scope) > size))
		abort();
	return 0;
}
