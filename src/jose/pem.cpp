#include "jose/pem.h"

#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/pem.h>

#include <array>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "jose/evp_key.h"
#include "jose/signature_verifier.h"

namespace oauth2_rs {

namespace {

struct PemCloser {
    void operator()(char* text) const { OPENSSL_free(text); }
};
using PemText = std::unique_ptr<char, PemCloser>;

/* What OpenSSL decoded, which may be a secret. */
struct DerCloser {
    std::size_t size;
    void operator()(unsigned char* der) const { OPENSSL_clear_free(der, size); }
};
using PemDer = std::unique_ptr<unsigned char, DerCloser>;

struct PemBlock {
    PemText label;
    PemText header;
    SecretBytes content;
};

/* Nothing where there is no further block. */
std::optional<PemBlock> next_block(BIO* source) {
    char* label = nullptr;
    char* header = nullptr;
    unsigned char* der = nullptr;
    long size = 0;
    if (PEM_read_bio(source, &label, &header, &der, &size) != 1) {
        return std::nullopt;
    }
    const PemDer der_owner(der, {static_cast<std::size_t>(size)});
    return PemBlock{PemText(label), PemText(header), SecretBytes(der, der + size)};
}

/* The first block; but "openssl ecparam -genkey" writes the curve before the key that names it. */
std::optional<PemBlock> read_block(const SecretBytes& text) {
    const BioHandle source(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
    std::optional<PemBlock> block;
    do {
        block = source ? next_block(source.get()) : std::nullopt;
    } while (block && std::string_view(block->label.get()) == "EC PARAMETERS");
    return block;
}

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

/*
 * RFC 8017 appendix A.2.3: such a key may name the one hash, and the least salt, that it is for.
 * False where these go with none of our algorithms.
 */
bool restrict_to_pss(EVP_PKEY* key, KeyTerms* terms) {
    std::vector<const Algorithm*> fitting;
    for (const Algorithm* algorithm : algorithms_of(AlgorithmKind::kSignature)) {
        if (algorithm->scheme == Scheme::kRsaPss && make_public_key_verifier(*algorithm, key)) {
            fitting.push_back(algorithm);
        }
    }
    terms->restricted_to_pss = true;
    if (fitting.size() == 1) {
        terms->algorithm = fitting.front()->name;
    }
    return !fitting.empty();
}

}  // namespace

Configured<KeyPointer> import_key(PublicKeyHandle key, KeyTerms terms) {
    if (EVP_PKEY_is_a(key.get(), "RSA-PSS") == 1 && !restrict_to_pss(key.get(), &terms)) {
        return refused("its RSASSA-PSS parameters are those of no algorithm of JOSE");
    }
    if (terms.restricted_to_pss || EVP_PKEY_is_a(key.get(), "RSA") == 1) {
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
    const auto block = read_block(text);
    if (!block) {
        return refused("it holds no PEM block");
    }
    const std::string_view kind = block->label.get();
    if (*block->header != '\0' || kind == "ENCRYPTED PRIVATE KEY") {
        return refused(
            "it is encrypted; give it without a passphrase, or a public key to verify with");
    }
    *is_private = is_symmetric_label(kind) || kind.find("PRIVATE") != std::string_view::npos;
    KeyTerms terms;
    terms.name = name;
    if (is_symmetric_label(kind)) {
        return KeyPointer(new Key(block->content, std::move(terms)));
    }
    PublicKeyHandle key =
        key_in_block(kind, block->content.data(), static_cast<long>(block->content.size()));
    if (!key) {
        return refused("its PEM block is no certificate and no key");
    }
    return import_key(std::move(key), std::move(terms));
}

}  // namespace oauth2_rs
