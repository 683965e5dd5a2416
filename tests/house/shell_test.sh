#!/bin/bash
# SPDX-License-Identifier: MIT
# Every script, as shellcheck reads it; .shellcheckrc says which remarks are not ours.
set -uo pipefail

command -v shellcheck > /dev/null || {
	echo "SKIPPED: shellcheck is not installed"
	exit 77
}
cd "$CONTAINR_SOURCE" || exit 1
# shellcheck disable=SC2016 # the dollar is the planted mistake's
if printf '#!/bin/sh\necho $1\n' | shellcheck - > /dev/null; then
	echo "FAIL: shellcheck accepts everything"
	exit 1
fi
find engine cli tests -name '*.sh' -print0 | xargs -0 shellcheck
