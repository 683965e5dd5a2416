#!/bin/bash
# SPDX-License-Identifier: MIT
# rename, and top.
. "$(dirname "$0")/lib.sh"

id=$(containr run -d --name before busybox sh -c 'sleep 1000 & exec sleep 2000')
pid=$(containr inspect -f '{{.State.Pid}}' before)

fact "a running container gets another name"
expect_output "" -- containr rename before after
expect_output after -- containr ps --format '{{.Names}}'
expect_output "$id" -- containr inspect -f '{{.Id}}' after
expect_error CONTAINER_NOT_FOUND 125 "no such container: before" \
	"list containers with: containr ps -a" -- containr top before
matches '*"Action":"rename"*"name":"after","oldName":"/before"*' \
	"$(grep '"rename"' "$CONTAINR_ROOT/events.jsonl")"

fact "a name that is taken, that is the same, or that is none, is refused"
containr create --name other busybox true > other.id
expect_error CONTAINER_EXISTS 125 "the name 'other' is taken by container $(head -c 12 other.id)" \
	"choose another name, or remove it with: containr rm NAME" -- containr rename after other
expect_error INVALID_ARGUMENT 125 "cannot rename container 'after': it has that name already" "" \
	-- containr rename after after
expect_error INVALID_ARGUMENT 125 "'-x' is no name for a container" \
	"use letters, digits and _ . -, starting with a letter or digit" -- containr rename -- after -x
expect_error CONTAINER_NOT_FOUND 125 "no such container: nobody" \
	"list containers with: containr ps -a" -- containr rename nobody somebody
expect_output "" -- containr rename "${id:0:12}" before
expect_output before -- containr ps --format '{{.Names}}'

fact "the name that a --rm container has left belongs to others"
quick=$(containr run -d --rm --name quick busybox sleep 1000)
expect_output "" -- containr rename quick quicker
expect_output "" -- containr rename other quick
containr kill quicker > /dev/null
wait_for test ! -e "$CONTAINR_ROOT/containers/$quick"
expect_output created -- containr inspect -f '{{.State.Status}}' quick
wait_for test ! -L "$CONTAINR_ROOT/names/quicker"
expect_output quick -- containr rm quick
equal "quicker quicker" "$(containr events --since 1h --until 0s -f "container=$quick" --format '{{.Action}} {{.Actor.Attributes.name}}' |
	sed -n 's/^\(die\|destroy\) //p' | tr '\n' ' ' | sed 's/ $//')"

fact "top has the columns of docker's"
containr top before > out
equal "UID                 PID                 PPID                C                   STIME               TTY                 TIME                CMD" \
	"$(head -n 1 out)"
equal "$pid sleep 2000" "$(awk 'NR == 2 { print $2, $8, $9 }' out)"
equal "root $pid 0 ? 00:00:00 sleep 1000" "$(awk 'NR == 3 { print $1, $3, $4, $6, $7, $8, $9 }' out)"
equal 3 "$(wc -l < out)"

fact "top has what exec has started, and what shares the host's processes"
containr exec -d before sleep 3000
wait_for grep -q "sleep 3000" <(containr top before)
equal 4 "$(containr top before | wc -l)"
containr run -d --name shared --pid host busybox sh -c 'sleep 11 & sleep 12' > /dev/null
containr exec -d shared sleep 13
wait_for grep -q "sleep 13" <(containr top shared)
equal 4 "$(containr top shared | wc -l)"

if command -v ps > /dev/null; then
	fact "top takes the options of ps"
	expect_output "$(printf '%-20s%s\n' PID COMMAND "$pid" 'sleep 2000' | head -c -1)" -- \
		sh -c "containr top before -o pid,args | head -n 2"
	equal 4 "$(containr top before -eo user,pid,comm | wc -l)"
	expect_error INVALID_ARGUMENT 125 "'ps' prints no column PID" "ask for it, e.g. -o pid,comm" -- \
		containr top before -o comm
	expect_status 125 -- containr top before --nonsense
	matches "*'ps' refuses these options*" "$(cat err)"
fi

fact "top needs a container that runs"
expect_output before -- containr stop -t 0 before
expect_error CONTAINER_NOT_RUNNING 125 "container 'before' is not running" \
	"start it with: containr start NAME" -- containr top before
expect_output $'before\nshared' -- containr rm -f before shared
assert_nothing_left

finish
