#include "jose/key_agreement.h"

#include <openssl/core_names.h>
#include <openssl/params.h>

#include <array>
#include <cstdint>
#include <string>

#include "base/handles.h"
#include "base/memory.h"

namespace oauth2_rs {

namespace {

void append_number(std::string* out, std::size_t number) {
    for (int shift = 24; shift >= 0; shift -= 8) {
        *out += static_cast<char>(number >> shift & 0xff);
    }
}

void append_field(std::string* out, std::string_view field) {
    append_number(out, field.size());
    *out += field;
}

/* "OtherInfo": AlgorithmID, PartyUInfo, PartyVInfo, SuppPubInfo; SuppPrivInfo is empty. */
std::string other_info(const AgreementInfo& info, std::size_t size) {
    std::string text;
    append_field(&text, info.algorithm_id);
    append_field(&text, info.party_u_info);
    append_field(&text, info.party_v_info);
    append_number(&text, size * 8);
    return text;
}

}  // namespace

std::optional<SecretBytes> agree_on_secret(evp_pkey_st* own, evp_pkey_st* ephemeral) {
    const PublicKeyContextHandle context(EVP_PKEY_CTX_new_from_pkey(nullptr, own, nullptr));
    std::size_t size = 0;
    if (!context || EVP_PKEY_derive_init(context.get()) != 1 ||
        EVP_PKEY_derive_set_peer(context.get(), ephemeral) != 1 ||
        EVP_PKEY_derive(context.get(), nullptr, &size) != 1) {
        return std::nullopt;
    }
    SecretBytes secret(size);
    if (EVP_PKEY_derive(context.get(), secret.data(), &size) != 1) {
        return std::nullopt;
    }
    secret.resize(size);
    return secret;
}

std::optional<SecretBytes> derive_key(const SecretBytes& secret, const AgreementInfo& info,
                                      std::size_t size) {
    const KdfHandle kdf(EVP_KDF_fetch(nullptr, "SSKDF", nullptr));  // OpenSSL's name of it
    require_memory();  // OpenSSL 3.0 writes into a context for which there was none
    const KdfContextHandle context(kdf ? EVP_KDF_CTX_new(kdf.get()) : nullptr);
    std::string other = other_info(info, size);
    char digest[] = "SHA256";
    const std::array<OSSL_PARAM, 4> parameters{
        OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest, 0),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SECRET,
                                          const_cast<unsigned char*>(secret.data()), secret.size()),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, other.data(), other.size()),
        OSSL_PARAM_construct_end()};
    SecretBytes key(size);
    if (!context || EVP_KDF_derive(context.get(), key.data(), key.size(), parameters.data()) != 1) {
        return std::nullopt;
    }
    return key;
}

}  // namespace oauth2_rs
