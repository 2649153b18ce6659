# shellcheck shell=bash
# Minutes of load and trouble. ./build.sh soak reads this file.

readonly SOAK_PACKAGES=(curl perl libio-socket-ssl-perl)

soak() {
    ensure "${BUILD_PACKAGES[@]}" "${SOAK_PACKAGES[@]}"
    module
    mint
    choose_binary
    export TEST_NGINX_BINARY=$NGINX_BINARY TEST_NGINX_LOAD_MODULES=$ROOT/build/$MODULE.so
    t/soak/soak.pl "$@"
}
