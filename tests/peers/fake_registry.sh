# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# shellcheck disable=SC2154 # what the test and lib.sh set
# fake_registry.py for the tests that need it; it serves the folder $layout.
fake_registry=$(dirname "$(realpath "$0")")/fake_registry.py

# serve FAULT...: a registry at $registry.
serve() {
	rm -f port log
	python3 "$fake_registry" "$layout" "$scratch/port" "$scratch/log" "$@" &
	server=$!
	wait_for test -e port
	registry=127.0.0.1:$(cat port)
}

stop() {
	kill "$server"
	wait "$server" 2> /dev/null || true
	containr rmi -f "$registry/demo" > /dev/null 2>&1 || true
}

# requested KEY PATTERN [METHOD]: what requests whose path looks like this had for KEY, a line each.
requested() {
	python3 -c 'import fnmatch, json, sys
for line in open("log"):
    entry = json.loads(line)
    if fnmatch.fnmatch(entry["path"], sys.argv[2]) and entry["method"] in sys.argv[3:] + [entry["method"]][len(sys.argv) - 3:]:
        print(entry[sys.argv[1]])' "$@"
}
