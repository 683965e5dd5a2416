/* SPDX-License-Identifier: MIT */
#include "base/cleanup.h"
#include "kernel/caps.h"
#include "kernel/seccomp_json.h"

#include <stdlib.h>

/* Seccomp profiles come from outside, with OCI bundles and --security-opt: whatever the JSON says,
 * it is refused with a message, or becomes a program that the kernel would look at. */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	autoseccomp_profile profile = { 0 };
	autoseccomp_filter filter = { 0 };
	struct containr_error err;
	autojson doc = { 0 };

	if (json_parse((const char *)data, size, "fuzz", &doc, &err) < 0)
		return 0;
	if (seccomp_profile_parse(doc.root, "", CAPS_DEFAULT, &profile, &err) < 0) {
		if (err.message[0] == '\0')
			abort();
		return 0;
	}
	if (seccomp_filter_compile(&profile, &filter, &err) < 0)
		return 0;
	if (filter.len == 0 || filter.len > BPF_MAXINSNS ||
	    BPF_CLASS(filter.insns[filter.len - 1].code) != BPF_RET)
		abort();
	return 0;
}
