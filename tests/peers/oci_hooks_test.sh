#!/bin/bash
# SPDX-License-Identifier: MIT
# Hooks run at their moments, in the right namespaces, and one that fails stops the container.
# shellcheck source=../system/lib.sh
. "$(dirname "$0")/../system/lib.sh"
# shellcheck source=bundle.sh
. "$CONTAINR_SOURCE/tests/peers/bundle.sh"

make_bundle b
cd b
export TRACE=$PWD/trace
stopped() { [ "$(status_of "$1")" = stopped ]; }

# Tells what it sees: its name, the state, whether root and namespaces are the host's.
cat > tell << 'EOF'
#!/bin/bash
state=$(cat)
get() { printf '%s' "$state" | sed -n 's/.*"'"$1"'":"\{0,1\}\([^",}]*\).*/\1/p'; }
of() { [ "$(readlink /proc/self/ns/"$1")" = "$(sed -n "s/^$1 //p" "$WHERE")" ] && echo host || echo new; }
place=rootfs
[ "$(readlink /proc/self/cwd)" != "${WHERE%/*}" ] || place=bundle
echo "$1 $(get status) id=$(get id) pid=$([ "$(get pid)" -gt 0 ] && echo yes || echo no)" \
	"mnt=$(of mnt) pid=$(of pid) cwd=$place" "$(printf '%s' "$state" | grep -o '"annotations":{.*}')" >> "$TRACE"
EOF
chmod +x tell
for ns in mnt pid; do
	echo "$ns $(readlink /proc/self/ns/$ns)"
done > where

# In the container there is only busybox.
cat > rootfs/inside << 'EOF'
#!/bin/sh
read -r state
echo "$1 $(echo "$state" | grep -o '"status":"[a-z]*"') first=$([ -e /host ] && echo host || echo container)" \
	"user=$(id -u) env=$ONE" >> /tmp/trace
EOF
chmod +x rootfs/inside
mkdir -p rootfs/tmp

hooks='
def tell(kind, **more):
    return {"path": os.environ["PWD"] + "/tell", "args": ["tell", kind], "env":
        ["PATH=/usr/bin:/bin", "TRACE=" + os.environ["TRACE"], "WHERE=" + os.environ["PWD"] + "/where"], **more}
c["annotations"] = {"a.b": "c"}
c["hooks"] = {kind: [tell(kind)] for kind in
    ("prestart", "createRuntime", "createContainer", "poststart", "poststop")}
c["hooks"]["createRuntime"].append(tell("createRuntime2", timeout=5))
c["hooks"]["startContainer"] = [{"path": "/inside", "args": ["inside", "startContainer"],
    "env": ["ONE=1"]}]
'

fact "hooks of all kinds run at their moments, with the state and in their namespaces"
configure . "$hooks"'
process["user"] = {"uid": 33, "gid": 33}; process["args"] = ["/bin/sh", "-c", "cat /tmp/trace; sleep 1000"]'
chmod 777 rootfs/tmp
before_start='prestart creating id=hooked pid=yes mnt=host pid=host cwd=bundle "annotations":{"a.b":"c"}}
createRuntime creating id=hooked pid=yes mnt=host pid=host cwd=bundle "annotations":{"a.b":"c"}}
createRuntime2 creating id=hooked pid=yes mnt=host pid=host cwd=bundle "annotations":{"a.b":"c"}}
createContainer creating id=hooked pid=yes mnt=new pid=new cwd=bundle "annotations":{"a.b":"c"}}'
runtime create hooked > out.create 2>&1 || fail "create: $(cat out.create)"
equal "$before_start" "$(cat trace)"
[ ! -e rootfs/tmp/trace ] || fail "startContainer ran at create"
expect_status 0 -- runtime start hooked
wait_for test -s out.create
equal 'startContainer "status":"created" first=container user=33 env=1' "$(cat out.create)"
equal "$before_start"'
poststart running id=hooked pid=yes mnt=host pid=host cwd=bundle "annotations":{"a.b":"c"}}' "$(cat trace)"
expect_status 0 -- runtime delete --force hooked
equal 'poststop stopped id=hooked pid=no mnt=host pid=host cwd=bundle "annotations":{"a.b":"c"}}' \
	"$(tail -1 trace)"
no_bundle_left || fail "something is left of it"

fact "run runs them all"
rm -f trace rootfs/tmp/trace
configure . "$hooks"'sh("exit 3")'
expect_status 3 -- runtime run all
equal "prestart createRuntime createRuntime2 createContainer poststart poststop" \
	"$(cut -d' ' -f1 trace | tr '\n' ' ' | sed 's/ $//')"
equal startContainer "$(cut -d' ' -f1 rootfs/tmp/trace)"

# failing KIND HOOK: the container is not started, and what was set up is taken down.
failing() {
	rm -f trace
	configure . "$hooks"'sh("echo started >> /tmp/started")
c["hooks"]["'"$1"'"].insert(0, '"$2"')'
}

fact "a hook that fails before the start stops the container, and poststop runs"
for kind in prestart createRuntime createContainer; do
	failing $kind '{"path": "/bin/sh", "args": ["sh", "-c", "echo no device >&2; exit 7"]}'
	expect_error HOOK_FAILED 125 "hooks.${kind}[0]: '/bin/sh' failed with 7: no device" "" -- \
		runtime run failing
	equal poststop "$(tail -1 trace | cut -d' ' -f1)"
	expect_error HOOK_FAILED 125 "hooks.${kind}[0]: '/bin/sh' failed with 7: no device" "" -- \
		runtime create failing
	[ ! -e rootfs/tmp/started ] || fail "$kind: the container started"
	no_bundle_left || fail "$kind: something is left of it"
done
failing startContainer '{"path": "/bin/sh", "args": ["sh", "-c", "exit 8"]}'
expect_error HOOK_FAILED 125 "hooks.startContainer[0]: '/bin/sh' failed with 8" "" -- \
	runtime run failing
[ ! -e rootfs/tmp/started ] || fail "the container started"
no_bundle_left || fail "something is left of it"

fact "a hook that is not there, and one that takes too long, fail too"
failing prestart '{"path": "/nosuch"}'
expect_error HOOK_FAILED 125 \
	"hooks.prestart[0]: '/nosuch' failed with 127: cannot execute: No such file or directory" \
	"" -- runtime run failing
failing prestart '{"path": "/bin/sh", "args": ["sh", "-c", "sleep 1000; true"], "timeout": 1}'
expect_error HOOK_FAILED 125 "hooks.prestart[0]: '/bin/sh' did not end within 1 seconds" "" -- \
	runtime run failing
! pgrep -f "^sleep 1000" > /dev/null || fail "a child of the hook still runs"
no_bundle_left || fail "something is left of them"

fact "poststart and poststop that fail are warnings"
failing poststart '{"path": "/bin/false"}'
python3 -c '
import json
c = json.load(open("config.json"))
c["hooks"]["poststop"] = [{"path": "/bin/false"}]
json.dump(c, open("config.json", "w"))'
expect_status 0 -- runtime run warned
grep -q "hooks.poststart\[0\]: '/bin/false' failed with 1" err || fail "no warning: $(cat err)"
grep -q "hooks.poststop\[0\]: '/bin/false' failed with 1" err || fail "no warning: $(cat err)"
equal started "$(cat rootfs/tmp/started)"
no_bundle_left || fail "something is left of it"

fact "a hook is described wrong by its place"
failing prestart '{"path": "relative"}'
expect_error INVALID_CONFIG 125 "hooks.prestart[0].path: 'relative' is not absolute" \
	"see the OCI runtime specification, config.md" -- runtime run wrong
failing poststop '{"path": "/bin/true", "timeout": 0}'
expect_status 125 -- runtime run wrong
matches "Error: \[INVALID_CONFIG\] hooks.poststop\[0\].timeout: *" "$(cat err)"

finish
