# Runs checks one after the other and counts what passed; sourced by the scripts beside it.
passed=0
failed=0
log=$(mktemp)
trap 'rm -f "$log"' EXIT

# check NAME COMMAND...: one check that passes or fails as a whole.
check() {
    local name=$1
    shift
    echo "== $name"
    if "$@"; then passed=$((passed + 1)); else failed=$((failed + 1)); echo "FAILED: $name"; fi
}

# counted NAME PATTERN COMMAND...: a test runner whose closing line says how many tests ran.
counted() {
    local name=$1 kind=$2 status=0
    shift 2
    echo "== $name"
    "$@" 2>&1 | tee "$log" | grep --line-buffered -vE '^(◇|✔|\[[0-9]+/[0-9]+\]|Test (Suite|Case))'
    status=${PIPESTATUS[0]}
    local ran=0 bad=0
    if [ "$kind" = swift ]; then
        ran=$(grep -oE 'Test run with [0-9]+ test' "$log" | grep -oE '[0-9]+' | awk '{n += $1} END {print n + 0}')
        bad=$(grep -E '^✘ Test .* failed after' "$log" | grep -vc '^✘ Test run')
    else
        ran=$(grep -oE '[0-9]+ (passed|failed|error)' "$log" | awk '{n += $1} END {print n + 0}')
        bad=$(grep -oE '[0-9]+ (failed|error)' "$log" | awk '{n += $1} END {print n + 0}')
    fi
    # A runner that ended badly without naming a failed test has still failed.
    if [ "$status" -ne 0 ] && [ "$bad" -eq 0 ]; then bad=1; fi
    if [ "$ran" -eq 0 ]; then echo "FAILED: $name ran no test"; bad=$((bad > 0 ? bad : 1)); fi
    failed=$((failed + bad))
    passed=$((passed + (ran > bad ? ran - bad : 0)))
}

# closing: the last line, which the caller of these scripts reads.
closing() {
    echo "$passed passed, $failed failed"
    [ "$failed" -eq 0 ]
}
