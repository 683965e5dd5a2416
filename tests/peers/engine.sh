# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# For tests in which an engine of somebody else drives containr-runtime; read after system/lib.sh.
: "${scratch:?is set by lib.sh}"

command -v busybox > /dev/null || skip "busybox is not installed"

# Engines keep locks and sockets in /run whatever they are told: they get one of their own.
mount -t tmpfs run /run

# All cgroups of this run of the test have this in their path.
parent=containr-test-${scratch##*.}

# make_layer: layer.tar, a root file system of busybox.
make_layer() {
	local applet

	mkdir -p tree/{bin,dev,etc,proc,sys,tmp}
	cp "$(command -v busybox)" tree/bin/busybox
	for applet in cat echo grep id kill ls ps sh sleep test touch true tty; do
		ln -s busybox "tree/bin/$applet"
	done
	echo root:x:0:0:root:/root:/bin/sh > tree/etc/passwd
	tar -C tree -cf layer.tar .
}

# on_terminal COMMAND...: with a terminal for its standard streams, in a shell that reads the file
# shell first; carriage returns and the echo of the end of the input are dropped.
on_terminal() {
	SHELL=/bin/bash script -qec ". ./shell; $*" /dev/null < /dev/null | tr -d '\r' | sed 's/\^@//'
}

cgroups() {
	find /sys/fs/cgroup -depth -type d -path "*$parent*" 2> /dev/null || true
}

# The parents are the engine's to make and nobody's to remove.
remove_cgroups() {
	cgroups | xargs -r rmdir 2> /dev/null || true
}

# holds_capability BIT: whether this process may give the capability away.
holds_capability() {
	local bounding

	bounding=$(sed -n 's/^CapBnd:\t/0x/p' /proc/self/status)
	((bounding >> $1 & 1))
}

# Before lib.sh takes its folder away: the engine, which ends what it runs, or at least is no more
# when its cgroups go. $engine_pid is the engine.
leave_engine() {
	local status=$?

	set +e # what is returned is not to end the trap
	[ -z "${engine_pid:-}" ] || { kill "$engine_pid" && wait "$engine_pid"; } 2> /dev/null
	if [ -n "$(cgroups)" ]; then
		cgroups | while read -r dir; do xargs -rn1 kill -9 < "$dir/cgroup.procs"; done 2> /dev/null
		sleep 0.2
		remove_cgroups
	fi
	return $status
}
trap 'leave_engine; leave' EXIT
