#ifndef MINT_HANDLES_H
#define MINT_HANDLES_H

#include <cjose/cjose.h>
#include <jansson.h>
#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/param_build.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <memory>

namespace oauth2_rs::mint {

/* Gives a C library's object back to the function that frees it. */
template <auto free_function>
struct FreeWith {
    template <typename T>
    void operator()(T *object) const {
        free_function(object);
    }
};

/* json_decref is static inline, so it cannot name a type that several files share. */
struct FreeJson {
    void operator()(json_t *value) const { json_decref(value); }
};

using Json = std::unique_ptr<json_t, FreeJson>;
using Jwk = std::unique_ptr<cjose_jwk_t, FreeWith<cjose_jwk_release>>;
using Jws = std::unique_ptr<cjose_jws_t, FreeWith<cjose_jws_release>>;
using Bignum = std::unique_ptr<BIGNUM, FreeWith<BN_clear_free>>;
using Bio = std::unique_ptr<BIO, FreeWith<BIO_free>>;
using Cipher = std::unique_ptr<EVP_CIPHER, FreeWith<EVP_CIPHER_free>>;
using CipherContext = std::unique_ptr<EVP_CIPHER_CTX, FreeWith<EVP_CIPHER_CTX_free>>;
using Certificate = std::unique_ptr<X509, FreeWith<X509_free>>;
using Digest = std::unique_ptr<EVP_MD_CTX, FreeWith<EVP_MD_CTX_free>>;
using EcdsaSignature = std::unique_ptr<ECDSA_SIG, FreeWith<ECDSA_SIG_free>>;
using Extension = std::unique_ptr<X509_EXTENSION, FreeWith<X509_EXTENSION_free>>;
using Kdf = std::unique_ptr<EVP_KDF, FreeWith<EVP_KDF_free>>;
using KdfContext = std::unique_ptr<EVP_KDF_CTX, FreeWith<EVP_KDF_CTX_free>>;
using ParamBuilder = std::unique_ptr<OSSL_PARAM_BLD, FreeWith<OSSL_PARAM_BLD_free>>;
using Params = std::unique_ptr<OSSL_PARAM, FreeWith<OSSL_PARAM_free>>;
using Pkey = std::unique_ptr<EVP_PKEY, FreeWith<EVP_PKEY_free>>;
using PkeyContext = std::unique_ptr<EVP_PKEY_CTX, FreeWith<EVP_PKEY_CTX_free>>;

}  // namespace oauth2_rs::mint

#endif
