#!/bin/bash
# SPDX-License-Identifier: MIT
# Containers on a host that has cgroup v2 only: a virtual machine of Debian's kernel and an initial
# file system of busybox, containr and its image, without any other program that could help.
# shellcheck source=vm.sh
. "$(dirname "$0")/vm.sh"
here=$(cd "$(dirname "$0")" && pwd)

# make_bundles FOLDER: configurations for the guest, which has nothing to write JSON with.
make_bundles() {
	mkdir -p "$1" "$dir/spec"
	"$CONTAINR_BUILD/bin/containr" spec --bundle "$dir/spec"
	python3 - "$dir/spec/config.json" "$1" << 'END'
import copy, json, sys

with open(sys.argv[1], encoding="utf-8") as file:
    base = json.load(file)
base["process"]["terminal"] = False
base["root"]["readonly"] = False
ids = [{"containerID": 0, "hostID": 100000, "size": 1000}]
bundles = {
    "limits": ("sleep 1000", {"resources": {
        "cpu": {"shares": 1024}, "pids": {"limit": 9}, "unified": {"cgroup.max.depth": "3"},
        "memory": {"limit": 33554432, "swap": 67108864, "reservation": 16777216}}}),
    "pids": ("sleep 1000", {"resources": {"pids": {"limit": 7}}}),
    "users": ("sleep 1000", {
        "resources": {"pids": {"limit": 7}},
        "namespaces": base["linux"]["namespaces"] + [{"type": "user"}],
        "uidMappings": [{"containerID": 0, "hostID": 1000, "size": 1}],
        "gidMappings": [{"containerID": 0, "hostID": 1000, "size": 1}]}),
    "swappiness": ("true", {"resources": {"memory": {"swappiness": 10}}}),
    "userns": ("id -u; cat /proc/self/uid_map", {
        "namespaces": base["linux"]["namespaces"] + [{"type": "user"}],
        "uidMappings": ids, "gidMappings": ids}),
}
for name, (command, linux) in bundles.items():
    config = copy.deepcopy(base)
    config["process"]["args"] = ["sh", "-c", command]
    config["linux"].update(linux)
    if name == "users":  # one id, so no group of terminals, and the host's /sys
        config["mounts"] = [mount for mount in config["mounts"] if mount["destination"] != "/sys"]
        for mount in config["mounts"]:
            mount["options"] = [option for option in mount.get("options", []) if option != "gid=5"]
    with open(f"{sys.argv[2]}/{name}.json", "w", encoding="utf-8") as file:
        json.dump(config, file)
END
}

fetch_kernel
make_tree
make_bundles "$tree/bundles"
cp "$here/v2_guest.sh" "$tree/guest.sh"
printf '#!/bin/sh\nexec /bin/sh /guest.sh\n' > "$tree/init"
chmod +x "$tree/init"
run_machine 768 120
