#ifndef OAUTH2_RS_BASE_HANDLES_H
#define OAUTH2_RS_BASE_HANDLES_H

#include <jansson.h>
#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/param_build.h>
#include <openssl/params.h>
#include <openssl/x509.h>

#include <cstdio>
#include <memory>

namespace oauth2_rs {

/* Calls a C library's own release function; a handle costs one pointer. */
template <auto release>
struct Releaser {
    template <class T>
    void operator()(T* object) const {
        release(object);
    }
};

struct OpensslReleaser {
    void operator()(unsigned char* memory) const { OPENSSL_free(memory); }
};

template <class T, auto release>
using Handle = std::unique_ptr<T, Releaser<release>>;

using BignumHandle = Handle<BIGNUM, BN_clear_free>;
using BioHandle = Handle<BIO, BIO_free_all>;
using CertificateHandle = Handle<X509, X509_free>;
using CipherContextHandle = Handle<EVP_CIPHER_CTX, EVP_CIPHER_CTX_free>;
using CipherHandle = Handle<EVP_CIPHER, EVP_CIPHER_free>;
using DigestHandle = Handle<EVP_MD, EVP_MD_free>;
using DigestContextHandle = Handle<EVP_MD_CTX, EVP_MD_CTX_free>;
using EcdsaSignatureHandle = Handle<ECDSA_SIG, ECDSA_SIG_free>;
using FileHandle = Handle<std::FILE, std::fclose>;
using KdfContextHandle = Handle<EVP_KDF_CTX, EVP_KDF_CTX_free>;
using KdfHandle = Handle<EVP_KDF, EVP_KDF_free>;
using MacContextHandle = Handle<EVP_MAC_CTX, EVP_MAC_CTX_free>;
using MacHandle = Handle<EVP_MAC, EVP_MAC_free>;
using OpensslMemory = std::unique_ptr<unsigned char, OpensslReleaser>;
using ParameterBuilderHandle = Handle<OSSL_PARAM_BLD, OSSL_PARAM_BLD_free>;
using ParametersHandle = Handle<OSSL_PARAM, OSSL_PARAM_free>;
using PublicKeyContextHandle = Handle<EVP_PKEY_CTX, EVP_PKEY_CTX_free>;
using PublicKeyHandle = Handle<EVP_PKEY, EVP_PKEY_free>;

/* jansson counts references behind inline functions, so its release function has no address. */
struct JsonReleaser {
    void operator()(json_t* value) const { json_decref(value); }
};
using JsonHandle = std::unique_ptr<json_t, JsonReleaser>;

}  // namespace oauth2_rs

#endif
