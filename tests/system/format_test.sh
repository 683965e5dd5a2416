#!/bin/bash
# SPDX-License-Identifier: MIT
# Templates of --format, and filters, over real containers, images, volumes and events.
. "$(dirname "$0")/lib.sh"

since=$(date +%s)
first=$(containr create --name first -l team=web -l tier=1 -m 64m --cpus 1.5 -v data:/data:ro \
	-v "$scratch:/host" busybox sh -c 'echo "hi"')
sleep 0.01
second=$(containr run -d --name second -l team=db --network host busybox sleep 100)

fact "ps prints fields, tables, and functions of them"
expect_output $'second\nfirst' -- containr ps -a --format '{{.Names}}'
expect_output "${second:0:12} second running busybox" -- \
	containr ps --format '{{.ID}} {{.Names}} {{.State}} {{.Image}}'
expect_output "$second" -- containr ps --no-trunc --format '{{.ID}}'
expect_output $'NAMES     STATE\nsecond    running\nfirst     created' -- \
	containr ps -a --format 'table {{.Names}}\t{{.State}}'
expect_output "FIRST|web|team=web,tier=1" -- \
	containr ps -a -f name=first --format '{{upper .Names}}|{{.Label "team"}}|{{.Labels}}'
expect_output "data,$scratch 1 none" -- \
	containr ps -a -f name=first --format '{{.Mounts}} {{.LocalVolumes}} {{.Networks}}'
expect_output '"first"' -- containr ps -a -f name=first --format '{{json .Names}}'
matches "Up * seconds" "$(sleep 2; containr ps --format '{{.Status}}')"
expect_error INVALID_ARGUMENT 125 "--format: there is no field 'Nmaes'" "did you mean 'Names'?" \
	-- containr ps -a --format '{{.Nmaes}}'
expect_error UNSUPPORTED 125 "--format: 'range' is not supported" \
	"print JSON, and pick with a tool such as jq" -- containr ps --format '{{range .}}'
expect_error INVALID_ARGUMENT 125 "--format: 'yaml' is not supported" \
	"use table, json, or a template such as '{{.ID}}'" -- containr ps --format yaml

fact "ps has docker's filters"
names() {
	containr ps -a --format '{{.Names}}' "$@" | tr '\n' ' ' | sed 's/ $//'
}
equal first "$(names -f status=created)"
equal second "$(names -f since=first)"
equal first "$(names -f before=second)"
equal "second first" "$(names -f ancestor=busybox:latest)"
equal "" "$(names -f ancestor=nosuch)"
equal first "$(names -f volume=data)"
equal first "$(names -f volume=/data)"
equal second "$(names -f network=host)"
equal "second first" "$(names -f label=team)"
equal second "$(names -f label=team=db)"
equal second "$(names --latest)"
equal "second first" "$(names -n 5)"
equal "second first" "$(names -f health=none)"
containr run --name third busybox sh -c 'exit 3' || true
equal third "$(names -f exited=3)"
expect_output third -- containr rm third
expect_error CONTAINER_NOT_FOUND 125 "no such container: nobody" \
	"list containers with: containr ps -a" -- containr ps -f since=nobody
expect_error INVALID_ARGUMENT 125 "--filter: 'odd' is no status of a container" \
	"a status is created, running, paused, restarting or exited" -- containr ps -f status=odd

fact "inspect prints docker's fields"
expect_output "running true 100" -- \
	containr inspect -f '{{.State.Status}} {{.State.Running}} {{index .Config.Cmd 1}}' second
expect_output "67108864 1500000000 none" -- \
	containr inspect -f '{{.HostConfig.Memory}} {{.HostConfig.NanoCpus}} {{.HostConfig.NetworkMode}}' first
expect_output "web" -- containr inspect -f '{{.Config.Labels.team}}' first
expect_output "web <no value>" -- containr inspect -f '{{index .Config.Labels "team"}} {{.Config.Labels.no}}' first
expect_output "volume data /data false bind $scratch" -- containr inspect -f \
	'{{(index .Mounts 0).Type}} {{(index .Mounts 0).Name}} {{(index .Mounts 0).Destination}} {{(index .Mounts 0).RW}} {{(index .Mounts 1).Type}} {{(index .Mounts 1).Source}}' first
containr inspect -f '{{json .Mounts}}' first > mounts.json
is_json mounts.json
expect_output $'first\nsecond' -- containr inspect -f '{{.Name}}' first second
expect_output linux -- containr image inspect -f '{{.Os}}' busybox

fact "images, stats, volume, version and events do, too"
expect_output "busybox latest" -- containr images --format '{{.Repository}} {{.Tag}}'
expect_output $'REPOSITORY   TAG\nbusybox      latest' -- containr images --format 'table {{.Repository}}\t{{.Tag}}'
expect_output "second 1" -- containr stats --no-stream --format '{{.Name}} {{.PIDs}}'
matches $'NAME      CPU %\nsecond    *%' "$(containr stats --no-stream --format 'table {{.Name}}\t{{.CPUPerc}}')"
expect_output "data local" -- containr volume ls --format '{{.Name}} {{.Driver}}'
expect_output "data local" -- containr volume inspect -f '{{.Name}} {{.Scope}}' data
expect_output "$(containr version --short)" -- containr version --format '{{.Server.Version}}'
expect_output "container create first" -- containr events --since "$since" --until 0s \
	--filter container=first --format '{{.Type}} {{.Action}} {{.Actor.Attributes.name}}'
expect_output "create $first" -- containr events --since "$since" --until 0s \
	--filter label=tier=1 --filter event=create --format '{{.Action}} {{.Actor.ID}}'
expect_output "create data" -- containr events --since "$since" --until 0s \
	--filter volume=data --format '{{.Action}} {{.Actor.ID}}'

fact "ps --size tells what a container has written"
containr run --name writer busybox sh -c 'mkdir /d; head -c 5000 /dev/zero > /d/file; ln -s / /d/link'
matches "5kB (virtual *)" "$(containr ps -a -f name=writer --format '{{.Size}}')"
matches "*SIZE"$'\n'"*5kB (virtual *MB)" "$(containr ps -as -f name=writer)"
expect_output writer -- containr rm writer

fact "images has docker's filters"
expect_output busybox -- containr images -f 'reference=busy*' --format '{{.Repository}}'
expect_output busybox -- containr images -f 'reference=*:latest' -f dangling=false --format '{{.Repository}}'
expect_output "" -- containr images -f dangling=true --format '{{.Repository}}'
expect_output "" -- containr images -f label=nosuch --format '{{.Repository}}'
expect_output "" -- containr images -f before=busybox -q
expect_output "" -- containr images -f since=busybox -q
expect_error INVALID_ARGUMENT 125 "--filter: 'odd=1' is not KEY=VALUE with a known key" \
	"keys are before, dangling, label, reference, since" -- containr images -f odd=1

fact "escape sequences of a container do not reach the terminal"
containr create --name evil busybox echo $'\033[31m' > /dev/null
expect_output '"echo \x1b[31m"' -- containr ps -a -f name=evil --no-trunc --format '{{.Command}}'
expect_output '\x1b[31m' -- containr inspect -f '{{index .Config.Cmd 1}}' evil
expect_output evil -- containr rm evil
expect_output $'first\nsecond' -- containr rm -f first second
expect_output data -- containr volume rm data
assert_nothing_left
finish
