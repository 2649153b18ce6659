# shellcheck shell=bash
# The tests in throw-away systems of each Debian that has another NGINX, OpenSSL, cjose, jansson and
# compiler. ./build.sh matrix reads this file.

# shellcheck source=scripts/roots.sh
. scripts/roots.sh

readonly SUITES=(bookworm trixie sid)
# What is run with the module that clang has built; the unit tests are run as well.
readonly CLANG_TESTS=(t/answers.t t/reload.t t/signatures.t)

# The version of clang in this suite. That of Debian 12 takes C++ for C++14 unless it is told, which
# NGINX's makefile can't do for our files alone.
clang_of() {
    case $1 in
        bookworm) echo -16 ;;
        *) echo '' ;;
    esac
}

# Unpacks into the folder $2 a system of this suite that has all packages for the tests; kept as an
# archive, which is made anew where the list of packages changes.
new_test_root() {
    local suite=$1 dir=$2 archive clang
    clang=clang$(clang_of "$suite")
    archive=$ROOTS/$suite-$(printf '%s\n' "$clang" "${BUILD_PACKAGES[@]}" "${TEST_PACKAGES[@]}" |
        cksum | cut -d' ' -f1).tar
    if [[ -f $archive ]]; then
        ensure iproute2
        remove_root "$dir"
        mkdir -p "$dir"
        tar -xf "$archive" -C "$dir"
        return
    fi
    new_root "$suite" "$dir"
    say "installing what the tests need into Debian $suite, see build/roots/$suite.log"
    copy_project "$dir/project"
    in_root "$dir" online bash -ec '
        apt-get -qq update
        apt-get -qq install -y --no-install-recommends "$1"
        /project/build.sh deps
        rm -rf /project /var/cache/apt/archives/*.deb
    ' bash "$clang" >>"$ROOTS/$suite.log" 2>&1 || die "that failed; build/roots/$suite.log has its words"
    tar -cf "$archive.part" -C "$dir" .
    mv "$archive.part" "$archive"
}

# What the system in the folder $1 has, in one line; the further arguments are packages.
describe_root() {
    # shellcheck disable=SC2016
    in_root "$1" offline sh -c 'nginx -v 2>&1 | sed "s/.*: //"; openssl version | cut -d" " -f1,2
        dpkg-query -W -f "\${Package} \${Version}\n" libcjose-dev libjansson-dev g++ "$@"' sh "${@:2}" |
        paste -sd, | sed 's/,/, /g'
}

matrix_suite() {
    local suite=$1 dir=$ROOTS/$1 log=$ROOTS/$1.log version
    version=$(clang_of "$suite")
    new_test_root "$suite" "$dir"
    say "$suite: $(describe_root "$dir" "clang$version")"
    say "$suite: unit tests and Test::Nginx with g++, see build/roots/$suite.log"
    copy_project "$dir/project"
    in_root "$dir" offline env JOBS="$JOBS" /project/build.sh test >"$log" 2>&1 || matrix_failed "$log"
    say "$suite: unit tests and ${CLANG_TESTS[*]} with clang++"
    in_root "$dir" offline env JOBS="$JOBS" CC="clang$version" CXX="clang++$version" bash -ec '
        cd /project
        rm -rf build
        ./build.sh unit
        ./build.sh test "$@"
    ' bash "${CLANG_TESTS[@]}" >"$log" 2>&1 || matrix_failed "$log"
    remove_root "$dir"
    say "$suite: passed"
}

matrix_failed() {
    tail -n 60 "$1"
    die "that failed; build/roots/ has the whole log, and the system as it was left"
}

matrix() {
    local suite
    (($# > 0)) || set -- "${SUITES[@]}"
    ((EUID == 0)) || {
        as_root "$ROOT/build.sh" matrix "$@"
        return
    }
    for suite; do
        matrix_suite "$suite"
    done
    say "tests passed in Debian $*"
}
