# SPDX-License-Identifier: MIT
# One INTERFACE target carries every flag. Warnings are the same for all; hardening and sanitizers
# exclude each other, and the static executables leave out what needs a dynamic loader.
add_library(containr_flags INTERFACE)
target_compile_definitions(containr_flags INTERFACE _GNU_SOURCE
	CONTAINR_VERSION="${PROJECT_VERSION}")
target_include_directories(containr_flags INTERFACE
	${CMAKE_SOURCE_DIR}/engine ${CMAKE_SOURCE_DIR}/engine/include ${CMAKE_BINARY_DIR}/generated)
target_compile_options(containr_flags INTERFACE
	-Wall -Wextra -Wshadow -Wconversion -Wsign-conversion -Wstrict-prototypes -Wmissing-prototypes
	-Wpointer-arith -Wcast-qual -Wwrite-strings -Wundef -Wvla -Wformat=2
	-Wimplicit-fallthrough -Wswitch-enum -fno-common -fvisibility=hidden)
if(CMAKE_C_COMPILER_ID STREQUAL "GNU")
	# With sanitizers gcc sees null dereferences in code that it inserted itself.
	if(NOT CONTAINR_SANITIZE)
		target_compile_options(containr_flags INTERFACE -Wnull-dereference)
	endif()
	# Texts for people are cut to their buffers on purpose.
	target_compile_options(containr_flags INTERFACE -Wno-format-truncation)
endif()
if(CONTAINR_ANALYZE)
	# The second pass over the objects for static executables would find the same again.
	# Leaks are left to LeakSanitizer and to tests/torture, which counts blocks on every path of
	# failure: gcc 12 loses sight of what a list or a struct owns.
	target_compile_definitions(containr_flags INTERFACE CONTAINR_ANALYZE)
	target_compile_options(containr_flags INTERFACE -fanalyzer -Wno-analyzer-malloc-leak -Werror)
endif()
if(CONTAINR_WERROR)
	target_compile_options(containr_flags INTERFACE -Werror)
endif()
if(CONTAINR_SANITIZE)
	target_compile_options(containr_flags INTERFACE
		-fsanitize=${CONTAINR_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
	target_link_options(containr_flags INTERFACE -fsanitize=${CONTAINR_SANITIZE})
	set(CONTAINR_HARDENING OFF)
endif()

if(CONTAINR_HARDENING)
	target_compile_options(containr_flags INTERFACE
		-fstack-protector-strong -fstack-clash-protection -fcf-protection
		-ftrivial-auto-var-init=zero)
	target_link_options(containr_flags INTERFACE -Wl,-z,relro,-z,now,-z,noexecstack -Wl,--as-needed)
endif()

# What only code for the host's own C library gets: _FORTIFY_SOURCE is glibc's, PIC serves libcontainr.so.
add_library(containr_host_flags INTERFACE)
target_link_libraries(containr_host_flags INTERFACE containr_flags)
if(CMAKE_C_COMPILER_ID STREQUAL "GNU" AND CMAKE_INTERPROCEDURAL_OPTIMIZATION)
	# libcontainr.a has to serve other compilers and versions too
	target_compile_options(containr_host_flags INTERFACE -ffat-lto-objects)
endif()
if(CONTAINR_HARDENING AND NOT CMAKE_BUILD_TYPE STREQUAL "Debug")
	target_compile_options(containr_host_flags INTERFACE -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3)
endif()

# The executables that start containers are static: a dynamic loader costs more than the rest of
# their start (docs/PERFORMANCE.md). gcc reaches musl by its specs file, target by target.
find_file(CONTAINR_MUSL_SPECS musl-gcc.specs
	PATHS /usr/lib/${CMAKE_SYSTEM_PROCESSOR}-linux-musl /usr/lib/musl/lib NO_DEFAULT_PATH)
set(CONTAINR_CORE_LIBC ${CONTAINR_LIBC})
if(CONTAINR_LIBC STREQUAL "auto")
	if(CONTAINR_MUSL_SPECS AND CMAKE_C_COMPILER_ID STREQUAL "GNU" AND NOT CONTAINR_SANITIZE)
		set(CONTAINR_CORE_LIBC musl)
	else()
		set(CONTAINR_CORE_LIBC host)
	endif()
endif()
message(STATUS "containr: C library of the executables: ${CONTAINR_CORE_LIBC}")

add_library(containr_core_flags INTERFACE)
target_link_libraries(containr_core_flags INTERFACE containr_flags)
if(CONTAINR_CORE_LIBC STREQUAL "musl")
	if(NOT CONTAINR_MUSL_SPECS)
		message(FATAL_ERROR "musl-gcc.specs not found: install musl-tools, or set CONTAINR_LIBC=host")
	endif()
	# Kernel headers come from the host, behind musl's own.
	target_compile_options(containr_core_flags INTERFACE -specs=${CONTAINR_MUSL_SPECS}
		"SHELL:-idirafter /usr/include"
		"SHELL:-idirafter /usr/include/${CMAKE_C_LIBRARY_ARCHITECTURE}" -fno-pie -ffunction-sections
		-fdata-sections -fno-asynchronous-unwind-tables)
	target_link_options(containr_core_flags INTERFACE -specs=${CONTAINR_MUSL_SPECS} -static -no-pie
		-Wl,--gc-sections)
endif()
