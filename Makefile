# SPDX-License-Identifier: MIT
# The front door: each target is one or two commands that also work by hand (CONTRIBUTING.md).
.PHONY: demo test build install bench lint fmt fuzz release clean

PREFIX ?= /usr/local
JOBS ?= $(shell nproc)
export CMAKE_BUILD_PARALLEL_LEVEL ?= $(JOBS)

build:            ## the release preset: build/release/bin/containr
	cmake --workflow --preset release

demo:             ## install what is needed, build, and show a real session
	tools/install-packages.sh build demo
	cmake --workflow --preset release
	tools/demo.sh build/release

test:             ## install what is needed, build, and run all tests of this machine
	tools/install-packages.sh build test
	cmake --preset dev
	cmake --build --preset dev
	ctest --preset dev

install:          ## build and install below PREFIX
	cmake --preset release -DCMAKE_INSTALL_PREFIX=$(PREFIX)
	cmake --build --preset release
	cmake --install build/release

bench:            ## measure beside crun, runc and podman
	tools/install-packages.sh build bench
	cmake --preset release -DCONTAINR_TESTS=ON
	cmake --build --preset release
	tests/bench/bench.sh build/release

lint:             ## clang-format, clang-tidy, gcc -fanalyzer, shellcheck
	tools/install-packages.sh build test lint
	git ls-files '*.[ch]' | xargs clang-format --dry-run -Werror
	git ls-files '*.sh' | xargs shellcheck -x
	cmake --workflow --preset tidy
	cmake --workflow --preset analyze

fmt:              ## format every source
	git ls-files '*.[ch]' | xargs clang-format -i

fuzz:             ## each fuzz target for SECONDS (30)
	tools/install-packages.sh build test lint
	cmake --workflow --preset fuzz
	tests/fuzz/run.sh build/fuzz $(or $(SECONDS),30)

release: build    ## a tarball of what `make install` installs
	cmake --install build/release --prefix build/containr/usr
	tar -C build -czf build/containr-$$(build/release/bin/containr version --short).tar.gz containr

clean:
	rm -rf build
