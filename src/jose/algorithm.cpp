#include "jose/algorithm.h"

namespace oauth2_rs {

namespace {

constexpr Algorithm signature(std::size_t index, std::string_view name, Scheme scheme, KeyType type,
                              Curve curve, const char* digest, std::size_t size) {
    return {name, AlgorithmKind::kSignature, scheme, type, curve, digest, nullptr,
            size, Engine::kOpenssl,          index};
}

constexpr Algorithm key_management(std::size_t index, std::string_view name, Scheme scheme,
                                   KeyType type, const char* digest, const char* cipher,
                                   std::size_t size, Engine engine) {
    return {name,         AlgorithmKind::kKeyManagement,
            scheme,       type,
            Curve::kNone, digest,
            cipher,       size,
            engine,       index};
}

constexpr Algorithm content_encryption(std::size_t index, std::string_view name, Scheme scheme,
                                       const char* digest, const char* cipher, std::size_t size) {
    return {name,
            AlgorithmKind::kContentEncryption,
            scheme,
            KeyType::kOct,
            Curve::kNone,
            digest,
            cipher,
            size,
            Engine::kOpenssl,
            index};
}

/*
 * cjose 0.6.2 has RSA-OAEP and ECDH-ES too. But it takes a content encryption key that RSA-OAEP
 * unwrapped whatever its length, and ends at once where it unwrapped none, so that time tells which
 * of the two happened (RFC 7516 section 11.5); and it loses memory with each ECDH-ES token. So
 * these are OpenSSL's. Known flaws of cjose in what is left to it (CVE-2023-37464, CVE-2026-53938)
 * need lengths that never get as far as an engine.
 */
constexpr std::array<Algorithm, kAlgorithmCount> kAlgorithms{{
    signature(0, "RS256", Scheme::kRsaPkcs1, KeyType::kRsa, Curve::kNone, "SHA256", 0),
    signature(1, "RS384", Scheme::kRsaPkcs1, KeyType::kRsa, Curve::kNone, "SHA384", 0),
    signature(2, "RS512", Scheme::kRsaPkcs1, KeyType::kRsa, Curve::kNone, "SHA512", 0),
    signature(3, "PS256", Scheme::kRsaPss, KeyType::kRsa, Curve::kNone, "SHA256", 0),
    signature(4, "PS384", Scheme::kRsaPss, KeyType::kRsa, Curve::kNone, "SHA384", 0),
    signature(5, "PS512", Scheme::kRsaPss, KeyType::kRsa, Curve::kNone, "SHA512", 0),
    signature(6, "ES256", Scheme::kEcdsa, KeyType::kEc, Curve::kP256, "SHA256", 32),
    signature(7, "ES384", Scheme::kEcdsa, KeyType::kEc, Curve::kP384, "SHA384", 48),
    signature(8, "ES512", Scheme::kEcdsa, KeyType::kEc, Curve::kP521, "SHA512", 66),
    signature(9, "ES256K", Scheme::kEcdsa, KeyType::kEc, Curve::kSecp256k1, "SHA256", 32),
    signature(10, "EdDSA", Scheme::kEddsa, KeyType::kOkp, Curve::kNone, nullptr, 0),
    signature(11, "HS256", Scheme::kHmac, KeyType::kOct, Curve::kNone, "SHA256", 32),
    signature(12, "HS384", Scheme::kHmac, KeyType::kOct, Curve::kNone, "SHA384", 48),
    signature(13, "HS512", Scheme::kHmac, KeyType::kOct, Curve::kNone, "SHA512", 64),

    key_management(14, "dir", Scheme::kDirect, KeyType::kOct, nullptr, nullptr, 0, Engine::kCjose),
    key_management(15, "A128KW", Scheme::kAesKeyWrap, KeyType::kOct, nullptr, "AES-128-WRAP", 16,
                   Engine::kCjose),
    key_management(16, "A192KW", Scheme::kAesKeyWrap, KeyType::kOct, nullptr, "AES-192-WRAP", 24,
                   Engine::kCjose),
    key_management(17, "A256KW", Scheme::kAesKeyWrap, KeyType::kOct, nullptr, "AES-256-WRAP", 32,
                   Engine::kCjose),
    key_management(18, "A128GCMKW", Scheme::kAesGcmKeyWrap, KeyType::kOct, nullptr, "AES-128-GCM",
                   16, Engine::kOpenssl),
    key_management(19, "A192GCMKW", Scheme::kAesGcmKeyWrap, KeyType::kOct, nullptr, "AES-192-GCM",
                   24, Engine::kOpenssl),
    key_management(20, "A256GCMKW", Scheme::kAesGcmKeyWrap, KeyType::kOct, nullptr, "AES-256-GCM",
                   32, Engine::kOpenssl),
    key_management(21, "RSA-OAEP", Scheme::kRsaOaep, KeyType::kRsa, "SHA1", nullptr, 0,
                   Engine::kOpenssl),
    key_management(22, "RSA-OAEP-256", Scheme::kRsaOaep, KeyType::kRsa, "SHA256", nullptr, 0,
                   Engine::kOpenssl),
    key_management(23, "RSA-OAEP-384", Scheme::kRsaOaep, KeyType::kRsa, "SHA384", nullptr, 0,
                   Engine::kOpenssl),
    key_management(24, "RSA-OAEP-512", Scheme::kRsaOaep, KeyType::kRsa, "SHA512", nullptr, 0,
                   Engine::kOpenssl),
    key_management(25, "ECDH-ES", Scheme::kEcdhEs, KeyType::kEc, "SHA256", nullptr, 0,
                   Engine::kOpenssl),
    key_management(26, "ECDH-ES+A128KW", Scheme::kEcdhEsKeyWrap, KeyType::kEc, "SHA256",
                   "AES-128-WRAP", 16, Engine::kOpenssl),
    key_management(27, "ECDH-ES+A192KW", Scheme::kEcdhEsKeyWrap, KeyType::kEc, "SHA256",
                   "AES-192-WRAP", 24, Engine::kOpenssl),
    key_management(28, "ECDH-ES+A256KW", Scheme::kEcdhEsKeyWrap, KeyType::kEc, "SHA256",
                   "AES-256-WRAP", 32, Engine::kOpenssl),

    content_encryption(29, "A128CBC-HS256", Scheme::kAesCbcHmac, "SHA256", "AES-128-CBC", 32),
    content_encryption(30, "A192CBC-HS384", Scheme::kAesCbcHmac, "SHA384", "AES-192-CBC", 48),
    content_encryption(31, "A256CBC-HS512", Scheme::kAesCbcHmac, "SHA512", "AES-256-CBC", 64),
    content_encryption(32, "A128GCM", Scheme::kAesGcm, nullptr, "AES-128-GCM", 16),
    content_encryption(33, "A192GCM", Scheme::kAesGcm, nullptr, "AES-192-GCM", 24),
    content_encryption(34, "A256GCM", Scheme::kAesGcm, nullptr, "AES-256-GCM", 32),
}};

constexpr std::array<CurveTraits, 8> kCurves{{
    {"P-256", Curve::kP256, KeyType::kEc, "prime256v1", 32, true, true},
    {"P-384", Curve::kP384, KeyType::kEc, "secp384r1", 48, true, true},
    {"P-521", Curve::kP521, KeyType::kEc, "secp521r1", 66, true, true},
    {"secp256k1", Curve::kSecp256k1, KeyType::kEc, "secp256k1", 32, true, false},
    {"Ed25519", Curve::kEd25519, KeyType::kOkp, "ED25519", 32, true, false},
    {"Ed448", Curve::kEd448, KeyType::kOkp, "ED448", 57, true, false},
    {"X25519", Curve::kX25519, KeyType::kOkp, "X25519", 32, false, true},
    {"X448", Curve::kX448, KeyType::kOkp, "X448", 56, false, true},
}};

}  // namespace

const Algorithm* algorithm_at(std::size_t index) { return &kAlgorithms[index]; }

std::vector<const Algorithm*> algorithms_of(AlgorithmKind kind) {
    std::vector<const Algorithm*> found;
    for (const Algorithm& algorithm : kAlgorithms) {
        if (algorithm.kind == kind) {
            found.push_back(&algorithm);
        }
    }
    return found;
}

std::string algorithm_names(AlgorithmKind kind) {
    std::string names;
    for (const Algorithm* algorithm : algorithms_of(kind)) {
        names += names.empty() ? "" : " ";
        names += algorithm->name;
    }
    return names;
}

const Algorithm* find_algorithm(AlgorithmKind kind, std::string_view name) {
    const Algorithm* algorithm = find_algorithm(name);
    return algorithm != nullptr && algorithm->kind == kind ? algorithm : nullptr;
}

const Algorithm* find_algorithm(std::string_view name) {
    for (const Algorithm& algorithm : kAlgorithms) {
        if (algorithm.name == name) {
            return &algorithm;
        }
    }
    return nullptr;
}

const std::array<CurveTraits, 8>& curve_table() { return kCurves; }

const CurveTraits* traits_of(Curve curve) {
    for (const CurveTraits& traits : kCurves) {
        if (traits.curve == curve) {
            return &traits;
        }
    }
    return nullptr;
}

Curve find_curve(std::string_view name) {
    for (const CurveTraits& traits : kCurves) {
        if (traits.name == name) {
            return traits.curve;
        }
    }
    return Curve::kNone;
}

}  // namespace oauth2_rs
