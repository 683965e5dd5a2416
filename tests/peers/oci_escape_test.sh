#!/bin/bash
# SPDX-License-Identifier: MIT
# Bundles and root file systems that are made to break out of containr-runtime do not.
# shellcheck source=../system/lib.sh
. "$(dirname "$0")/../system/lib.sh"
# shellcheck source=bundle.sh
. "$CONTAINR_SOURCE/tests/peers/bundle.sh"

make_bundle b
cd b
echo "secret of the host" > "$scratch/secret"

# refused ID STATUS: run fails with it, says so itself, and shows nothing of the host.
refused() {
	local status=0

	runtime run "$1" > ../out 2> ../err < /dev/null || status=$?
	[ $status -eq "$2" ] || fail "exited with $status, not $2: $(cat ../out ../err)"
	matches "Error: \[*\] *" "$(cat ../err)"
	equal "" "$(cat ../out)"
	no_bundle_left || fail "something is left of it"
}

# CVE-2024-21626: the working folder was entered while folders of the host were open.
fact "no descriptor of the host is a working folder"
for fd in {3..14}; do
	for up in '' /../../..; do
		configure . "process['cwd'] = '/proc/self/fd/$fd$up'; sh('cat secret ../secret; ls')"
		runtime run "cwd" > ../out 2> ../err && fail "descriptor $fd: $(cat ../out)"
		! grep -q secret ../out || fail "descriptor $fd leads to the host"
	done
done
no_bundle_left || fail "something is left"

fact "no link to a descriptor of the host is a working folder"
for fd in 3 5 7 8 9; do
	ln -sfn "/proc/self/fd/$fd" rootfs/link
	configure . "process['cwd'] = '/link'; sh('ls')"
	runtime run linked > ../out 2> ../err && fail "descriptor $fd: $(cat ../out)"
done
rm rootfs/link

fact "no program is executed through a descriptor of the host"
for fd in {3..14}; do
	configure . "process['args'] = ['/proc/self/fd/$fd/../../../bin/sh', '-c', 'echo out']"
	refused program 127
	ln -sfn "/proc/self/fd/$fd/../../../bin/sh" rootfs/link
	configure . "process['args'] = ['/link', '-c', 'echo out']"
	refused program 127
done
rm rootfs/link

fact "exec is as careful"
configure . 'sh("sleep 1000")'
runtime run -d host > /dev/null 2>&1
for fd in {3..16}; do
	runtime exec --cwd "/proc/self/fd/$fd" host ls > ../out 2> ../err &&
		fail "folder of descriptor $fd: $(cat ../out)"
	runtime exec host "/proc/self/fd/$fd/../../../bin/sh" -c 'echo out' > ../out 2> ../err &&
		fail "program of descriptor $fd"
done

fact "a process of exec has no descriptors but its streams"
expect_output "0
1
2
3" -- runtime exec host ls /proc/self/fd 7< "$scratch/secret"
expect_status 0 -- runtime delete --force host

# CVE-2019-5736: the runtime's own file was executed as /proc/self/exe from inside, held open, and
# written to when it ran no more. A copy stands for the runtime, lest a mistake costs the build.
fact "the runtime's own file cannot be written to from inside"
mkdir "$scratch/bin"
cp -L "$CONTAINR_BUILD/bin/containr-runtime" "$scratch/bin/containr-runtime"
before=$(sha256sum < "$scratch/bin/containr-runtime")
copy() {
	"$scratch/bin/containr-runtime" --root "$scratch/runtime" "$@"
}
cat > rootfs/overwrite << 'EOF'
#!/bin/sh
for dir in /proc/[0-9]*; do
	case $(readlink "$dir/exe") in *busybox | '') continue ;; esac
	exec 9< "$dir/exe" || continue
	echo "found"
	kill -9 "${dir#/proc/}"
	sleep 0.2
	( echo overwritten > /proc/self/fd/9 ) 2> /dev/null && echo "written to"
done
EOF
chmod +x rootfs/overwrite
configure . 'sh("sleep 1000")
process["capabilities"] = {n: ["CAP_SYS_PTRACE", "CAP_DAC_OVERRIDE", "CAP_KILL"]
for n in ("bounding", "effective", "permitted")}
linux.pop("seccomp", None)'
copy run -d exe > /dev/null 2>&1
copy exec -d -e CONTAINR_LIBEXEC=/none exe /proc/self/exe --root /tmp/r --runroot /tmp/rr events > ../out 2>&1 ||
	fail "$(cat ../out)"
# detached: a runtime that waits for it would keep the file from being written to
expect_status 0 -- copy exec -d exe /bin/sh -c '/overwrite > /result; echo end >> /result'
wait_for grep -q end rootfs/result
equal "found
end" "$(cat rootfs/result)"
expect_status 0 -- copy delete --force exe
equal "$before" "$(sha256sum < "$scratch/bin/containr-runtime")"

fact "mount targets that are links stay inside the root"
mkdir -p "$scratch/outside" "rootfs$scratch/outside"
for link in "$scratch/outside" "../../../../../../..$scratch/outside"; do
	ln -sfn "$link" rootfs/target
	configure . 'sh("echo written > /target/new/file; cat /target/new/file")
c["mounts"].append({"destination": "/target/new", "type": "tmpfs", "source": "t"})'
	expect_output written -- runtime run link
	equal "" "$(ls -A "$scratch/outside")"
	rm rootfs/target
done
[ -d "rootfs$scratch/outside/new" ] || fail "the target was not made inside"

fact "mount targets behind links that lead nowhere or to /proc are refused"
for link in /nowhere ../../nowhere /proc/self/cwd /proc/1/root /proc/self/fd/5; do
	ln -sfn "$link" rootfs/target
	refused nowhere 125
	rm rootfs/target
done

fact "links in place of /proc, /dev and /sys lead nowhere else"
for name in proc dev sys; do
	rm -rf rootfs/$name
	ln -sfn "$scratch/outside" rootfs/$name
	configure . 'sh("echo fine")'
	runtime run link > ../out 2> ../err || true
	equal "" "$(ls -A "$scratch/outside")"
	rm -rf rootfs/$name
done

fact "a path that is masked through a link hides what is inside"
ln -sfn "$scratch/secret" rootfs/masked
configure . 'linux["maskedPaths"] = ["/masked"]; sh("echo fine")'
expect_output fine -- runtime run link
equal "secret of the host" "$(cat "$scratch/secret")"
rm rootfs/masked

fact "while a target is exchanged for a link, nothing is mounted outside"
exchange() {
	set +e
	while :; do
		mkdir rootfs/race
		rmdir rootfs/race
		ln -sn "$scratch/outside" rootfs/race
		rm rootfs/race
	done 2> /dev/null
}
exchange &
racer=$!
configure . 'sh("echo written > /race/file || true")
c["mounts"].append({"destination": "/race", "type": "tmpfs", "source": "t"})'
for _ in {1..60}; do
	runtime run race > ../out 2> ../err || true
	[ -z "$(ls -A "$scratch/outside")" ] || fail "something was written outside"
done
kill $racer
wait $racer 2> /dev/null || true
equal "" "$(ls -A "$scratch/outside")"

fact "hidden paths cannot be read, read-only ones not written"
configure . 'sh("""for f in /proc/keys /proc/timer_list; do test ! -s $f || echo "$f is seen"; done
test -z "$(ls /sys/firmware)" || echo "/sys/firmware is seen"
for f in /proc/sys/kernel/core_pattern /proc/sysrq-trigger /proc/irq/default_smp_affinity; do
( echo 1 > $f ) 2> /dev/null && echo "$f is written"; done
( : > /sys/kernel/uevent_helper ) 2> /dev/null && echo "/sys is written"
mkdir /sys/fs/cgroup/memory/new 2> /dev/null && echo "a cgroup is made"; echo tried""")'
expect_output tried -- runtime run hidden

fact "devices that are not allowed cannot be opened, though nodes of them can be made"
ln -sf busybox rootfs/bin/mknod
ln -sf busybox rootfs/bin/head
configure . 'sh("""mknod /tmp/kmsg c 1 11 && head -c 1 /tmp/kmsg; mknod /tmp/loop b 7 0 && head -c 1 /tmp/loop
head -c 1 /dev/zero | tr "\\\\0" z; rm -f /tmp/kmsg /tmp/loop""")
for n in ("bounding", "effective", "permitted"):
    process["capabilities"][n] = process["capabilities"][n] + ["CAP_MKNOD"]'
runtime run device > ../out 2> ../err || true
equal z "$(cat ../out)"
equal "2" "$(grep -c 'Operation not permitted' ../err)"

fact "ids that are paths are refused"
for id in .. . a/b ../a '' "a b"; do
	expect_status 125 -- runtime create "$id"
	matches "Error: \[INVALID_ARGUMENT\] '$id' is no container id*" "$(cat err)"
done
cd ..

finish
