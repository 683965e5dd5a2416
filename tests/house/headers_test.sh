#!/bin/bash
# SPDX-License-Identifier: MIT
# Each header can be included first and alone: the public ones as C11 and as C++17 by strict
# compilers, our own as what we compile.
set -uo pipefail

: "${CONTAINR_CC:=cc}" "${CONTAINR_CXX:=c++}"
cd "$CONTAINR_SOURCE" || exit 1
failed=0

# alone HEADER COMPILER...
alone() {
	local header=$1 errors

	shift
	errors=$(printf '#include "%s"\n' "$header" | "$@" -fsyntax-only - 2>&1) && return
	printf 'FAIL: %s with %s:\n%s\n' "$header" "$*" "$errors"
	failed=1
}

strict=(-Wall -Wextra -pedantic -Werror -I engine/include)
ours=(-std=gnu17 -D_GNU_SOURCE -Wall -Wextra -Werror -I engine -I engine/include -I .
	-I "$CONTAINR_BUILD/generated")

if alone broken/header.h "$CONTAINR_CC" -x c "${strict[@]}" > /dev/null && [ $failed -eq 0 ]; then
	echo "FAIL: a header that does not exist compiles"
	exit 1
fi
failed=0

for header in engine/include/containr/*.h; do
	header=${header#engine/include/}
	alone "$header" "$CONTAINR_CC" -x c -std=c11 -Wstrict-prototypes "${strict[@]}"
	if command -v "$CONTAINR_CXX" > /dev/null; then
		alone "$header" "$CONTAINR_CXX" -x c++ -std=c++17 "${strict[@]}"
	fi
done
command -v "$CONTAINR_CXX" > /dev/null || echo "not checked: C++, as there is no $CONTAINR_CXX"

while read -r header; do
	alone "$header" "$CONTAINR_CC" -x c "${ours[@]}"
done < <(find engine cli -name '*.h' ! -path 'engine/include/*' ! -path '*/gen/*')
exit $failed
