#include "jose/pem.h"

#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/pem.h>

#include <array>
#include <string_view>
#include <utility>

#include "jose/evp_key.h"

namespace oauth2_rs {

namespace {

struct PemCloser {
    void operator()(char* text) const { OPENSSL_free(text); }
};
using PemText = std::unique_ptr<char, PemCloser>;

ConfigError refused(const std::string& why) {
    ERR_clear_error();
    return {why};
}

bool is_symmetric_label(std::string_view label) {
    return label == "HMAC SECRET KEY" || label == "AES SECRET KEY" || label == "GENERIC SECRET";
}

/* The key of one decoded block; null where the block holds none. */
PublicKeyHandle key_in_block(std::string_view label, const unsigned char* der, long size) {
    if (label == "CERTIFICATE") {
        const CertificateHandle certificate(d2i_X509(nullptr, &der, size));
        return PublicKeyHandle(certificate ? X509_get_pubkey(certificate.get()) : nullptr);
    }
    if (label == "PUBLIC KEY") {
        return PublicKeyHandle(d2i_PUBKEY(nullptr, &der, size));
    }
    if (label == "RSA PUBLIC KEY") {
        return PublicKeyHandle(d2i_PublicKey(EVP_PKEY_RSA, nullptr, &der, size));
    }
    if (label == "PRIVATE KEY" || label == "RSA PRIVATE KEY" || label == "EC PRIVATE KEY") {
        return PublicKeyHandle(d2i_AutoPrivateKey(nullptr, &der, size));
    }
    return nullptr;
}

/* OpenSSL names a curve as a group of EC keys, or as a key type of its own. */
const CurveTraits* curve_of(const EVP_PKEY* key) {
    std::array<char, 64> group{};
    const bool grouped = EVP_PKEY_is_a(key, "EC") == 1 &&
                         EVP_PKEY_get_group_name(key, group.data(), group.size(), nullptr) == 1;
    for (const CurveTraits& traits : curve_table()) {
        if (traits.key_type == KeyType::kEc
                ? grouped && std::string_view(group.data()) == traits.openssl_name
                : EVP_PKEY_is_a(key, traits.openssl_name) == 1) {
            return &traits;
        }
    }
    return nullptr;
}

}  // namespace

Configured<KeyPointer> import_key(PublicKeyHandle key, KeyTerms terms) {
    const bool pss = EVP_PKEY_is_a(key.get(), "RSA-PSS") == 1;
    if (pss || EVP_PKEY_is_a(key.get(), "RSA") == 1) {
        terms.restricted_to_pss = pss;
        return KeyPointer(new Key(KeyType::kRsa, Curve::kNone, std::move(key), std::move(terms)));
    }
    const CurveTraits* traits = curve_of(key.get());
    if (traits == nullptr || (!traits->signs && !has_private_half(key.get()))) {
        return refused(
            "its key type or curve signs no token, or there is no private half to decrypt with");
    }
    return KeyPointer(new Key(traits->key_type, traits->curve, std::move(key), std::move(terms)));
}

Configured<KeyPointer> parse_pem(const SecretBytes& text, const std::string& name,
                                 bool* is_private) {
    const BioHandle source(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
    char* label = nullptr;
    char* header = nullptr;
    unsigned char* der = nullptr;
    long size = 0;
    if (!source || PEM_read_bio(source.get(), &label, &header, &der, &size) != 1) {
        return refused("it holds no PEM block");
    }
    const PemText label_owner(label);
    const PemText header_owner(header);
    const SecretBytes block(der, der + size);
    OPENSSL_clear_free(der, static_cast<std::size_t>(size));
    const std::string_view kind = label;
    if (*header != '\0' || kind == "ENCRYPTED PRIVATE KEY") {
        return refused(
            "it is encrypted; give it without a passphrase, or a public key to verify with");
    }
    *is_private = is_symmetric_label(kind) || kind.find("PRIVATE") != std::string_view::npos;
    KeyTerms terms;
    terms.name = name;
    if (is_symmetric_label(kind)) {
        return KeyPointer(new Key(block, std::move(terms)));
    }
    PublicKeyHandle key = key_in_block(kind, block.data(), static_cast<long>(block.size()));
    if (!key) {
        return refused("its PEM block is no certificate and no key");
    }
    return import_key(std::move(key), std::move(terms));
}

}  // namespace oauth2_rs
