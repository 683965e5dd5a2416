#!/bin/bash
# SPDX-License-Identifier: MIT
# Includes go downward only: every #include of engine/ and cli/ against the table in layers.txt.
set -euo pipefail

table=$(dirname "$0")/layers.txt
dir=$(mktemp -d)
trap 'rm -r "$dir"' EXIT

# offenders TREE: one line for each include that the table does not allow.
offenders() {
	(cd "$1" && find engine cli -name '*.[ch]' -exec grep -nE '^[[:space:]]*#[[:space:]]*include' {} +) |
		awk -v table="$table" '
		function begins(text, start) { return index(text, start) == 1 }
		# the longest folder of the table that the file lies in
		function folder_of(file, found, name) {
			found = ""
			for (name in allowed)
				if (begins(file, name) && length(name) > length(found))
					found = name
			return found
		}
		function may(file, header, words, count, i, yes) {
			count = split(allowed[folder_of(file)], words, " ")
			for (i = 1; i <= count; i++)
				if (begins(words[i], "!") ? begins(header, substr(words[i], 2)) \
							  : begins(header, words[i]))
					yes = !begins(words[i], "!")
			return yes
		}
		function may_use_library(file, header, name) {
			for (name in library)
				if (begins(header, name))
					return library[name] != "" && begins(file, library[name] "/")
			return 1
		}
		BEGIN {
			while ((getline line < table) > 0) {
				if (line ~ /^#/)
					continue
				count = split(line, field, " ")
				if (field[1] == "library") {
					library[field[2]] = field[3]
					continue
				}
				sub(/^[^ ]+ */, "", line)
				# "engine/base" is a folder, "engine/monitor/cleanup_" the start of names
				allowed[field[1] (field[1] ~ /_$/ ? "" : "/")] = line
			}
		}
		{
			file = $0; sub(/:.*/, "", file)
			header = $0; sub(/^[^"<]*/, "", header)
			quoted = begins(header, "\"")
			sub(/^["<]/, "", header); sub(/[">].*/, "", header)
			place = $0; sub(/:[[:space:]]*#.*/, "", place)
			if ((quoted || begins(header, "containr/")) && !may(file, header))
				print place ": may not include " header
			if (!quoted && !may_use_library(file, header))
				print place ": may not use the library of " header
		}'
}

# plant FILE LINE...
plant() {
	local file=$dir/$1

	shift
	mkdir -p "$(dirname "$file")"
	printf '%s\n' "$@" > "$file"
}

# First the test itself: each of these breaks a rule in its second line and keeps them otherwise.
plant engine/base/up.c '#include "base/str.h"' '#include "kernel/ns.h"' '#include <string.h>'
plant engine/kernel/up.c '#include "base/str.h"' ' # include  "store/store.h"'
plant engine/store/library.c '#include "base/str.h"' '#include <archive.h>'
plant engine/image/archive/ok.c '#include <archive.h>' '#include "image/archive/blob.h"'
plant engine/image/archive.c '#include "image/index.h"' '#include "image/archive/blob.h"'
plant engine/monitor/cleanup_main.c '#include "container/cleanup.h"' '#include "container/state.h"'
plant engine/monitor/main.c '#include "container/state.h"' '#include "container/cleanup.h"'
plant engine/reaper/main.c '#include <stdio.h>' '#include <containr/error.h>'
plant cli/main.c '#include "cli/cmd.h"' '#include "cli/image/import.h"'
plant cli/image/ok.c '#include "cli/image/import.h"' '#include "image/archive/import.h"'
plant cli/bare.c '#include "cli/cmd.h"' '#include "cmd.h"'
got=$(offenders "$dir" | LC_ALL=C sort)
wanted='cli/bare.c:2: may not include cmd.h
cli/main.c:2: may not include cli/image/import.h
engine/base/up.c:2: may not include kernel/ns.h
engine/image/archive.c:2: may not include image/archive/blob.h
engine/kernel/up.c:2: may not include store/store.h
engine/monitor/cleanup_main.c:2: may not include container/state.h
engine/monitor/main.c:2: may not include container/cleanup.h
engine/reaper/main.c:2: may not include containr/error.h
engine/store/library.c:2: may not use the library of archive.h'
if [ "$got" != "$wanted" ]; then
	printf 'FAIL: the test does not see planted mistakes; got\n%s\ninstead of\n%s\n' "$got" "$wanted"
	exit 1
fi

found=$(offenders "$CONTAINR_SOURCE")
if [ -n "$found" ]; then
	printf 'FAIL: includes against tests/house/layers.txt:\n%s\n' "$found"
	exit 1
fi
