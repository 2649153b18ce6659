#!/usr/bin/env bash
# Whatever function of a library the core calls, a unit test has made it fail (--wrap), or it is named
# here as one that can't. ./build.sh unit runs this over the objects that it has just built, and what
# the tests that it has just run have said (t/unit/told_failures.h):
#   library_calls.sh FOLDER   the folder of the objects
set -euo pipefail
cd "$(dirname "$0")/../.."
readonly objects=$1

# They answer, count, compare, copy what is there, or give back; none has a way to say that it failed.
readonly CANNOT_FAIL='
    .*_free .*_free_all .*_clear_free .*_release .*_delete .*_pop_free inflateEnd ERR_.*
    OPENSSL_cleanse OPENSSL_sk_num OPENSSL_sk_value OBJ_obj2nid .*_get0_.* PKCS12_SAFEBAG_get_nid
    PKCS12_mac_present ASN1_STRING_length ASN1_get_object BN_is_.* BN_num_bits BN_ucmp BN_value_one
    BN_mod_word EVP_sha256 EVP_PKEY_is_a EVP_PKEY_get_size EVP_CIPHER_CTX_set_flags
    OSSL_PARAM_construct_.* cjose_get_.* cjose_jwk_get_.* json_.*_alloc_funcs json_array_get
    json_array_size json_.*_value json_string_length json_object_get.* json_object_iter.*
    json_object_key_to_iter json_object_size'
# Memory runs short in them in t/unit/*memory_failures_test.cpp.
readonly ALLOCATE='CRYPTO_malloc'

libraries() { ldd "$(find "${objects%/obj}/unit" -type f -perm -u+x | head -n 1)" |
    awk '/lib(crypto|cjose|jansson|z)\.so/ { print $3 }'; }

called() {
    comm -12 \
        <(nm -u "$objects"/src/{base,jose,secret,token,shim}/*.o | awk '/ U / { print $2 }' | sort -u) \
        <(libraries | xargs -n 1 nm -D --defined-only | awk '{ sub(/@.*/, "", $3); print $3 }' | sort -u)
}

failed() {
    local -a logs
    mapfile -t logs < <(basename -a t/unit/*_test.c* | sed "s|\..*|.log|; s|^|${objects%/obj}/unit/|")
    sed -n 's/^failed in turn: //p' "${logs[@]}" | sort -u
}

found=$(called)
[[ -n $found ]] || {
    printf 'library_calls.sh: no calls of libraries in %s\n' "$objects" >&2
    exit 1
}
# shellcheck disable=SC2086
harmless=$(printf '^%s$\n' $CANNOT_FAIL $ALLOCATE)
missing=$(comm -23 <(echo "$found") <(failed) | grep -vEf <(echo "$harmless") || true)
[[ -z $missing ]] || {
    printf 'no unit test makes these fail:\n%s\n' "$missing" >&2
    exit 1
}
echo "each of $(wc -l <<<"$found") library functions fails in a test, or can't"
