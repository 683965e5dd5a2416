#!/bin/bash
# SPDX-License-Identifier: MIT
# What a container wrote, read again.
. "$(dirname "$0")/lib.sh"

containr create --name never busybox true > out

fact "both streams are kept apart and in order"
containr run --name two busybox sh -c 'echo 1; sleep 0.05; echo 2 >&2; sleep 0.05; echo 3' > out 2> err
containr logs two > out 2> err
equal $'1\n3' "$(cat out)"
equal 2 "$(cat err)"
equal $'1\n2\n3' "$(containr logs two 2>&1)"

fact "what was written in the foreground is what logs shows"
containr run --name many busybox seq 1 20000 > out
containr logs many > logged
cmp out logged || fail "they differ"

fact "a line without an end stays without one"
containr run --name open busybox printf 'no end' > out
equal 6 "$(containr logs open | wc -c)"
equal "no end" "$(containr logs open)"

fact "a line longer than any buffer comes back whole"
containr run --name long busybox sh -c 'head -c 300000 /dev/zero | tr "\0" x; echo; echo after' > out
equal 300007 "$(containr logs long | wc -c)"
equal after "$(containr logs --tail 1 long)"
equal 300007 "$(containr logs --tail 2 long | wc -c)"

fact "bytes are bytes"
containr run --name bytes busybox sh -c 'printf "\000\001\377\n"' > out
equal "$(printf '\000\001\377\n' | od -An -tx1)" "$(containr logs bytes | od -An -tx1)"

fact "--tail counts lines from the end"
equal $'19999\n20000' "$(containr logs -n 2 many)"
equal "" "$(containr logs --tail 0 many)"
equal 20000 "$(containr logs --tail all many | wc -l)"
equal 20000 "$(containr logs --tail 30000 many | wc -l)"

fact "--timestamps puts the time before each line"
matches '20[0-9][0-9]-[0-9][0-9]-[0-9][0-9]T[0-9][0-9]:[0-9][0-9]:[0-9][0-9].?????????Z 20000' \
	"$(containr logs -t --tail 1 many)"

fact "--since and --until cut by time"
containr run -d --name clock busybox sh -c 'echo early; sleep 0.4; echo late' > out
containr wait clock > out
late=$(containr logs -t --tail 1 clock | cut -d' ' -f1)
equal late "$(containr logs --since "$late" clock)"
middle=$(date -u -d "$late - 0.2 seconds" +%Y-%m-%dT%H:%M:%S.%NZ 2> /dev/null) || middle=
if [ -n "$middle" ]; then
	equal early "$(containr logs --until "$middle" clock)"
	equal late "$(containr logs --since "$middle" clock)"
fi
equal $'early\nlate' "$(containr logs --since 1h clock)"
equal "" "$(containr logs --until 1h clock)"

fact "--follow shows what is still to come, and ends with the container"
containr run -d --name talker busybox sh -c 'for i in 1 2 3; do echo $i; sleep 0.1; done' > out
equal $'1\n2\n3' "$(timeout 5 containr logs --follow talker)"
equal $'2\n3' "$(timeout 5 containr logs --follow --tail 2 talker)"
containr run -d --name last busybox sh -c 'sleep 0.3; seq 1 5000' > out
equal "5000 5000" "$(timeout 5 containr logs -f last | tail -n 1) $(containr logs last | wc -l)"

fact "--follow gives each line when it is written"
containr run -d --name slow busybox sh -c 'echo first; sleep 100' > out
(timeout 5 containr logs -f slow || true) > followed &
wait_for grep -q first followed
expect_output slow -- containr kill slow
wait

fact "a terminal is one stream"
script -qec "containr run --name tty -t busybox sh -c 'echo out; echo err >&2'" /dev/null > out < /dev/null
equal $'out\nerr' "$(containr logs tty 2> /dev/null | tr -d '\r')"

fact "a container that never ran has no output"
expect_output "" -- containr logs never
expect_output "" -- containr logs --follow never

fact "a container that is gone has none either"
expect_error CONTAINER_NOT_FOUND 125 "no such container: nope" \
	"list containers with: containr ps -a" -- containr logs nope
expect_error INVALID_ARGUMENT 125 "--tail: 'x' is not a whole number" \
	"write a number of lines, or all" -- containr logs --tail x never

containr ps -aq | xargs containr rm -f > out
assert_nothing_left

fact "a log that is rotated loses and repeats nothing, also for who follows it"
id=$(containr run -d --name round --log-opt max-size=8k --log-opt max-file=100 busybox \
	sh -c 'i=0; while [ $i -lt 4000 ]; do echo "line $i"; i=$((i+1)); done; sleep 0.3; echo bad >&2')
timeout 20 containr logs -f round > followed 2> followed.err
seq -f 'line %.0f' 0 3999 > wanted
cmp -s wanted followed || fail "logs -f: $(wc -l < followed) lines: $(diff wanted followed | head -n 4)"
equal bad "$(cat followed.err)"
containr logs round > all 2> /dev/null
cmp -s wanted all || fail "logs: $(diff wanted all | head -n 4)"
[ "$(find "$CONTAINR_ROOT/containers/$id" -name 'container.log.*' | wc -l)" -gt 5 ] || fail "it was not rotated"
containr logs --tail 1500 round > last.lines 2> /dev/null
tail -n 1499 wanted | cmp -s - last.lines || fail "--tail: $(wc -l < last.lines) lines, $(head -n 1 last.lines)"
stamp=$(containr logs -t round 2> /dev/null | sed -n '2000s/ .*//p')
containr logs --since "$stamp" -n all round 2> /dev/null > since
tail -n "$(wc -l < since)" wanted | cmp -s - since || fail "--since: $(head -n 1 since)"
[ "$(wc -l < since)" -ge 2001 ] || fail "--since shows $(wc -l < since) lines"
expect_output round -- containr rm round

fact "as many files as were asked for, and each of about that size"
id=$(containr run -d --name few --log-opt max-size=8k --log-opt max-file=3 busybox \
	sh -c 'i=0; while [ $i -lt 4000 ]; do echo "line $i"; i=$((i+1)); done')
expect_output 0 -- containr wait few
equal "container.log container.log.1 container.log.2" \
	"$(cd "$CONTAINR_ROOT/containers/$id" && echo container.log*)"
[ -z "$(find "$CONTAINR_ROOT/containers/$id" -name 'container.log*' -size +64k)" ] || fail "a file is too large"
equal "line 3999" "$(containr logs few | tail -n 1)"
containr inspect few > few.json
matches '*"max-file": "3",*"max-size": "8192"*' "$(cat few.json)"
expect_output few -- containr rm few
containr run -d --name one --log-opt max-size=8k busybox sh -c \
	'i=0; while [ $i -lt 4000 ]; do echo "line $i"; i=$((i+1)); done' > id
expect_output 0 -- containr wait one
equal "container.log" "$(cd "$CONTAINR_ROOT/containers/$(cat id)" && echo container.log*)"
expect_output one -- containr rm one

fact "no log where none is wanted"
expect_output heard -- containr run --name mute --log-driver none busybox echo heard
expect_error UNSUPPORTED 125 "container 'mute' has no log" "it was created with --log-driver none" \
	-- containr logs mute
expect_output mute -- containr rm mute

fact "log options are checked"
expect_error INVALID_ARGUMENT 125 "--log-driver: 'syslog' is not supported" \
	"use k8s-file, or none for no log" -- containr run --log-driver syslog busybox true
expect_error INVALID_ARGUMENT 125 "--log-opt: 'tag=x' is not supported" \
	"use max-size=SIZE and max-file=NUMBER" -- containr run --log-opt tag=x busybox true
expect_error INVALID_ARGUMENT 125 "--log-opt max-file without max-size would never begin a second file" \
	"add --log-opt max-size=SIZE" -- containr run --log-opt max-file=2 busybox true
assert_nothing_left

finish
