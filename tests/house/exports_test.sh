#!/bin/bash
# SPDX-License-Identifier: MIT
# What other programs see of libcontainr: exactly the functions of the public headers, under a
# versioned name; and an installed library that a program can be built with, shared and static.
set -euo pipefail

: "${CONTAINR_CC:=cc}" "${CONTAINR_CFLAGS:=}"
dir=$(mktemp -d)
trap 'rm -r "$dir"' EXIT
export LC_ALL=C

fail() {
	printf 'FAIL: %s\n' "$*"
	exit 1
}

declared() {
	for header in "$CONTAINR_SOURCE"/engine/include/containr/*.h; do
		"$CONTAINR_CC" -E -P -x c -I "$CONTAINR_SOURCE/engine/include" "$header"
	done | grep -oE '\bcontainr_[a-z0-9_]+ *\(' | tr -d ' (' | sort -u
}

installed_files() {
	DESTDIR=$dir cmake --install "$CONTAINR_BUILD" > "$dir/install.log" ||
		fail "installation: $(cat "$dir/install.log")"
	library=$(find "$dir" -name libcontainr.so)
	archive=$(find "$dir" -name libcontainr.a)
	pc=$(find "$dir" -name containr.pc)
	if [ -z "$library" ] || [ -z "$archive" ] || [ -z "$pc" ]; then
		fail "not everything is installed"
	fi
}

check_exports() {
	local exported

	exported=$(nm -D --defined-only "$library" | awk '$2 == "T" { print $3 }' | sort)
	[ "$(sed 's/@.*//' <<< "$exported")" = "$(declared)" ] ||
		fail "declared (<) and exported (>) differ:" \
			"$(diff <(declared) <(sed 's/@.*//' <<< "$exported"))"
	if grep -v '@@CONTAINR_0$' <<< "$exported"; then
		fail "functions without a version"
	fi
	nm -D --defined-only "$library" | awk '$2 != "T" && $2 != "A" { print; bad = 1 } END { exit bad }' ||
		fail "data is exported"
	readelf -d "$library" | grep -q 'SONAME.*\[libcontainr\.so\.[0-9]*\]' ||
		fail "the soname has no version"
}

write_program() {
	cat > "$dir/main.c" <<- 'END'
		#include <containr/container.h>

		#include <stdio.h>

		int main(int argc, char **argv)
		{
			struct containr_options options = { .root = argv[1], .runroot = argv[2], .log_fd = -1 };
			struct containr_container **containers = NULL;
			struct containr *engine = NULL;
			struct containr_error err = { 0 };
			size_t count = 7;

			if (argc != 3 || containr_open(&options, &engine, &err) < 0 ||
			    containr_container_list(engine, 1, &containers, &count, &err) < 0) {
				fprintf(stderr, "%s: %s\n", containr_error_name(err.code), err.message);
				return 1;
			}
			printf("%s %zu\n", containr_version(), count);
			containr_container_list_free(containers, count);
			containr_close(engine);
			return 0;
		}
	END
}

# build_and_run NAME LINKER-FLAGS...
build_and_run() {
	local name=$1 got version

	shift
	version=$(pkg-config --modversion containr)
	# shellcheck disable=SC2046,SC2086 # words of flags
	"$CONTAINR_CC" $CONTAINR_CFLAGS -Wall -Werror $(pkg-config --cflags containr) "$dir/main.c" \
		-o "$dir/$name" "$@" || fail "$name: does not build"
	got=$("$dir/$name" "$dir/$name.root" "$dir/$name.run") || fail "$name: does not run"
	[ "$got" = "$version 0" ] || fail "$name: printed '$got'"
}

installed_files
check_exports
if ! command -v pkg-config > /dev/null; then
	echo "not checked: programs that use the library, as there is no pkg-config"
	exit 0
fi
PKG_CONFIG_PATH=$(dirname "$pc")
export PKG_CONFIG_PATH PKG_CONFIG_SYSROOT_DIR=$dir LD_LIBRARY_PATH
LD_LIBRARY_PATH=$(dirname "$library")
write_program
# shellcheck disable=SC2046 # words of flags
build_and_run shared $(pkg-config --libs containr)
readelf -d "$dir/shared" | grep -q 'NEEDED.*libcontainr\.so\.' || fail "shared: is not linked so"
# shellcheck disable=SC2046 # words of flags
build_and_run static -Wl,-Bstatic $(pkg-config --libs --static containr) -Wl,-Bdynamic
if readelf -d "$dir/static" | grep -q 'NEEDED.*libcontainr'; then
	fail "static: needs the shared library"
fi
