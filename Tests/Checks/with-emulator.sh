#!/usr/bin/env bash
# with-emulator.sh BUILD-FOLDER COMMAND...: runs a command while an emulator of the built-in stack is up.
# The command finds it at $FIREDRILL_ENDPOINT, and the program, to start others, at $FIREDRILL_PROGRAM. The emulator is ended
# by its process id, whatever happens.
set -euo pipefail
folder=$1
shift
announcement=$(mktemp)
"$folder/firedrill" emulate --port 0 --json >"$announcement" &
emulator=$!
trap 'kill "$emulator" 2>/dev/null || true; wait "$emulator" 2>/dev/null || true; rm -f "$announcement"' EXIT
for _ in $(seq 100); do
    [ -s "$announcement" ] && break
    kill -0 "$emulator" 2>/dev/null || { echo "the emulator did not start" >&2; exit 1; }
    sleep 0.1
done
FIREDRILL_ENDPOINT=$(python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["endpointURL"])' "$announcement")
FIREDRILL_API_URL=$(python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["apiURL"])' "$announcement")
FIREDRILL_PROGRAM=$(realpath "$folder")/firedrill
export FIREDRILL_ENDPOINT FIREDRILL_API_URL FIREDRILL_PROGRAM AWS_DEFAULT_REGION=us-west-2 AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test
"$@"
