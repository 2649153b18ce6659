#!/usr/bin/env bash
# Runs one unit test and prints its name and closing lines, or all that it said where it fails.
#   run.sh NAME OUT SECONDS [RUNNER…]
#
# OUT is the folder it was built in, SECONDS how long it may take, RUNNER what it is run with, such as
# valgrind. Exits with 255 where it fails: xargs then starts no other.
set -euo pipefail

name=$1 program=$2/unit/$1 patience=$3
# Left unquoted below: patterns of our own test files, for the shell to expand.
arguments=$(sed -n 's|^// args: ||p' t/unit/"$name".c*)
# shellcheck disable=SC2086
timeout "$patience" "${@:4}" "$program" $arguments >"$program.log" 2>&1 || {
    printf '%s\n%s failed\n' "$(cat "$program.log")" "$name" >&2
    exit 255
}
# In one piece, for others run beside it.
printf '%s\n%s\n' "$name" \
    "$(grep -E '^\[(==========\] .*run\.|  PASSED)' "$program.log" || tail -n 1 "$program.log")"
