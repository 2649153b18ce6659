# shellcheck shell=bash
# The fuzzers in t/fuzz. ./build.sh fuzz reads this file.

readonly FUZZ_PACKAGES=(clang libclang-rt-dev)

fuzz() {
    local -a flags=(CXX=clang++ CC=clang CXXFLAGS="-O1 -gline-tables-only" CFLAGS=-O1
        SANITIZE="-fsanitize=address,undefined,float-cast-overflow,fuzzer-no-link \
            -fno-sanitize-recover=all")
    ensure "${BUILD_PACKAGES[@]}" "${UNIT_PACKAGES[@]}" "${FUZZ_PACKAGES[@]}"
    make_tools build/fuzz fuzzers "${flags[@]}"
    export JOBS
    OUT=build/fuzz t/fuzz/run.sh "$@"
    say "the fuzzers found nothing"
}
