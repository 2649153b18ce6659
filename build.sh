#!/usr/bin/env bash
# Builds, tests and shows the module. `./build.sh help` lists what it can do.
set -euo pipefail

NGINX_SRC=${NGINX_SRC:+$(realpath "$NGINX_SRC")}
cd "$(dirname "${BASH_SOURCE[0]}")"

readonly ROOT=$PWD
readonly MODULE=ngx_http_oauth2_rs_module
readonly JOBS=${JOBS:-$(nproc)}
# Where NGINX is configured and the module compiled; each of the two ways has its own folder.
readonly WORK=$ROOT/build/nginx${NGINX_SRC:+-src}

readonly BUILD_PACKAGES=(g++ make pkg-config libcjose-dev libjansson-dev libssl-dev zlib1g-dev
                         libpcre2-dev nginx nginx-dev)
readonly DEMO_PACKAGES=(curl openssl)
readonly UNIT_PACKAGES=(libcmocka-dev)
readonly TEST_PACKAGES=("${UNIT_PACKAGES[@]}" "${DEMO_PACKAGES[@]}" perl)
readonly BENCH_PACKAGES=(perl valgrind wrk)
readonly CHECK_PACKAGES=(clang-format clang-tidy shellcheck)

# An ordinary user's PATH lacks the folders of nginx and of dpkg's tools.
export PATH=$PATH:/usr/sbin:/sbin

usage() {
    cat <<'END'
Usage: ./build.sh [COMMAND]

  (none)         build the module: build/ngx_http_oauth2_rs_module.so
  deps           install with apt what building and testing need
  demo [--keep]  show the module at work on loopback; --keep leaves NGINX running
  test [FILE…]   build, run the unit tests and the Test::Nginx files; FILE… runs those files alone
  unit [NAME…]   build and run the unit tests, all or those named (base64url_test)
  asan [NAME…]   the unit tests, and the Test::Nginx files over an NGINX that holds the module, under
                 AddressSanitizer and UndefinedBehaviorSanitizer; NAME… runs those unit tests alone,
                 `asan unit [NAME…]` the unit tests, `asan nginx [FILE…]` the Test::Nginx files
  valgrind …     the same under valgrind, with the same words behind it; all of it takes an hour
  static [FILE…] run the Test::Nginx files, or a choice of them, with the module linked into NGINX
  matrix [SUITE…]   run the tests in throw-away Debians (bookworm, trixie, sid), each with its own
                 NGINX and libraries, with g++ and clang++ (as root, or with sudo)
  deb            build the Debian package; install, use and remove it in a throw-away Debian (likewise)
  fuzz [SECONDS [NAME…]]   fuzz what reads foreign bytes, each fuzzer for a minute or as told
  mutate [PATTERN…]   take each check out of the sources, and show the unit test that then fails
  coverage [FILE…]   the unit tests and the Test::Nginx files, or a choice of these, and the lines
                 that none of them runs
  soak [MINUTES] put an NGINX under load, reload it, kill its workers, and account for every answer
  e2e            test against npm's oidc-provider, an authorization server, and npm's jose
  bench [ARM…]   measure what a request costs; bench --help has the options
  bench slow     measure what a slow authorization server costs others, and how often it is asked
  mint           build the token mint: build/mint
  check          format, lint, floors, sizes, exported symbols, and whether the module loads
  clean          remove build/

  NGINX_SRC=DIR  build against this NGINX source tree instead of Debian's nginx-dev. DIR stays as it
                 is; `test`, `demo` and `check` run the NGINX of that tree, and `asan`, `valgrind`
                 and `static` build theirs from it instead of Debian's source package.
  NGINX_CONFIGURE="--with-…"   the arguments for that tree's ./configure
  JOBS=N         compile N files at a time
END
}

# shellcheck source=scripts/packages.sh
. scripts/packages.sh
# shellcheck source=scripts/nginx.sh
. scripts/nginx.sh
# shellcheck source=scripts/tests.sh
. scripts/tests.sh

deps() {
    ensure "${BUILD_PACKAGES[@]}" "${TEST_PACKAGES[@]}"
    ensure_test_nginx
    say "all packages for building and testing are installed"
}

unit() {
    units build "" "$@"
    t/unit/layers.sh
    (($# > 0)) || t/unit/library_calls.sh build/obj
    say "unit tests passed"
}

run_tests() {
    deps
    module
    mint
    (($# > 0)) || unit "$@"
    choose_binary
    test_nginx "$NGINX_BINARY" "$ROOT/build/$MODULE.so" "${@:-t}"
    say "tests passed"
}

demo() {
    ensure "${BUILD_PACKAGES[@]}" "${DEMO_PACKAGES[@]}"
    module
    mint
    choose_binary
    exec examples/demo.sh "$@"
}

e2e() {
    local -a node=()
    command -v node >/dev/null && command -v npm >/dev/null || node=(nodejs npm)
    ensure "${BUILD_PACKAGES[@]}" "${DEMO_PACKAGES[@]}" "${node[@]}"
    module
    mint
    choose_binary
    t/e2e/run.sh
    say "the end-to-end tests passed"
}

bench() {
    need "${BUILD_PACKAGES[@]}" "${BENCH_PACKAGES[@]}"
    module
    make_tools build mint measure
    choose_binary
    export MODULE_FILE=$ROOT/build/$MODULE.so
    [[ ${1:-} != slow ]] || exec t/bench/slow.pl "${@:2}"
    exec t/bench/bench.pl "$@"
}

check() {
    ensure "${BUILD_PACKAGES[@]}" "${UNIT_PACKAGES[@]}" "${CHECK_PACKAGES[@]}"
    module
    choose_binary
    export WORK JOBS
    t/check/check.sh
    say "all checks passed"
}

clean() {
    # Throw-away systems are root's.
    [[ ! -e build/roots || -O build/roots ]] || as_root rm -rf --one-file-system "$ROOT/build/roots"
    rm -rf build
    say "removed build/"
}

case ${1:-module} in
    module | deps | mint | unit | demo | e2e | bench | check) "${1:-module}" "${@:2}" ;;
    asan | valgrind | static | deb | matrix | fuzz | mutate | soak | coverage)
        # shellcheck source=/dev/null
        . "scripts/$1.sh"
        "$@"
        ;;
    test) run_tests "${@:2}" ;;
    clean) clean ;;
    help | -h | --help) usage ;;
    *)
        usage >&2
        exit 2
        ;;
esac
