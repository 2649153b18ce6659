# shellcheck shell=bash
# Whether a unit test fails without each check. ./build.sh mutate reads this file.

mutate() {
    ensure "${BUILD_PACKAGES[@]}" "${UNIT_PACKAGES[@]}" perl
    export JOBS
    t/mutate/mutate.pl "$@"
    say "each check has a test that fails without it"
}
