# Firedrill: `make drill` and `make test` do all the set-up on a fresh Debian 12 machine with Swift 6.3.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help drill test verify bench bench-emulator build format lint venv system-packages node clean

SCENARIO ?= scenarios/items-crud.yaml
VENV := .venv
PYTHON := $(VENV)/bin/python

help: ## Shows this list.
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 20

drill: build ## Builds and runs the main job on the embedded emulator; ends with the report's path.
	@.build/release/firedrill run $(SCENARIO)

build: system-packages ## Builds the command and the handlers in release mode.
	@swift build -c release

test: system-packages node venv ## Runs the tests and checks (at most 25 minutes from a fresh clone on 2 cores).
	@Tests/Checks/test.sh

verify: system-packages venv ## Runs what is slower than `make test`: whole drills in release mode, some ended at random moments.
	@Tests/Checks/verify.sh

bench-emulator: build venv ## Measures the emulator beside moto's server.
	@Tests/Checks/system-packages.sh wrk
	@$(PYTHON) Benchmarks/emulator-vs-moto.py

bench: build ## Measures the load engine beside wrk on the same server.
	@Tests/Checks/system-packages.sh wrk nginx-light
	@Benchmarks/engine-vs-wrk.py

format: ## Formats the Swift code.
	@swift format --in-place --recursive Sources Tests Package.swift

lint: ## Checks the format, as `make test` does.
	@swift format lint --strict --recursive Sources Tests Package.swift

system-packages:
	@Tests/Checks/system-packages.sh

# The AWS CDK's libraries for Python run on Node.js.
node:
	@command -v node >/dev/null || Tests/Checks/system-packages.sh nodejs

venv: $(VENV)/.done

$(VENV)/.done: Tests/Checks/requirements.txt
	@python3 -c 'import ensurepip, venv' 2>/dev/null || Tests/Checks/system-packages.sh python3-venv
	@python3 -m venv $(VENV) && $(VENV)/bin/pip install --quiet --disable-pip-version-check -r $<
	@touch $@

clean: ## Removes what was built.
	@rm -rf .build $(VENV)
