#!/bin/bash
# SPDX-License-Identifier: MIT
# clang-format decides how C looks.
set -uo pipefail

command -v clang-format > /dev/null || {
	echo "SKIPPED: clang-format is not installed"
	exit 77
}
cd "$CONTAINR_SOURCE" || exit 1
if printf 'int  main( void )\n{ }\n' | clang-format --assume-filename=x.c -n -Werror 2> /dev/null; then
	echo "FAIL: clang-format accepts everything"
	exit 1
fi
find engine cli tests -name '*.[ch]' -print0 | xargs -0 clang-format --dry-run -Werror
