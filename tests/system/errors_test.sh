#!/bin/bash
# SPDX-License-Identifier: MIT
# What goes wrong is told exactly: code, message, hint, exit status. And nothing is left of it.
. "$(dirname "$0")/lib.sh"

# refuses CODE STATUS MESSAGE HINT -- COMMAND...: expect_error, and nothing is left.
refuses() {
	expect_error "$@"
	assert_nothing_left
}

# An option of `run` that is refused before anything is made.
refuses_option() {
	local code=$1 message=$2 hint=$3

	shift 3
	refuses "$code" 125 "$message" "$hint" -- containr run "$@" busybox true
}

fact "an image that is not there"
refuses IMAGE_NOT_FOUND 125 "image 'nosuch' not found" "list images with: containr images" \
	-- containr run --pull never nosuch true
refuses INVALID_REFERENCE 125 "invalid reference 'Bad Ref': the name must be in lower case" \
	"a reference looks like NAME[:TAG] or NAME@sha256:HEX" -- containr run 'Bad Ref' true

fact "a command that is not there"
refuses COMMAND_NOT_FOUND 127 "cannot execute 'nope': executable file not found in \$PATH" \
	"give a path that exists in the image, or a name on its PATH" -- containr run busybox nope
refuses COMMAND_NOT_FOUND 127 "cannot execute '/nope/x': no such file or directory" \
	"give a path that exists in the image, or a name on its PATH" -- containr run busybox /nope/x

fact "a command that cannot be executed"
refuses COMMAND_NOT_EXECUTABLE 126 "cannot execute '/etc/passwd': permission denied" \
	"the file must be executable and of this architecture" -- containr run busybox /etc/passwd
refuses COMMAND_NOT_EXECUTABLE 126 "cannot execute '/etc': permission denied, it is a folder" \
	"the file must be executable and of this architecture" -- containr run busybox /etc
printf 'not a program' > not_a_program
chmod +x not_a_program
refuses COMMAND_NOT_EXECUTABLE 126 "cannot execute '/x': Exec format error" \
	"the file must be executable and of this architecture" \
	-- containr run -v "$scratch/not_a_program:/x" busybox /x

fact "no command at all"
refuses INVALID_ARGUMENT 125 "no command was given" \
	"the image names none either; put one behind the image" -- containr run --entrypoint "" busybox

fact "a name that is taken, or is none"
id=$(containr create --name taken busybox true)
for command in run create; do
	expect_error CONTAINER_EXISTS 125 "the name 'taken' is taken by container ${id:0:12}" \
		"choose another name, or remove it with: containr rm NAME" \
		-- containr $command --name taken busybox true
done
equal 1 "$(containr ps -aq | wc -l)"
expect_output taken -- containr rm taken
assert_nothing_left
refuses_option INVALID_ARGUMENT "'a/b' is no name for a container" \
	"use letters, digits and _ . -, starting with a letter or digit" --name a/b

fact "limits that are no limits"
refuses_option INVALID_ARGUMENT "--memory: 'abc' is not a size" \
	"write a number with a unit of b, k, m, g or t, e.g. 100m" --memory abc
refuses_option INVALID_ARGUMENT "--cpus: 'x' is not a number of CPUs" \
	"write a decimal number with at most nine digits behind the point, e.g. 0.5" --cpus x
refuses_option INVALID_ARGUMENT "--pids-limit: 'x' is not a whole number" "" --pids-limit x
refuses_option INVALID_ARGUMENT "--pids-limit: '-2' is out of range (-1 to 2147483647)" "" \
	--pids-limit -2
refuses_option INVALID_ARGUMENT "unknown limit 'foo'" \
	"the names are those of getrlimit(2): nofile, nproc, core, …" --ulimit foo=1
refuses_option INVALID_ARGUMENT "RLIMIT_NOFILE: the soft limit is above the hard limit" \
	"write NAME=SOFT:HARD with SOFT at most HARD" --ulimit nofile=2:1

fact "limits below the kernel's minimum"
refuses_option CGROUP_APPLY_LIMITS "memory limit of 4096 bytes is below the minimum of 512k" \
	"use --memory 512k or more" --memory 4k
refuses_option CGROUP_APPLY_LIMITS "cpu limit is below the minimum of 0.01 CPUs" \
	"use --cpus 0.01 or more" --cpus 0.001

fact "mounts that cannot be"
refuses_option INVALID_ARGUMENT "mount source 'relative' is not an absolute path" \
	"write /PATH or ./PATH" --mount type=bind,src=relative,dst=/x
refuses_option INVALID_ARGUMENT "--volume: 'x' is not [SRC:]DST[:OPTIONS]" \
	"write e.g. -v /srv/data:/data, -v ./src:/src:ro or -v NAME:/data" -v x
refuses_option INVALID_ARGUMENT "'zz' is not an option of a bind mount" \
	"options are those of mount(8), e.g. ro, nosuid, rslave" -v /etc:/x:zz
refuses_option ROOTFS_MOUNT "cannot mount '/nope' at '/x': No such file or directory" \
	"create the source first" --mount type=bind,src=/nope,dst=/x
refuses_option INVALID_ARGUMENT "--mount: type 'foo' is not known" \
	"use type=bind, type=volume or type=tmpfs" --mount type=foo,dst=/x
refuses_option INVALID_ARGUMENT "--mount: 'type=bind,dst=/x' has no source" \
	"write e.g. --mount type=bind,src=/srv/data,dst=/data,ro" --mount type=bind,dst=/x
refuses_option INVALID_ARGUMENT "--tmpfs: 'relative' is not an absolute path" "" --tmpfs relative
refuses_option ROOTFS_MOUNT "cannot mount tmpfs at '/x': Invalid argument" \
	"the kernel refuses its options 'size=abc'" --tmpfs /x:size=abc

fact "users and folders that are not there"
refuses_option INVALID_ARGUMENT "user 'nobodyx' is not in the container's /etc/passwd" \
	"a number needs no entry there, e.g. --user 1000:1000" --user nobodyx
refuses_option INVALID_ARGUMENT "group 'nogroupx' is not in the container's /etc/group" \
	"a number needs no entry there, e.g. --user 1000:1000" --user root:nogroupx
refuses_option INVALID_ARGUMENT "the working folder 'relative' is not an absolute path" "" -w relative

fact "protection that is misspelt is not left out"
refuses_option INVALID_ARGUMENT "unknown capability 'NET_RWA'" "did you mean CAP_NET_RAW?" \
	--cap-drop NET_RWA
refuses_option INVALID_ARGUMENT "unknown capability 'FOO'" \
	"the names are listed in capabilities(7); ALL stands for every one" --cap-add FOO
refuses_option INVALID_ARGUMENT "--security-opt: unknown option 'foo'" \
	"use seccomp=FILE|unconfined, apparmor=PROFILE, label=LABEL, systempaths=unconfined or no-new-privileges=true|false" --security-opt foo
refuses_option IO "--security-opt seccomp: cannot open '/nope': No such file or directory" "" \
	--security-opt seccomp=/nope

fact "other values that are none"
refuses_option INVALID_ARGUMENT "--stop-signal: 'FOO' is no signal" \
	"write a name such as SIGTERM or a number from 1 to 64" --stop-signal FOO
refuses_option INVALID_ARGUMENT "--stop-timeout: 'x' is not a duration" \
	"write e.g. 10s, 1m30s or 500ms" --stop-timeout x
refuses_option INVALID_ARGUMENT "--network: 'foo' is not one of none, host, container:NAME" \
	"other networks are not supported yet" --network foo
refuses_option INVALID_ARGUMENT "--label: '=x' is not KEY=VALUE" "" --label =x
refuses_option INVALID_ARGUMENT "--env: '=x' is not KEY=VALUE" "" --env =x
refuses_option INVALID_ARGUMENT "--hostname: a name may have at most 64 characters" "" \
	--hostname "$(printf 'x%.0s' {1..65})"
refuses_option INVALID_ARGUMENT "unknown option '--bogus'" "see 'containr run --help'" --bogus
refuses_option INVALID_ARGUMENT "--tty with --interactive: standard input is no terminal" \
	"leave out -t, or run it from a terminal" -it
refuses INVALID_ARGUMENT 125 "'containr run' needs at least 1 argument: IMAGE [COMMAND [ARG...]]" \
	"see 'containr run --help'" -- containr run

fact "containers that are not there"
for command in inspect kill logs rm start stop wait; do
	message="no such container: nope" hint="list containers with: containr ps -a"
	[ $command != inspect ] || continue
	refuses CONTAINER_NOT_FOUND 125 "$message" "$hint" -- containr $command nope
done
expect_status 125 -- containr inspect nope
equal "Error: [CONTAINER_NOT_FOUND] no such container or image: nope" "$(head -n 1 err)"
equal "[]" "$(cat out)"

fact "formats that are not supported are not replaced"
for command in "ps" "images" "stats --no-stream" "events --until 0s"; do
	# shellcheck disable=SC2086 # a command and its option
	expect_error INVALID_ARGUMENT 125 "--format: 'yaml' is not supported" \
		"use table, json, or a template such as '{{.ID}}'" -- containr $command --format yaml
done

fact "errors are JSON where JSON was asked for"
expect_status 125 -- containr ps --format json --filter status=x
equal '{"error":{"code":"INVALID_ARGUMENT","message":"--filter: '"'x'"' is no status of a container","hint":"a status is created, running, paused, restarting or exited","errno":0}}' "$(cat err)"

fact "an archive that is none"
echo "no archive" > garbage
expect_status 125 -- containr import garbage foo
matches "Error: \[INVALID_ARCHIVE\] *" "$(head -n 1 err)"
assert_nothing_left
equal 1 "$(containr images -q | wc -l)"

# in_small SIZE: the words that put state into a tmpfs of this size.
small=$scratch/small
mkdir "$small"

# nothing_left_in_small: of containers and imports; what an import began is in tmp.
nothing_left_in_small() {
	equal "" "$(find "$small"/{containers,names,tmp,trash} -mindepth 1)"
}

fact "a disk that is full while an image is imported"
mount -t tmpfs -o size=1m small "$small"
expect_status 125 -- containr --root "$small" import --default
equal "Error: [NO_SPACE] no space left for the image in '$PWD/small'" "$(head -n 1 err)"
equal "Hint: free some space, or choose another place with --root" "$(tail -n 1 err)"
nothing_left_in_small
equal "" "$(find "$small/layers" -mindepth 1)"
umount "$small"

fact "a disk that is full when a container is created"
mount -t tmpfs -o size=8m small "$small"
containr --root "$small" import --default > out
dd if=/dev/zero of="$small/fill" bs=4k 2> /dev/null || true
for command in run create; do
	expect_error NO_SPACE 125 "cannot write the state record: No space left on device" \
		"free some space, or choose another place with --root" \
		-- containr --root "$small" $command busybox true
done
nothing_left_in_small

fact "a disk that is full does not keep anybody from removing"
rm "$small/fill"
expect_status 0 -- containr --root "$small" run --name early busybox true
dd if=/dev/zero of="$small/fill" bs=4k 2> /dev/null || true
expect_output early -- containr --root "$small" rm early
nothing_left_in_small
umount "$small"

# as_nobody COMMAND...: with state folders that nobody may write, or with those of the environment.
as_nobody() {
	setpriv --reuid 65534 --regid 65534 --clear-groups "$@"
}

if command -v setpriv > /dev/null; then
	fact "no right to the state folder"
	chmod 700 "$CONTAINR_ROOT"
	for command in "run busybox true" "ps" "images"; do
		# shellcheck disable=SC2086 # a command line
		expect_error PERMISSION_DENIED 125 \
			"cannot open state folder '$CONTAINR_ROOT': Permission denied" "run as root" \
			-- as_nobody containr $command
	done
else
	fact "no right"
	not_here "setpriv is not installed"
fi

assert_nothing_left
finish
