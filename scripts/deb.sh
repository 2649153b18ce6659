# shellcheck shell=bash
# The Debian package: built with Debian's helper for NGINX modules, looked at by lintian, and installed,
# used and removed in a throw-away system. ./build.sh deb reads this file.

# shellcheck source=scripts/roots.sh
. scripts/roots.sh

readonly PACKAGE=libnginx-mod-http-oauth2-rs
readonly DEB_PACKAGES=(debhelper dpkg-dev lintian)

deb_build() {
    local version dir=build/deb
    ensure "${BUILD_PACKAGES[@]}" "${DEB_PACKAGES[@]}"
    version=$(dpkg-parsechangelog --show-field Version)
    rm -rf "$dir"
    copy_project "$dir/$PACKAGE-${version%-*}" --exclude=./debian
    tar -C "$dir" -czf "$dir/${PACKAGE}_${version%-*}.orig.tar.gz" "$PACKAGE-${version%-*}"
    cp -r debian "$dir/$PACKAGE-${version%-*}"
    say "building $PACKAGE $version, see $dir/log"
    (cd "$dir/$PACKAGE-${version%-*}" && dpkg-buildpackage -us -uc -j"$JOBS") >"$dir/log" 2>&1 ||
        die "building the package failed:
$(tail -n 20 "$dir/log")"
    dpkg-deb --field "$dir/${PACKAGE}"_*.deb Depends | grep -q 'nginx-abi-' ||
        die "the package does not depend on the ABI of the NGINX that it is for"
    lintian --allow-root --fail-on error,warning "$dir"/*.changes || die "lintian finds fault with the package"
    say "built $(echo "$dir/${PACKAGE}"_*.deb)"
}

# Installs the package from a file, runs the package's own tests, and removes it again.
deb_try() {
    local suite dir=$ROOTS/deb
    # shellcheck source=/dev/null
    suite=$(. /etc/os-release && echo "$VERSION_CODENAME")
    new_root "$suite" "$dir"
    cp build/deb/"${PACKAGE}"_*.deb debian/tests/refuses debian/tests/removed "$dir/root"
    say "installing the package in a throw-away Debian $suite, see build/deb/trial.log"
    in_root "$dir" online sh -ec '
        apt-get -qq update
        apt-get -qq install -y --no-install-recommends nginx curl /root/*.deb
    ' >build/deb/trial.log 2>&1 || die "installing the package failed, see build/deb/trial.log"
    in_root "$dir" offline /root/refuses
    in_root "$dir" offline /root/removed
    remove_root "$dir"
    say "the package was installed, refused a request without a token, and was removed"
}

deb() {
    [[ ${1:-} == try ]] || deb_build
    if ((EUID == 0)); then
        deb_try
    else
        as_root "$ROOT/build.sh" deb try
    fi
}
