/* SPDX-License-Identifier: MIT */
#include "cli/template.h"

#include <stdlib.h>
#include <string.h>

/* Templates of --format: whatever they are, they are refused with a message, or print something;
 * what the check refuses, rendering refuses too. */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char object[] = "{\"ID\":\"abc\",\"State\":{\"Pid\":1,\"None\":null},"
				     "\"Args\":[\"a\",2,false],\"Labels\":{\"a\":\"b\"}}";
	struct containr_error err = { 0 };
	struct json_doc doc = { 0 };
	struct str out = STR_INIT;
	char *text = calloc(1, size + 1);
	int checked;

	if (!text || json_parse(object, strlen(object), "object", &doc, &err) < 0)
		abort();
	memcpy(text, data, size);
	checked = template_check(text, &err);
	if (checked < 0 && err.message[0] == '\0')
		abort();
	err = (struct containr_error) { 0 };
	if (template_render(text, doc.root, &out, &err) < 0) {
		if (err.message[0] == '\0')
			abort();
	} else if (checked < 0) {
		abort();
	}
	str_release(&out);
	json_doc_release(&doc);
	free(text);
	return 0;
}
