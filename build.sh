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
readonly FUZZ_PACKAGES=(clang libclang-rt-dev)

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
  asan [NAME…]   run the unit tests under AddressSanitizer and UndefinedBehaviorSanitizer
  fuzz [SECONDS [NAME…]]   fuzz what reads foreign bytes, each fuzzer for a minute or as told
  mutate [PATTERN…]   take each check out of the sources, and show the unit test that then fails
  e2e            test against npm's oidc-provider, an authorization server, and npm's jose
  bench [ARM…]   measure what a request costs; bench --help has the options
  bench slow     measure what a slow authorization server costs others, and how often it is asked
  mint           build the token mint: build/mint
  check          format, lint, floors, sizes, exported symbols, and whether the module loads
  clean          remove build/

  NGINX_SRC=DIR  build against this NGINX source tree instead of Debian's nginx-dev. DIR stays as it
                 is; `test`, `demo` and `check` run the NGINX of that tree.
  NGINX_CONFIGURE="--with-…"   the arguments for that tree's ./configure
  JOBS=N         compile N files at a time
END
}

say() { printf '==> %s\n' "$*"; }

die() {
    printf 'build.sh: %s\n' "$*" >&2
    exit 1
}

# ---- Packages

# Prints which of the named packages are not installed. Where there is no dpkg nothing counts as
# missing: NGINX's ./configure and the compiler then name what they lack.
missing() {
    local package
    command -v dpkg-query >/dev/null || return 0
    for package; do
        [[ -n $NGINX_SRC && $package == nginx* ]] && continue
        dpkg-query -W -f='${db:Status-Status}\n' "$package" 2>/dev/null | grep -qx installed ||
            echo "$package"
    done
}

# Stops with the command that installs what is missing.
need() {
    local -a absent
    mapfile -t absent < <(missing "$@")
    ((${#absent[@]} == 0)) || die "these packages are missing: ${absent[*]}
  ./build.sh deps   installs all that building and testing need; as root, this installs these alone:
  apt-get install --no-install-recommends ${absent[*]}"
}

as_root() {
    if ((EUID == 0)); then
        env DEBIAN_FRONTEND=noninteractive "$@"
    elif command -v sudo >/dev/null; then
        sudo env DEBIAN_FRONTEND=noninteractive "$@"
    else
        die "installing needs root, and there is no sudo. Run this as root: ./build.sh deps"
    fi
}

apt_install() {
    mkdir -p build
    as_root apt-get install -qq -y --no-install-recommends -o Dpkg::Use-Pty=0 "$@" >build/apt.log ||
        die "apt-get failed; build/apt.log has its words"
}

update_lists() {
    [[ -n ${lists_updated:-} ]] || as_root apt-get update -qq
    lists_updated=yes
}

# Installs what is missing of the named packages; apt is called only where something is.
ensure() {
    local -a absent
    mapfile -t absent < <(missing "$@")
    ((${#absent[@]} > 0)) || return 0
    say "installing ${absent[*]}"
    update_lists
    apt_install "${absent[@]}"

    # Debian starts a newly installed nginx on port 80. Nobody has asked for that server here.
    if [[ " ${absent[*]} " == *" nginx "* ]] && systemctl is-active --quiet nginx 2>/dev/null; then
        as_root systemctl disable --now nginx
        say "stopped and disabled the new nginx service; undo: systemctl enable --now nginx"
    fi
}

# Prints the sid twin of the machine's own apt entry, one-line or deb822, as "FORMAT<newline>ENTRY".
sid_entry() {
    local suite entry
    # shellcheck source=/dev/null
    suite=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
    entry=$(cat /etc/apt/sources.list /etc/apt/sources.list.d/*.list 2>/dev/null | sed -nE \
        "s/^deb([[:space:]]+\[[^]]*\])?[[:space:]]+([^[:space:]]+)[[:space:]]+${suite}[[:space:]].*\bmain\b.*/deb\1 \2 sid main/p")
    if [[ -n $entry ]]; then
        printf 'list\n%s\n' "${entry%%$'\n'*}"
        return
    fi
    cat /etc/apt/sources.list.d/*.sources 2>/dev/null | awk -v RS= -v suite="$suite" '
        "\n" $0 "\n" ~ "\nSuites:[^\n]*[ \t]" suite "[ \t\n]" && /\nComponents:[^\n]*[ \t]main/ {
            sub(/Suites:[^\n]*/, "Suites: sid")
            sub(/Components:[^\n]*/, "Components: main")
            print "sources\n" $0
            exit
        }'
}

# Debian has Test::Nginx from sid on. The package is nothing but Perl, so this one is taken from
# there, with package lists of its own: nothing of sid stays configured.
test_nginx_from_sid() {
    local dir=$1 entry
    entry=$(sid_entry)
    [[ -n $entry ]] || return 1
    echo "${entry#*$'\n'}" >"$dir/sid.${entry%%$'\n'*}"
    mkdir -p "$dir/lists/partial" "$dir/cache/archives/partial"
    chmod 755 "$dir" # apt reads packages as a user of its own
    local -a apt=(apt-get -qq -o Dir::Etc::SourceList="$dir/sid.${entry%%$'\n'*}"
        -o Dir::Etc::SourceParts=- -o Dir::State::Lists="$dir/lists" -o Dir::Cache="$dir/cache"
        -o Acquire::Languages=none -o APT::Sandbox::User=root)
    "${apt[@]}" update && (cd "$dir" && "${apt[@]}" download libtest-nginx-perl) &&
        apt_install "$dir"/libtest-nginx-perl_*.deb
}

ensure_test_nginx() {
    local dir installed=yes
    perl -MTest::Nginx::Socket -e1 2>/dev/null && return
    say "installing Test::Nginx"
    update_lists
    if apt-cache show libtest-nginx-perl >/dev/null 2>&1; then
        apt_install libtest-nginx-perl
        return
    fi
    dir=$(mktemp -d)
    test_nginx_from_sid "$dir" || installed=no
    rm -rf "$dir"
    [[ $installed == yes ]] || die "Test::Nginx could not be taken from Debian sid, which has it.
  Install it from CPAN: cpanm Test::Nginx"
}

deps() {
    ensure "${BUILD_PACKAGES[@]}" "${TEST_PACKAGES[@]}"
    ensure_test_nginx
    say "all packages for building and testing are installed"
}

# ---- The module

# The version of the source tree $1.
nginx_version() { sed -n 's/^#define NGINX_VERSION *"\(.*\)"/\1/p' "$1/src/core/nginx.h"; }

# One of the options that the installed nginx was configured with.
nginx_option() { nginx -V 2>&1 | sed -n "s/.*$1='\([^']*\)'.*/\1/p"; }

# Sets `tree` and `flags`: the sources to configure, and how.
choose_nginx() {
    if [[ -n $NGINX_SRC ]]; then
        tree=$NGINX_SRC
        [[ -f $tree/src/core/nginx.h ]] || die "NGINX_SRC=$tree is not an NGINX source tree"
        local default="--with-compat --with-debug --with-threads --with-http_ssl_module
            --with-http_v2_module --with-http_realip_module --with-http_auth_request_module"
        read -r -d '' -a flags <<<"${NGINX_CONFIGURE:-$default}" || true
        return
    fi
    local installed
    tree=/usr/share/nginx/src
    installed=$(nginx -v 2>&1 | sed 's|.*nginx/\([^ ]*\).*|\1|')
    [[ $installed == "$(nginx_version $tree)" ]] ||
        die "nginx is $installed, nginx-dev is for $(nginx_version $tree).
  Install both from one place, or name the sources of your nginx: NGINX_SRC=DIR ./build.sh"
    # shellcheck source=/dev/null
    . $tree/conf_flags
    flags=("${NGX_CONF_FLAGS[@]}" "--with-cc-opt=$(nginx_option --with-cc-opt)"
        "--with-ld-opt=$(nginx_option --with-ld-opt)")
}

# All that a configured tree depends on: when this changes it is configured anew.
recipe() {
    printf '%s\n' "${flags[@]}" src/*.cpp src/*/*.cpp src/*/*.h
    cksum config
    (cd "$tree" && find . -path ./objs -prune -o -type f -printf '%p %s %T@\n' | sort | cksum)
}

configure_nginx() {
    local tree configure=./configure
    local -a flags
    choose_nginx
    cmp -s <(recipe) "$WORK/recipe" && return
    say "configuring nginx $(nginx_version "$tree"), see ${WORK#"$ROOT"/}.log"
    rm -rf "$WORK"
    cp -r "$tree" "$WORK"
    rm -rf "$WORK/objs"
    [[ -f $WORK/configure ]] || configure=auto/configure # a checkout of the repository
    (cd "$WORK" && $configure "${flags[@]}" "--add-dynamic-module=$ROOT") >"$WORK.log" 2>&1 ||
        die "configuring nginx failed:
$(tail -n 5 "$WORK.log")"
    recipe >"$WORK/recipe"
}

# Makes one target of NGINX's makefile. The lock lets two shells build at once.
make_nginx() {
    [[ $ROOT != *[[:space:]]* ]] || die "NGINX cannot be built in a folder with spaces: $ROOT"
    need "${BUILD_PACKAGES[@]}"
    mkdir -p build
    {
        flock 9
        configure_nginx
        make -s -j"$JOBS" -C "$WORK" -f objs/Makefile "$1"
    } 9>build/lock
}

module() {
    make_nginx modules
    # A new file: an nginx that runs with the old one keeps it.
    cmp -s "$WORK/objs/$MODULE.so" "build/$MODULE.so" ||
        cp --remove-destination "$WORK/objs/$MODULE.so" build/
    say "built build/$MODULE.so for nginx $(nginx_version "$WORK")"
}

# Sets NGINX_BINARY to the nginx that the module is for. (NGINX itself is taken: nginx reads from that
# variable which sockets it inherits.)
choose_binary() {
    if [[ -n $NGINX_SRC ]]; then
        make_nginx binary
        export NGINX_BINARY=$WORK/objs/nginx
    else
        NGINX_BINARY=$(command -v nginx)
        export NGINX_BINARY
    fi
}

# ---- Tests

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

# Runs one unit test of the folder $1 by its name $2 and prints its closing lines.
run_unit() {
    local program=$1/unit/$2 arguments
    # Left unquoted below: patterns of our own test files, for the shell to expand.
    arguments=$(sed -n 's|^// args: ||p' t/unit/"$2".c*)
    # shellcheck disable=SC2086
    timeout 300 "$program" $arguments >"$program.log" 2>&1 || {
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

unit() {
    units build "" "$@"
    t/unit/layers.sh
    say "unit tests passed"
}

asan() {
    units build/asan \
        "-O1 -fsanitize=address,undefined -fno-sanitize-recover=all -D_GLIBCXX_ASSERTIONS" "$@"
    say "unit tests passed under AddressSanitizer and UndefinedBehaviorSanitizer"
}

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

mutate() {
    ensure "${BUILD_PACKAGES[@]}" "${UNIT_PACKAGES[@]}" perl
    export JOBS
    t/mutate/mutate.pl "$@"
}

run_tests() {
    deps
    module
    mint
    (($# > 0)) || unit "$@"
    choose_binary
    export TEST_NGINX_BINARY=$NGINX_BINARY
    export TEST_NGINX_LOAD_MODULES=$ROOT/build/$MODULE.so
    # Files wait more than they compute: twice as many at once as there are cores.
    PATH=$ROOT/build:$PATH prove -j$((2 * JOBS)) --exec t/run_file.sh -r "${@:-t}"
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

case ${1:-module} in
    module | deps | mint | unit | asan | fuzz | mutate | demo | e2e | bench | check) "${1:-module}" "${@:2}" ;;
    test) run_tests "${@:2}" ;;
    clean) rm -rf build && say "removed build/" ;;
    help | -h | --help) usage ;;
    *)
        usage >&2
        exit 2
        ;;
esac
