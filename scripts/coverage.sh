# shellcheck shell=bash
# Which lines the tests run. ./build.sh coverage reads this file.

readonly COVERAGE_PACKAGES=(gcovr perl)

# Counts of an earlier run would hide what this one leaves out.
forget_counts() { find "$@" -name '*.gcda' -delete 2>/dev/null || true; }

coverage_units() {
    forget_counts build/coverage
    CXXFLAGS="-O0 -g" CFLAGS="-O0 -g" units build/coverage --coverage
}

coverage_nginx() {
    # shellcheck disable=SC2034 # make_nginx reads the first two
    local tree link=--add-dynamic-module work=$ROOT/build/nginx-coverage
    local -a flags
    choose_nginx
    # The last of the same options counts. The C library warns that it checks nothing without -O.
    flags+=("--with-cc-opt=-g -O0 -Wno-cpp --coverage $(nginx_option --with-cc-opt | grep -o -- '-I[^ ]*' || true)"
        "--with-ld-opt=--coverage")
    make_nginx "$work" modules
    forget_counts "$work"
    test_nginx "$NGINX_BINARY" "$work/objs/$MODULE.so" "${@:-t}"
}

# The units and the Test::Nginx files (all or those named) over code that counts its lines.
coverage() {
    deps
    ensure "${COVERAGE_PACKAGES[@]}"
    mint
    choose_binary
    coverage_units
    coverage_nginx "$@"
    gcovr --root . --filter src/ --json build/coverage.json \
        --txt build/coverage.txt --html-details build/coverage/report.html \
        build/coverage build/nginx-coverage
    cat build/coverage.txt
    t/coverage/uncovered.pl build/coverage.json t/coverage/explained
    say "each line of src/token, src/secret, src/jose and src/shim is covered or explained"
}
