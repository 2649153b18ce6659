# shellcheck shell=bash
# The tests under valgrind's memcheck, which also sees what libraries do with memory that nobody has
# written to. ./build.sh valgrind reads this file.

# A test may count with an operator new of its own: valgrind is to leave such alone.
readonly MEMCHECK=(valgrind --quiet --num-callers=40 --keep-debuginfo=yes
    --soname-synonyms=somalloc=nouserintercepts
    --leak-check=full --show-leak-kinds=definite --errors-for-leak-kinds=definite
    "--suppressions=$ROOT/t/sanitizers/valgrind.supp")

valgrind_units() {
    ensure valgrind libc6-dbg
    # shellcheck disable=SC2034 # units reads both
    runner=("${MEMCHECK[@]}" --error-exitcode=99)
    # shellcheck disable=SC2034
    patience=3000
    units build "" "$@"
    say "unit tests passed under valgrind"
}

# Writes build/valgrind/nginx, which starts NGINX under valgrind; each process leaves a file in
# build/valgrind/reports, which is empty where nothing was found. Leaks don't count where NGINX only
# tests its configuration or sends a signal: then it leaves without freeing what it read.
valgrind_wrapper() {
    local reports=$ROOT/build/valgrind/reports
    rm -rf "$reports"
    mkdir -p "$reports"
    cat >build/valgrind/nginx <<END
#!/bin/sh
leaks=full
for argument; do
    case \$argument in -t | -T | -s) leaks=no ;; esac
done
exec ${MEMCHECK[*]} --leak-check=\$leaks --log-file=$reports/report.%p \\
    $ROOT/build/nginx-valgrind/objs/nginx "\$@"
END
    chmod +x build/valgrind/nginx
}

valgrind_nginx() {
    local work=$ROOT/build/nginx-valgrind passed=yes
    local -a found
    ensure valgrind libc6-dbg
    deps
    mint
    # NGX_DEBUG_PALLOC makes each allocation from a pool one of its own, which valgrind can watch.
    build_nginx "$work" --add-dynamic-module "-g -O1 -DNGX_DEBUG_PALLOC=1" "" binary modules
    valgrind_wrapper
    TEST_NGINX_SANITIZED=1 TEST_NGINX_TIMEOUT=60 \
        test_nginx "$ROOT/build/valgrind/nginx" "$work/objs/$MODULE.so" "${@:-t}" || passed=no
    mapfile -t found < <(find build/valgrind/reports -type f -size +0)
    if ((${#found[@]} > 0)); then
        head -n 60 "${found[@]}"
        die "valgrind found something; the reports above are in build/valgrind/reports"
    fi
    [[ $passed == yes ]] || die "tests failed under valgrind"
    say "tests passed in an NGINX under valgrind"
}

valgrind() {
    case ${1:-all} in
        all)
            valgrind_units
            valgrind_nginx
            ;;
        unit) valgrind_units "${@:2}" ;;
        nginx) valgrind_nginx "${@:2}" ;;
        *) valgrind_units "$@" ;;
    esac
}
