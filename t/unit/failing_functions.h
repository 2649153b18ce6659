#ifndef OAUTH2_RS_UNIT_FAILING_FUNCTIONS_H
#define OAUTH2_RS_UNIT_FAILING_FUNCTIONS_H

#include <jansson.h>
#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/crypto.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <cstddef>
#include <string_view>

#include "told_failures.h"

/*
 * Functions of OpenSSL and jansson that fail when a test wants them to. The linker puts them in the
 * place of the real ones (--wrap), in the one program that includes this header.
 */
namespace oauth2_rs::fakes {

std::string_view failing;  // the function that fails; empty: none does
int failures = 0;          // how often it did

inline bool fails(std::string_view name) {
    if (name != failing) {
        return false;
    }
    ++failures;
    tell_failed(name);
    ERR_raise(ERR_LIB_USER, ERR_R_INTERNAL_ERROR);
    return true;
}

}  // namespace oauth2_rs::fakes

using oauth2_rs::fakes::fails;

extern "C" {

decltype(EVP_MD_fetch) __real_EVP_MD_fetch;
EVP_MD* __wrap_EVP_MD_fetch(OSSL_LIB_CTX* library, const char* name, const char* properties) {
    return fails("EVP_MD_fetch") ? nullptr : __real_EVP_MD_fetch(library, name, properties);
}

decltype(EVP_PKEY_CTX_new_from_pkey) __real_EVP_PKEY_CTX_new_from_pkey;
EVP_PKEY_CTX* __wrap_EVP_PKEY_CTX_new_from_pkey(OSSL_LIB_CTX* library, EVP_PKEY* key,
                                                const char* properties) {
    return fails("EVP_PKEY_CTX_new_from_pkey")
               ? nullptr
               : __real_EVP_PKEY_CTX_new_from_pkey(library, key, properties);
}

decltype(EVP_PKEY_verify_init) __real_EVP_PKEY_verify_init;
int __wrap_EVP_PKEY_verify_init(EVP_PKEY_CTX* context) {
    return fails("EVP_PKEY_verify_init") ? 0 : __real_EVP_PKEY_verify_init(context);
}

decltype(EVP_PKEY_CTX_set_rsa_padding) __real_EVP_PKEY_CTX_set_rsa_padding;
int __wrap_EVP_PKEY_CTX_set_rsa_padding(EVP_PKEY_CTX* context, int padding) {
    return fails("EVP_PKEY_CTX_set_rsa_padding")
               ? 0
               : __real_EVP_PKEY_CTX_set_rsa_padding(context, padding);
}

decltype(EVP_PKEY_CTX_set_rsa_mgf1_md) __real_EVP_PKEY_CTX_set_rsa_mgf1_md;
int __wrap_EVP_PKEY_CTX_set_rsa_mgf1_md(EVP_PKEY_CTX* context, const EVP_MD* digest) {
    return fails("EVP_PKEY_CTX_set_rsa_mgf1_md")
               ? 0
               : __real_EVP_PKEY_CTX_set_rsa_mgf1_md(context, digest);
}

decltype(EVP_PKEY_CTX_set_rsa_pss_saltlen) __real_EVP_PKEY_CTX_set_rsa_pss_saltlen;
int __wrap_EVP_PKEY_CTX_set_rsa_pss_saltlen(EVP_PKEY_CTX* context, int size) {
    return fails("EVP_PKEY_CTX_set_rsa_pss_saltlen")
               ? 0
               : __real_EVP_PKEY_CTX_set_rsa_pss_saltlen(context, size);
}

decltype(EVP_PKEY_CTX_set_signature_md) __real_EVP_PKEY_CTX_set_signature_md;
int __wrap_EVP_PKEY_CTX_set_signature_md(EVP_PKEY_CTX* context, const EVP_MD* digest) {
    return fails("EVP_PKEY_CTX_set_signature_md")
               ? 0
               : __real_EVP_PKEY_CTX_set_signature_md(context, digest);
}

decltype(EVP_DigestInit_ex2) __real_EVP_DigestInit_ex2;
int __wrap_EVP_DigestInit_ex2(EVP_MD_CTX* context, const EVP_MD* digest,
                              const OSSL_PARAM* parameters) {
    return fails("EVP_DigestInit_ex2") ? 0 : __real_EVP_DigestInit_ex2(context, digest, parameters);
}

decltype(EVP_DigestUpdate) __real_EVP_DigestUpdate;
int __wrap_EVP_DigestUpdate(EVP_MD_CTX* context, const void* data, std::size_t size) {
    return fails("EVP_DigestUpdate") ? 0 : __real_EVP_DigestUpdate(context, data, size);
}

decltype(EVP_DigestFinal_ex) __real_EVP_DigestFinal_ex;
int __wrap_EVP_DigestFinal_ex(EVP_MD_CTX* context, unsigned char* digest, unsigned int* size) {
    return fails("EVP_DigestFinal_ex") ? 0 : __real_EVP_DigestFinal_ex(context, digest, size);
}

decltype(EVP_PKEY_verify) __real_EVP_PKEY_verify;
int __wrap_EVP_PKEY_verify(EVP_PKEY_CTX* context, const unsigned char* signature,
                           std::size_t signature_size, const unsigned char* digest,
                           std::size_t size) {
    return fails("EVP_PKEY_verify")
               ? -1
               : __real_EVP_PKEY_verify(context, signature, signature_size, digest, size);
}

decltype(BN_bin2bn) __real_BN_bin2bn;
BIGNUM* __wrap_BN_bin2bn(const unsigned char* bytes, int size, BIGNUM* number) {
    return fails("BN_bin2bn") ? nullptr : __real_BN_bin2bn(bytes, size, number);
}

decltype(EVP_DigestVerifyInit) __real_EVP_DigestVerifyInit;
int __wrap_EVP_DigestVerifyInit(EVP_MD_CTX* context, EVP_PKEY_CTX** key_context,
                                const EVP_MD* digest, ENGINE* engine, EVP_PKEY* key) {
    return fails("EVP_DigestVerifyInit")
               ? 0
               : __real_EVP_DigestVerifyInit(context, key_context, digest, engine, key);
}

decltype(EVP_DigestVerify) __real_EVP_DigestVerify;
int __wrap_EVP_DigestVerify(EVP_MD_CTX* context, const unsigned char* signature,
                            std::size_t signature_size, const unsigned char* data,
                            std::size_t size) {
    return fails("EVP_DigestVerify")
               ? -1
               : __real_EVP_DigestVerify(context, signature, signature_size, data, size);
}

decltype(EVP_MAC_fetch) __real_EVP_MAC_fetch;
EVP_MAC* __wrap_EVP_MAC_fetch(OSSL_LIB_CTX* library, const char* name, const char* properties) {
    return fails("EVP_MAC_fetch") ? nullptr : __real_EVP_MAC_fetch(library, name, properties);
}

decltype(EVP_MAC_CTX_new) __real_EVP_MAC_CTX_new;
EVP_MAC_CTX* __wrap_EVP_MAC_CTX_new(EVP_MAC* mac) {
    return fails("EVP_MAC_CTX_new") ? nullptr : __real_EVP_MAC_CTX_new(mac);
}

decltype(EVP_MAC_init) __real_EVP_MAC_init;
int __wrap_EVP_MAC_init(EVP_MAC_CTX* context, const unsigned char* key, std::size_t size,
                        const OSSL_PARAM* parameters) {
    return fails("EVP_MAC_init") ? 0 : __real_EVP_MAC_init(context, key, size, parameters);
}

decltype(EVP_MAC_update) __real_EVP_MAC_update;
int __wrap_EVP_MAC_update(EVP_MAC_CTX* context, const unsigned char* data, std::size_t size) {
    return fails("EVP_MAC_update") ? 0 : __real_EVP_MAC_update(context, data, size);
}

decltype(EVP_MAC_final) __real_EVP_MAC_final;
int __wrap_EVP_MAC_final(EVP_MAC_CTX* context, unsigned char* mac, std::size_t* size,
                         std::size_t room) {
    return fails("EVP_MAC_final") ? 0 : __real_EVP_MAC_final(context, mac, size, room);
}

decltype(CRYPTO_memcmp) __real_CRYPTO_memcmp;
int __wrap_CRYPTO_memcmp(const void* left, const void* right, std::size_t size) {
    return fails("CRYPTO_memcmp") ? 1 : __real_CRYPTO_memcmp(left, right, size);
}

decltype(OSSL_PARAM_BLD_new) __real_OSSL_PARAM_BLD_new;
OSSL_PARAM_BLD* __wrap_OSSL_PARAM_BLD_new() {
    return fails("OSSL_PARAM_BLD_new") ? nullptr : __real_OSSL_PARAM_BLD_new();
}

decltype(OSSL_PARAM_BLD_to_param) __real_OSSL_PARAM_BLD_to_param;
OSSL_PARAM* __wrap_OSSL_PARAM_BLD_to_param(OSSL_PARAM_BLD* builder) {
    return fails("OSSL_PARAM_BLD_to_param") ? nullptr : __real_OSSL_PARAM_BLD_to_param(builder);
}

decltype(EVP_PKEY_CTX_new_from_name) __real_EVP_PKEY_CTX_new_from_name;
EVP_PKEY_CTX* __wrap_EVP_PKEY_CTX_new_from_name(OSSL_LIB_CTX* library, const char* name,
                                                const char* properties) {
    return fails("EVP_PKEY_CTX_new_from_name")
               ? nullptr
               : __real_EVP_PKEY_CTX_new_from_name(library, name, properties);
}

decltype(EVP_PKEY_fromdata_init) __real_EVP_PKEY_fromdata_init;
int __wrap_EVP_PKEY_fromdata_init(EVP_PKEY_CTX* context) {
    return fails("EVP_PKEY_fromdata_init") ? -2 : __real_EVP_PKEY_fromdata_init(context);
}

decltype(EVP_PKEY_fromdata) __real_EVP_PKEY_fromdata;
int __wrap_EVP_PKEY_fromdata(EVP_PKEY_CTX* context, EVP_PKEY** key, int selection,
                             OSSL_PARAM* parameters) {
    return fails("EVP_PKEY_fromdata")
               ? -2
               : __real_EVP_PKEY_fromdata(context, key, selection, parameters);
}

decltype(EVP_PKEY_public_check) __real_EVP_PKEY_public_check;
int __wrap_EVP_PKEY_public_check(EVP_PKEY_CTX* context) {
    return fails("EVP_PKEY_public_check") ? -2 : __real_EVP_PKEY_public_check(context);
}

decltype(EVP_PKEY_new_raw_public_key_ex) __real_EVP_PKEY_new_raw_public_key_ex;
EVP_PKEY* __wrap_EVP_PKEY_new_raw_public_key_ex(OSSL_LIB_CTX* library, const char* type,
                                                const char* properties, const unsigned char* key,
                                                std::size_t size) {
    return fails("EVP_PKEY_new_raw_public_key_ex")
               ? nullptr
               : __real_EVP_PKEY_new_raw_public_key_ex(library, type, properties, key, size);
}

decltype(EVP_PKEY_get_bn_param) __real_EVP_PKEY_get_bn_param;
int __wrap_EVP_PKEY_get_bn_param(const EVP_PKEY* key, const char* name, BIGNUM** number) {
    return fails("EVP_PKEY_get_bn_param") ? 0 : __real_EVP_PKEY_get_bn_param(key, name, number);
}

decltype(BIO_new_mem_buf) __real_BIO_new_mem_buf;
BIO* __wrap_BIO_new_mem_buf(const void* data, int size) {
    return fails("BIO_new_mem_buf") ? nullptr : __real_BIO_new_mem_buf(data, size);
}

decltype(PEM_read_bio) __real_PEM_read_bio;
int __wrap_PEM_read_bio(BIO* source, char** name, char** header, unsigned char** data, long* size) {
    return fails("PEM_read_bio") ? 0 : __real_PEM_read_bio(source, name, header, data, size);
}

decltype(json_load_callback) __real_json_load_callback;
json_t* __wrap_json_load_callback(json_load_callback_t callback, void* data, std::size_t flags,
                                  json_error_t* error) {
    return fails("json_load_callback") ? nullptr
                                       : __real_json_load_callback(callback, data, flags, error);
}

decltype(json_dump_callback) __real_json_dump_callback;
int __wrap_json_dump_callback(const json_t* value, json_dump_callback_t callback, void* data,
                              std::size_t flags) {
    return fails("json_dump_callback") ? -1
                                       : __real_json_dump_callback(value, callback, data, flags);
}

decltype(json_stringn) __real_json_stringn;
json_t* __wrap_json_stringn(const char* text, std::size_t size) {
    return fails("json_stringn") ? nullptr : __real_json_stringn(text, size);
}

}  // extern "C"

#endif
