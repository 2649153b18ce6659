#ifndef OAUTH2_RS_UNIT_FAILING_KEY_FUNCTIONS_H
#define OAUTH2_RS_UNIT_FAILING_KEY_FUNCTIONS_H

#include <jansson.h>
#include <openssl/bn.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/x509.h>

#include "failing_calls.h"

/* The functions by which a key is read and judged: for the one program that includes this header.
 */

using oauth2_rs::fakes::fails;

extern "C" {

decltype(BN_secure_new) __real_BN_secure_new;
BIGNUM* __wrap_BN_secure_new() { return fails() ? nullptr : __real_BN_secure_new(); }

decltype(BN_new) __real_BN_new;
BIGNUM* __wrap_BN_new() { return fails() ? nullptr : __real_BN_new(); }

decltype(BN_CTX_new) __real_BN_CTX_new;
BN_CTX* __wrap_BN_CTX_new() { return fails() ? nullptr : __real_BN_CTX_new(); }

decltype(BN_bin2bn) __real_BN_bin2bn;
BIGNUM* __wrap_BN_bin2bn(const unsigned char* bytes, int size, BIGNUM* number) {
    return fails() ? nullptr : __real_BN_bin2bn(bytes, size, number);
}

decltype(BN_lebin2bn) __real_BN_lebin2bn;
BIGNUM* __wrap_BN_lebin2bn(const unsigned char* bytes, int size, BIGNUM* number) {
    return fails() ? nullptr : __real_BN_lebin2bn(bytes, size, number);
}

decltype(BN_copy) __real_BN_copy;
BIGNUM* __wrap_BN_copy(BIGNUM* to, const BIGNUM* from) {
    return fails() ? nullptr : __real_BN_copy(to, from);
}

decltype(BN_nnmod) __real_BN_nnmod;
int __wrap_BN_nnmod(BIGNUM* out, const BIGNUM* number, const BIGNUM* modulus, BN_CTX* context) {
    return fails() ? 0 : __real_BN_nnmod(out, number, modulus, context);
}

decltype(BN_add) __real_BN_add;
int __wrap_BN_add(BIGNUM* out, const BIGNUM* left, const BIGNUM* right) {
    return fails() ? 0 : __real_BN_add(out, left, right);
}

decltype(BN_mod_sqr) __real_BN_mod_sqr;
int __wrap_BN_mod_sqr(BIGNUM* out, const BIGNUM* number, const BIGNUM* modulus, BN_CTX* context) {
    return fails() ? 0 : __real_BN_mod_sqr(out, number, modulus, context);
}

decltype(BN_mod_mul) __real_BN_mod_mul;
int __wrap_BN_mod_mul(BIGNUM* out, const BIGNUM* left, const BIGNUM* right, const BIGNUM* modulus,
                      BN_CTX* context) {
    return fails() ? 0 : __real_BN_mod_mul(out, left, right, modulus, context);
}

decltype(BN_mul_word) __real_BN_mul_word;
int __wrap_BN_mul_word(BIGNUM* number, BN_ULONG word) {
    return fails() ? 0 : __real_BN_mul_word(number, word);
}

decltype(BN_sub_word) __real_BN_sub_word;
int __wrap_BN_sub_word(BIGNUM* number, BN_ULONG word) {
    return fails() ? 0 : __real_BN_sub_word(number, word);
}

decltype(BN_add_word) __real_BN_add_word;
int __wrap_BN_add_word(BIGNUM* number, BN_ULONG word) {
    return fails() ? 0 : __real_BN_add_word(number, word);
}

decltype(BN_set_bit) __real_BN_set_bit;
int __wrap_BN_set_bit(BIGNUM* number, int bit) {
    return fails() ? 0 : __real_BN_set_bit(number, bit);
}

decltype(BN_set_word) __real_BN_set_word;
int __wrap_BN_set_word(BIGNUM* number, BN_ULONG word) {
    return fails() ? 0 : __real_BN_set_word(number, word);
}

decltype(BN_lshift) __real_BN_lshift;
int __wrap_BN_lshift(BIGNUM* out, const BIGNUM* number, int bits) {
    return fails() ? 0 : __real_BN_lshift(out, number, bits);
}

decltype(OSSL_PARAM_BLD_new) __real_OSSL_PARAM_BLD_new;
OSSL_PARAM_BLD* __wrap_OSSL_PARAM_BLD_new() {
    return fails() ? nullptr : __real_OSSL_PARAM_BLD_new();
}

decltype(OSSL_PARAM_BLD_push_BN) __real_OSSL_PARAM_BLD_push_BN;
int __wrap_OSSL_PARAM_BLD_push_BN(OSSL_PARAM_BLD* builder, const char* name, const BIGNUM* number) {
    return fails() ? 0 : __real_OSSL_PARAM_BLD_push_BN(builder, name, number);
}

decltype(OSSL_PARAM_BLD_push_octet_string) __real_OSSL_PARAM_BLD_push_octet_string;
int __wrap_OSSL_PARAM_BLD_push_octet_string(OSSL_PARAM_BLD* builder, const char* name,
                                            const void* bytes, std::size_t size) {
    return fails() ? 0 : __real_OSSL_PARAM_BLD_push_octet_string(builder, name, bytes, size);
}

decltype(OSSL_PARAM_BLD_push_utf8_string) __real_OSSL_PARAM_BLD_push_utf8_string;
int __wrap_OSSL_PARAM_BLD_push_utf8_string(OSSL_PARAM_BLD* builder, const char* name,
                                           const char* text, std::size_t size) {
    return fails() ? 0 : __real_OSSL_PARAM_BLD_push_utf8_string(builder, name, text, size);
}

decltype(OSSL_PARAM_BLD_to_param) __real_OSSL_PARAM_BLD_to_param;
OSSL_PARAM* __wrap_OSSL_PARAM_BLD_to_param(OSSL_PARAM_BLD* builder) {
    return fails() ? nullptr : __real_OSSL_PARAM_BLD_to_param(builder);
}

decltype(EVP_PKEY_CTX_new_from_name) __real_EVP_PKEY_CTX_new_from_name;
EVP_PKEY_CTX* __wrap_EVP_PKEY_CTX_new_from_name(OSSL_LIB_CTX* library, const char* name,
                                                const char* properties) {
    return fails() ? nullptr : __real_EVP_PKEY_CTX_new_from_name(library, name, properties);
}

decltype(EVP_PKEY_CTX_new_from_pkey) __real_EVP_PKEY_CTX_new_from_pkey;
EVP_PKEY_CTX* __wrap_EVP_PKEY_CTX_new_from_pkey(OSSL_LIB_CTX* library, EVP_PKEY* key,
                                                const char* properties) {
    return fails() ? nullptr : __real_EVP_PKEY_CTX_new_from_pkey(library, key, properties);
}

decltype(EVP_PKEY_fromdata_init) __real_EVP_PKEY_fromdata_init;
int __wrap_EVP_PKEY_fromdata_init(EVP_PKEY_CTX* context) {
    return fails() ? -2 : __real_EVP_PKEY_fromdata_init(context);
}

decltype(EVP_PKEY_fromdata) __real_EVP_PKEY_fromdata;
int __wrap_EVP_PKEY_fromdata(EVP_PKEY_CTX* context, EVP_PKEY** key, int selection,
                             OSSL_PARAM* parameters) {
    return fails() ? -2 : __real_EVP_PKEY_fromdata(context, key, selection, parameters);
}

decltype(EVP_PKEY_encrypt_init) __real_EVP_PKEY_encrypt_init;
int __wrap_EVP_PKEY_encrypt_init(EVP_PKEY_CTX* context) {
    return fails() ? -2 : __real_EVP_PKEY_encrypt_init(context);
}

decltype(EVP_PKEY_encrypt) __real_EVP_PKEY_encrypt;
int __wrap_EVP_PKEY_encrypt(EVP_PKEY_CTX* context, unsigned char* out, std::size_t* room,
                            const unsigned char* in, std::size_t size) {
    return fails() ? -2 : __real_EVP_PKEY_encrypt(context, out, room, in, size);
}

decltype(EVP_PKEY_decrypt_init) __real_EVP_PKEY_decrypt_init;
int __wrap_EVP_PKEY_decrypt_init(EVP_PKEY_CTX* context) {
    return fails() ? -2 : __real_EVP_PKEY_decrypt_init(context);
}

decltype(EVP_PKEY_decrypt) __real_EVP_PKEY_decrypt;
int __wrap_EVP_PKEY_decrypt(EVP_PKEY_CTX* context, unsigned char* out, std::size_t* room,
                            const unsigned char* in, std::size_t size) {
    return fails() ? -2 : __real_EVP_PKEY_decrypt(context, out, room, in, size);
}

decltype(EVP_PKEY_private_check) __real_EVP_PKEY_private_check;
int __wrap_EVP_PKEY_private_check(EVP_PKEY_CTX* context) {
    return fails() ? -2 : __real_EVP_PKEY_private_check(context);
}

decltype(EVP_PKEY_pairwise_check) __real_EVP_PKEY_pairwise_check;
int __wrap_EVP_PKEY_pairwise_check(EVP_PKEY_CTX* context) {
    return fails() ? -2 : __real_EVP_PKEY_pairwise_check(context);
}

decltype(EVP_PKEY_public_check) __real_EVP_PKEY_public_check;
int __wrap_EVP_PKEY_public_check(EVP_PKEY_CTX* context) {
    return fails() ? -2 : __real_EVP_PKEY_public_check(context);
}

decltype(EVP_PKEY_get_raw_public_key) __real_EVP_PKEY_get_raw_public_key;
int __wrap_EVP_PKEY_get_raw_public_key(const EVP_PKEY* key, unsigned char* bytes,
                                       std::size_t* size) {
    return fails() ? 0 : __real_EVP_PKEY_get_raw_public_key(key, bytes, size);
}

decltype(EVP_PKEY_get_raw_private_key) __real_EVP_PKEY_get_raw_private_key;
int __wrap_EVP_PKEY_get_raw_private_key(const EVP_PKEY* key, unsigned char* bytes,
                                        std::size_t* size) {
    return fails() ? 0 : __real_EVP_PKEY_get_raw_private_key(key, bytes, size);
}

decltype(EVP_PKEY_new_raw_public_key_ex) __real_EVP_PKEY_new_raw_public_key_ex;
EVP_PKEY* __wrap_EVP_PKEY_new_raw_public_key_ex(OSSL_LIB_CTX* library, const char* type,
                                                const char* properties, const unsigned char* bytes,
                                                std::size_t size) {
    return fails() ? nullptr
                   : __real_EVP_PKEY_new_raw_public_key_ex(library, type, properties, bytes, size);
}

decltype(EVP_PKEY_new_raw_private_key_ex) __real_EVP_PKEY_new_raw_private_key_ex;
EVP_PKEY* __wrap_EVP_PKEY_new_raw_private_key_ex(OSSL_LIB_CTX* library, const char* type,
                                                 const char* properties, const unsigned char* bytes,
                                                 std::size_t size) {
    return fails() ? nullptr
                   : __real_EVP_PKEY_new_raw_private_key_ex(library, type, properties, bytes, size);
}

decltype(EVP_PKEY_get_bn_param) __real_EVP_PKEY_get_bn_param;
int __wrap_EVP_PKEY_get_bn_param(const EVP_PKEY* key, const char* name, BIGNUM** number) {
    return fails() ? 0 : __real_EVP_PKEY_get_bn_param(key, name, number);
}

decltype(EVP_PKEY_get_group_name) __real_EVP_PKEY_get_group_name;
int __wrap_EVP_PKEY_get_group_name(const EVP_PKEY* key, char* name, std::size_t room,
                                   std::size_t* size) {
    return fails() ? 0 : __real_EVP_PKEY_get_group_name(key, name, room, size);
}

decltype(EVP_MD_CTX_new) __real_EVP_MD_CTX_new;
EVP_MD_CTX* __wrap_EVP_MD_CTX_new() { return fails() ? nullptr : __real_EVP_MD_CTX_new(); }

decltype(i2d_PUBKEY) __real_i2d_PUBKEY;
int __wrap_i2d_PUBKEY(const EVP_PKEY* key, unsigned char** out) {
    return fails() ? -1 : __real_i2d_PUBKEY(key, out);
}

decltype(d2i_AutoPrivateKey) __real_d2i_AutoPrivateKey;
EVP_PKEY* __wrap_d2i_AutoPrivateKey(EVP_PKEY** out, const unsigned char** in, long size) {
    return fails() ? nullptr : __real_d2i_AutoPrivateKey(out, in, size);
}

decltype(d2i_PUBKEY) __real_d2i_PUBKEY;
EVP_PKEY* __wrap_d2i_PUBKEY(EVP_PKEY** out, const unsigned char** in, long size) {
    return fails() ? nullptr : __real_d2i_PUBKEY(out, in, size);
}

decltype(d2i_PublicKey) __real_d2i_PublicKey;
EVP_PKEY* __wrap_d2i_PublicKey(int type, EVP_PKEY** out, const unsigned char** in, long size) {
    return fails() ? nullptr : __real_d2i_PublicKey(type, out, in, size);
}

decltype(d2i_X509) __real_d2i_X509;
X509* __wrap_d2i_X509(X509** out, const unsigned char** in, long size) {
    return fails() ? nullptr : __real_d2i_X509(out, in, size);
}

decltype(X509_get_pubkey) __real_X509_get_pubkey;
EVP_PKEY* __wrap_X509_get_pubkey(X509* certificate) {
    return fails() ? nullptr : __real_X509_get_pubkey(certificate);
}

decltype(json_object_set_new) __real_json_object_set_new;
int __wrap_json_object_set_new(json_t* object, const char* name, json_t* value) {
    if (!fails()) {
        return __real_json_object_set_new(object, name, value);
    }
    ERR_clear_error();
    json_decref(value);
    return -1;
}

}  // extern "C"

#endif
