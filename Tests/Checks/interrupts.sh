#!/usr/bin/env bash
# interrupts.sh BUILD-FOLDER: ends whole drills at random moments, politely and not, and looks for what is left behind.
# A polite end exits 105 with a whole report or none; no end leaves a process.
set -uo pipefail
folder=$(realpath "$1")
seed=${SEED:-$RANDOM}
RANDOM=$seed
echo "seed $seed"
bad=0

left_behind() {
    # Children notice the end of their parent within a moment; five seconds are generous.
    for _ in $(seq 50); do
        pgrep -f "$1" >/dev/null || return 1
        sleep 0.1
    done
    pgrep -af "$1"
}

for signal in INT INT INT INT INT TERM TERM KILL KILL KILL; do
    scratch=$(mktemp -d)
    # Handlers under a path of this round's own, so that what is left of it can be told from anything else.
    ln -s "$folder/items-api" "$scratch/items-api"
    "$folder/firedrill" run scenarios/items-crud.yaml --quiet --reports "$scratch/reports" \
        --function "ApiFunction=$scratch/items-api" >"$scratch/output" 2>&1 &
    drill=$!
    delay="$((RANDOM % 20)).$((RANDOM % 10))"
    sleep "$delay"
    kill -"$signal" "$drill" 2>/dev/null
    wait "$drill"
    code=$?
    case "$signal:$code" in
        # A drill that was done before the signal came has passed.
        *:0 | INT:105 | TERM:105 | KILL:137) ;;
        # Before the first line of the program nobody listens yet.
        INT:130 | TERM:143) [ "${delay%.*}" -eq 0 ] || { echo "$signal after $delay s: exit $code"; bad=1; } ;;
        *) echo "$signal after $delay s: exit $code"; tail -5 "$scratch/output"; bad=1 ;;
    esac
    if left_behind "$scratch"; then echo "$signal after $delay s left processes"; bad=1; fi
    if [ "$signal" != KILL ]; then
        find "$scratch/reports" -name '.*.partial' 2>/dev/null | grep . && { echo "$signal after $delay s left a draft"; bad=1; }
        for report in "$scratch"/reports/*/; do
            [ -e "$report" ] || continue
            [ -s "$report/report.json" ] && [ -s "$report/index.html" ] && [ -s "$report/junit.xml" ] ||
                { echo "$signal after $delay s left half a report"; bad=1; }
        done
    fi
    pkill -KILL -f "$scratch" 2>/dev/null
    rm -rf "$scratch"
done
exit "$bad"
