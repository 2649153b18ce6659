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

# Runs one unit test of the folder $1 by its name $2 and prints its closing lines.
run_unit() {
    local program=$1/unit/$2 arguments
    # Left unquoted below: patterns of our own test files, for the shell to expand.
    arguments=$(sed -n 's|^// args: ||p' t/unit/"$2".c*)
    # shellcheck disable=SC2086
    timeout "$patience" "${runner[@]}" "$program" $arguments >"$program.log" 2>&1 || {
        cat "$program.log"
        die "$2 failed"
    }
    printf '%s\n' "$2"
    grep -E '^\[(==========\] .*run\.|  PASSED)' "$program.log" || tail -n 1 "$program.log"
}

# Builds and runs unit tests: units OUT SANITIZE [NAME…], all where none is named.
units() {
    local out=$1 sanitize=$2 name
    local -a names=("${@:3}")
    need "${BUILD_PACKAGES[@]}" "${UNIT_PACKAGES[@]}"
    ((${#names[@]} > 0)) || mapfile -t names < <(basename -a t/unit/*_test.c* | sed 's/\..*//')
    make_tools "$out" units UNITS="${names[*]}" SANITIZE="$sanitize"
    for name in "${names[@]}"; do
        run_unit "$out" "$name"
    done
}

# Runs Test::Nginx files, all where none is named, with the nginx $1 and the module file $2. Where
# that is empty the module is in this nginx.
test_nginx() {
    export TEST_NGINX_BINARY=$1 TEST_NGINX_LOAD_MODULES=$2
    # Files wait more than they compute: twice as many at once as there are cores.
    PATH=$ROOT/build:$PATH prove -j$((2 * JOBS)) --exec t/run_file.sh -r "${@:3}"
}
