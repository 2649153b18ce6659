# shellcheck shell=bash
# The tests under AddressSanitizer, LeakSanitizer and UndefinedBehaviorSanitizer.
# ./build.sh asan reads this file.

readonly SANITIZERS="-fsanitize=address,undefined,float-cast-overflow"

asan_units() {
    units build/asan "-O1 $SANITIZERS -fno-sanitize-recover=all -D_GLIBCXX_ASSERTIONS" "$@"
    say "unit tests passed under AddressSanitizer and UndefinedBehaviorSanitizer"
}

# What NGINX is compiled with. NGX_DEBUG_PALLOC makes each allocation from a pool one of its own, which
# AddressSanitizer can guard. GCC takes fewer values for initialized once the sanitizers are in.
asan_cc_options() {
    echo "-g -O1 -fno-omit-frame-pointer $SANITIZERS -D_GLIBCXX_ASSERTIONS" \
        "-DNGX_DEBUG_PALLOC=1 -DNGX_DEBUG_MALLOC=1 -Wno-error=maybe-uninitialized"
}

# Writes build/asan/nginx, which starts the sanitized NGINX with its options; each process that finds
# something leaves a file in build/asan/reports. Leaks don't count where NGINX only tests its
# configuration or sends a signal: then it leaves without freeing what it read. Tests of faults load
# libraries of their own before AddressSanitizer's.
asan_wrapper() {
    local reports=$ROOT/build/asan/reports rules=$ROOT/t/sanitizers
    rm -rf "$reports"
    mkdir -p "$reports"
    cat >build/asan/nginx <<END
#!/bin/sh
ASAN_OPTIONS=log_path=$reports/report:detect_stack_use_after_return=1:strict_string_checks=1:verify_asan_link_order=0
UBSAN_OPTIONS=log_path=$reports/report:print_stacktrace=1:suppressions=$rules/undefined.supp
LSAN_OPTIONS=suppressions=$rules/leak.supp:print_suppressions=0
for argument; do
    case \$argument in -t | -T | -s) LSAN_OPTIONS=detect_leaks=0 ;; esac
done
export ASAN_OPTIONS UBSAN_OPTIONS LSAN_OPTIONS
exec $ROOT/build/nginx-asan/objs/nginx "\$@"
END
    chmod +x build/asan/nginx
}

asan_nginx() {
    local passed=yes
    deps
    mint
    # The module is linked in: NGINX unloads modules before LeakSanitizer could name their functions.
    build_nginx "$ROOT/build/nginx-asan" --add-module "$(asan_cc_options)" "$SANITIZERS" binary
    asan_wrapper
    TEST_NGINX_SANITIZED=1 TEST_NGINX_TIMEOUT=20 test_nginx "$ROOT/build/asan/nginx" "" "${@:-t}" ||
        passed=no
    if compgen -G 'build/asan/reports/*' >/dev/null; then
        head -n 60 build/asan/reports/*
        die "the sanitizers found something; the reports above are in build/asan/reports"
    fi
    [[ $passed == yes ]] || die "tests failed under the sanitizers"
    say "tests passed in an NGINX under AddressSanitizer and UndefinedBehaviorSanitizer"
}

asan() {
    case ${1:-all} in
        all)
            asan_units
            asan_nginx
            ;;
        unit) asan_units "${@:2}" ;;
        nginx) asan_nginx "${@:2}" ;;
        *) asan_units "$@" ;;
    esac
}
