# shellcheck shell=bash
# Builds what stands beside the module, and runs the tests. ./build.sh reads this file.

# Makes a target of t/Makefile: make_tools OUT TARGET [VARIABLE=VALUE…]
make_tools() {
    mkdir -p build
    { flock 9 && make -s -j"$JOBS" -f t/Makefile OUT="$1" "${@:2}"; } 9>build/lock
}

mint() {
    need "${BUILD_PACKAGES[@]}"
    make_tools build mint
    say "built build/mint"
}

# What a unit test is run with, such as valgrind, and for how many seconds at most.
runner=()
patience=300

# Builds and runs unit tests: units OUT SANITIZE [NAME…], all where none is named.
units() {
    local out=$1 sanitize=$2
    local -a names=("${@:3}")
    need "${BUILD_PACKAGES[@]}" "${UNIT_PACKAGES[@]}"
    ((${#names[@]} > 0)) || mapfile -t names < <(basename -a t/unit/*_test.c* | sed 's/\..*//')
    make_tools "$out" units UNITS="${names[*]}" SANITIZE="$sanitize"
    printf '%s\n' "${names[@]}" |
        xargs -P "$JOBS" -I{} t/unit/run.sh {} "$out" "$patience" "${runner[@]}" ||
        die "a unit test failed"
}

# Runs Test::Nginx files, all where none is named, with the nginx $1 and the module file $2. Where
# that is empty the module is in this nginx.
test_nginx() {
    export TEST_NGINX_BINARY=$1 TEST_NGINX_LOAD_MODULES=$2
    # Files wait more than they compute: twice as many at once as there are cores.
    PATH=$ROOT/build:$PATH prove -j$((2 * JOBS)) --exec t/run_file.sh -r "${@:3}"
}
