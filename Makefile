# The words a person types. Each does its own set-up: `make demo` works on a fresh Debian 12 with a Swift toolchain.

.PHONY: help build test test-crash test-repeats test-notary check format demo bench fuzz clean

help:
	@echo 'make build   the release binary, .build/release/dockgate'
	@echo 'make test    all tests'
	@echo 'make test-crash    kill -9 under load, 300 times, and many power cuts; DOCKGATE_CRASH_ROUNDS says otherwise'
	@echo 'make test-repeats  the same hostile request 10,000 times; DOCKGATE_REPEATS says otherwise'
	@echo 'make test-notary   Docker Content Trust with real notary servers, their client and docker, built from Debian'"'"'s sources'
	@echo 'make check   what must hold before a commit: formatting, build, tests'
	@echo 'make format  put the sources into the shape that check asks for'
	@echo 'make demo    a registry, a gate, real admission requests, the audit log: every verdict shown and checked'
	@echo 'make bench   measure against nginx and Go; fails where a bound is missed'
	@echo 'make fuzz    bytes at every reader of foreign bytes, SECONDS_EACH (300) each; fails where a claim does not hold'
	@echo 'make clean   remove what building left'

build:
	@scripts/setup build
	@scripts/build

test:
	@scripts/setup test
	@scripts/test

test-crash:
	@scripts/setup test
	@scripts/test-often crash

test-repeats:
	@scripts/setup test
	@scripts/test-often repeats

test-notary:
	@scripts/setup notary
	@scripts/test-notary

check:
	@scripts/setup test
	swift format lint --strict --recursive Package.swift Sources Tests
	@scripts/test

format:
	swift format --in-place --recursive Package.swift Sources Tests

demo:
	@scripts/setup demo
	@scripts/demo

bench:
	@scripts/setup bench
	@scripts/bench

fuzz:
	@scripts/setup fuzz
	@scripts/fuzz

clean:
	swift package clean
	rm -rf .build-tools .build-bench .build-fuzz
