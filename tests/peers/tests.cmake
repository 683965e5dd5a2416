# SPDX-License-Identifier: MIT
containr_script_test(peers/image_layout_test LABEL peers)
containr_script_test(peers/podman_test LABEL peers)
containr_script_test(peers/oci_runtime_test LABEL peers)
containr_script_test(peers/oci_escape_test LABEL peers)
containr_script_test(peers/spec_test LABEL peers)
containr_script_test(peers/oci_control_test LABEL peers)
