#!/usr/bin/env bash
# run.sh [SECONDS [NAME…]] runs the fuzzers, or those named, each so long. ./build.sh fuzz calls it:
#   OUT   where they were built
#   JOBS  how many run at a time
# Their corpora in t/fuzz/corpus stay as they are; what libFuzzer adds stays in OUT/corpus. Prints
# libFuzzer's closing lines of each, and fails where one has found something.
set -euo pipefail
cd "$(dirname "$0")/../.."

export UBSAN_OPTIONS=print_stacktrace=1

# The lines that libFuzzer ends with, of a fuzzer that found nothing; or what it found.
fuzz_one() {
    local name=$1 log=$OUT/$1.log
    mkdir -p "$OUT/corpus/$name"
    if nice "$OUT/$name" -max_total_time="$SECONDS_EACH" -timeout=20 -rss_limit_mb=3072 \
        -max_len=16384 -use_value_profile=1 -print_final_stats=1 \
        -artifact_prefix="$OUT/found-$name-" \
        "$OUT/corpus/$name" "t/fuzz/corpus/$name" >"$log" 2>&1; then
        printf '%s: %s\n' "$name" "$(grep '^Done ' "$log")"
        sed -n 's/^\(stat::[a-z_]*\): */    \1 /p' "$log"
        return
    fi
    printf '%s: FAILED, all of it is in %s\n' "$name" "$log"
    grep -vE '^#[0-9]|^stat::|^INFO: |NEW_FUNC' "$log" | head -n 40
    return 1
}

failed=()
finish_one() {
    local name=$1 pid=$2
    wait "$pid" || failed+=("$name")
    cat "$OUT/$name.summary"
}

readonly SECONDS_EACH=${1:-60}
[[ $SECONDS_EACH =~ ^[1-9][0-9]*$ ]] || {
    printf 'fuzz: SECONDS is a number: ./build.sh fuzz [SECONDS [NAME…]]\n' >&2
    exit 2
}
mapfile -t names < <(basename -s _fuzzer.cpp t/fuzz/*_fuzzer.cpp)
(($# < 2)) || names=("${@:2}")
running=()
for name in "${names[@]}"; do
    fuzz_one "$name" >"$OUT/$name.summary" &
    running+=("$name $!")
    if ((${#running[@]} == JOBS)); then
        # shellcheck disable=SC2086
        finish_one ${running[0]}
        running=("${running[@]:1}")
    fi
done
for one in "${running[@]}"; do
    # shellcheck disable=SC2086
    finish_one $one
done
((${#failed[@]} == 0)) || {
    printf 'fuzz: these found something: %s\n' "${failed[*]}
  The input stands in $OUT/found-NAME-*; run it alone: $OUT/NAME FILE" >&2
    exit 1
}
