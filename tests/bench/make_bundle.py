#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes the config.json that the benchmark runs: what podman gives to a container.

usage: make_bundle.py FILE [SECCOMP_PROFILE]

SECCOMP_PROFILE is a profile file as containers-common installs it; its conditions are resolved for
the capabilities below, as podman does before it calls a runtime.
"""
import json
import sys

CAPS = ["CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_FSETID", "CAP_FOWNER", "CAP_SETGID", "CAP_SETUID",
        "CAP_SETPCAP", "CAP_NET_BIND_SERVICE", "CAP_SYS_CHROOT", "CAP_KILL", "CAP_SETFCAP"]
ARCHES = {"amd64", "x86", "x32"}


def applies(rule):
    wanted, unwanted = rule.get("includes", {}), rule.get("excludes", {})
    if wanted.get("arches") and not set(wanted["arches"]) & ARCHES:
        return False
    if not set(wanted.get("caps") or []) <= set(CAPS):
        return False
    return not (set(unwanted.get("caps") or []) & set(CAPS)
                or set(unwanted.get("arches") or []) & ARCHES)


def seccomp(path):
    with open(path, encoding="utf-8") as file:
        profile = json.load(file)
    rules = []
    for rule in filter(applies, profile["syscalls"]):
        kept = {key: rule[key] for key in ("names", "action", "args", "errnoRet")
                if rule.get(key) not in (None, [])}
        rules.append(kept)
    return {"defaultAction": profile["defaultAction"],
            "defaultErrnoRet": profile.get("defaultErrnoRet", 1),
            "architectures": ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32"],
            "syscalls": rules}


def mount(destination, kind, source, *options):
    return {"destination": destination, "type": kind, "source": source, "options": list(options)}


def config():
    hidden = ["nosuid", "noexec", "nodev"]
    return {
        "ociVersion": "1.0.2",
        "process": {
            "terminal": False, "user": {"uid": 0, "gid": 0}, "args": ["/bin/true"],
            "env": ["PATH=/bin"], "cwd": "/", "noNewPrivileges": True,
            "capabilities": {name: CAPS for name in ("bounding", "effective", "permitted")},
            "rlimits": [{"type": "RLIMIT_NOFILE", "hard": 1024, "soft": 1024}],
        },
        "root": {"path": "rootfs"},
        "hostname": "bench",
        "mounts": [
            mount("/proc", "proc", "proc", *hidden),
            mount("/dev", "tmpfs", "tmpfs", "nosuid", "strictatime", "mode=755", "size=65536k"),
            mount("/dev/pts", "devpts", "devpts", "nosuid", "noexec", "newinstance",
                  "ptmxmode=0666", "mode=0620", "gid=5"),
            mount("/dev/shm", "tmpfs", "shm", *hidden, "mode=1777", "size=65536k"),
            mount("/dev/mqueue", "mqueue", "mqueue", *hidden),
            mount("/sys", "sysfs", "sysfs", *hidden, "ro"),
            mount("/sys/fs/cgroup", "cgroup", "cgroup", *hidden, "relatime", "ro"),
        ],
        "linux": {
            "resources": {"devices": [{"allow": False, "access": "rwm"}],
                          "memory": {"limit": 256 << 20}, "pids": {"limit": 2048}},
            "namespaces": [{"type": name} for name in
                           ("pid", "ipc", "uts", "mount", "network", "cgroup")],
            "maskedPaths": ["/proc/acpi", "/proc/kcore", "/proc/keys", "/proc/latency_stats",
                            "/proc/timer_list", "/proc/timer_stats", "/proc/sched_debug",
                            "/proc/scsi", "/sys/firmware"],
            "readonlyPaths": ["/proc/asound", "/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys",
                              "/proc/sysrq-trigger"],
        },
    }


def main():
    result = config()
    if len(sys.argv) > 2:
        result["linux"]["seccomp"] = seccomp(sys.argv[2])
    with open(sys.argv[1], "w", encoding="utf-8") as file:
        json.dump(result, file)


main()
