#!/bin/bash
# SPDX-License-Identifier: MIT
# Templates go both ways: what `containr spec` writes runs in crun and runc, and theirs run here.
# shellcheck source=../system/lib.sh
. "$(dirname "$0")/../system/lib.sh"
# shellcheck source=bundle.sh
. "$CONTAINR_SOURCE/tests/peers/bundle.sh"

make_bundle b
rm b/config.json b/config.orig

# ready FOLDER: the template, without the terminal that only a caller with one can have.
ready() {
	cp "$1/config.json" "$1/config.orig"
	configure "$1" 'process["terminal"] = False
sh("echo $(hostname) $(id -u) $(pwd); echo x 2> /dev/null > /file || echo read-only")'
}

fact "what spec writes is valid, and nothing is overwritten"
expect_output "" -- containr spec --bundle b
is_json b/config.json
expect_status 0 -- containr validate b
expect_error INVALID_ARGUMENT 125 "'b/config.json' exists already" \
	"remove it, or give another folder with --bundle" -- containr spec --bundle b

fact "it runs as it is written"
ready b
expect_output "containr 0 /
read-only" -- runtime run --bundle b own

fact "crun and runc run it the same way"
for peer in crun runc; do
	if ! command -v $peer > /dev/null; then
		not_here "$peer is not installed"
		continue
	fi
	if [ $peer = crun ]; then
		# crun 1.8 knows no version of the specification after 1.0
		sed -i 's/"ociVersion": "[0-9.]*"/"ociVersion": "1.0.2"/' b/config.json
		crun_on_v1 run --bundle b peer > out 2> err || fail "crun: $(cat err)"
	else
		runc --root "$scratch/runc" run --bundle b peer > out 2> err || fail "runc: $(cat err)"
	fi
	equal "containr 0 /
read-only" "$(cat out)"
done

fact "their templates run here"
for peer in crun runc; do
	command -v $peer > /dev/null || continue
	rm -f b/config.json b/config.orig
	(cd b && $peer spec)
	expect_status 0 -- containr validate b
	ready b
	expect_output "$peer 0 /
read-only" -- runtime run --bundle b theirs
done

fact "what each template protects is protected in ours too"
for peer in crun runc; do
	command -v $peer > /dev/null || continue
	rm -f b/config.json
	(cd b && $peer spec && mv config.json theirs.json)
	containr spec --bundle b
	python3 - b/theirs.json b/config.json > out << 'EOF'
import json, sys
theirs, ours = (json.load(open(name, encoding="utf-8")) for name in sys.argv[1:])
def namespaces(config):
    return {n["type"] for n in config["linux"]["namespaces"]}
def hidden(config):
    return set(config["linux"]["maskedPaths"])
def written(config):
    return set(config["linux"]["readonlyPaths"]) | hidden(config)
print(*sorted(namespaces(theirs) - namespaces(ours)))
print(*sorted(hidden(theirs) - hidden(ours)))
print(*sorted(written(theirs) - written(ours)))
EOF
	equal "" "$(cat out)"
done

fact "a value that is wrong is named by its place"
rm -f b/config.json
containr spec --bundle b
cp b/config.json b/config.orig
configure b 'linux["namespaces"][0]["type"] = "pit"'
expect_error INVALID_CONFIG 125 "b: linux.namespaces[0].type: unknown namespace 'pit'" \
	"see the OCI runtime specification, config.md" -- containr validate b

finish
