# SPDX-License-Identifier: MIT
# The benchmark itself is no test: `make bench` runs bench.sh.
add_executable(spawn_bench bench/spawn_bench.c)
target_link_options(spawn_bench PRIVATE -static)
set_target_properties(spawn_bench PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
