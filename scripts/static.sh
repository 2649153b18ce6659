# shellcheck shell=bash
# The module linked into NGINX: ./configure --add-module instead of a file that is loaded.
# ./build.sh static reads this file.

# What linking decides: the order of the handlers, and whether all works without load_module.
readonly STATIC_TESTS=(t/access_order.t t/answers.t t/reload.t t/satisfy.t t/signatures.t)

static() {
    local work=$ROOT/build/nginx-static
    deps
    mint
    build_nginx "$work" --add-module "-g -O2" "" binary
    (($# > 0)) || set -- "${STATIC_TESTS[@]}"
    test_nginx "$work/objs/nginx" "" "$@"
    say "tests passed in an NGINX that the module is linked into: ${work#"$ROOT"/}/objs/nginx"
}
