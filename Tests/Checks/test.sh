#!/usr/bin/env bash
# Everything that `make test` promises, in one go; ends with "N passed, N failed".
set -uo pipefail
cd "$(dirname "$0")/../.."
source Tests/Checks/counting.sh

check "format" swift format lint --strict --recursive Sources Tests Package.swift
check "template: cfn-lint finds nothing" .venv/bin/cfn-lint --non-zero-exit-code informational Sources/StackTemplate/template.yaml
check "build" swift build --build-tests
counted "unit and end-to-end tests" swift swift test --skip-build
counted "AWS clients against the emulator" pytest Tests/Checks/with-emulator.sh .build/debug .venv/bin/python -m pytest -q Tests/Clients
check "a drill killed at any moment leaves nothing after undo and clean" .venv/bin/python Tests/Checks/drill-kills.py .build/debug 2
check "a calibration finds the emulator's switches either way" .venv/bin/python Tests/Checks/calibration.py .build/debug
check "an emulator killed while it writes keeps every acknowledged write" .venv/bin/python Tests/Checks/kills.py .build/debug 3
closing
