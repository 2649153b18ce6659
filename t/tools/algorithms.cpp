#include "algorithms.h"

#include <algorithm>

namespace oauth2_rs::mint {

namespace {

const std::vector<Curve> &curves() {
    static const std::vector<Curve> table = {
        {"P-256", KeyType::kEc, "prime256v1", 32}, {"P-384", KeyType::kEc, "secp384r1", 48},
        {"P-521", KeyType::kEc, "secp521r1", 66},  {"secp256k1", KeyType::kEc, "secp256k1", 32},
        {"Ed25519", KeyType::kOkp, "ED25519", 32}, {"Ed448", KeyType::kOkp, "ED448", 57},
        {"X25519", KeyType::kOkp, "X25519", 32},   {"X448", KeyType::kOkp, "X448", 56},
    };
    return table;
}

template <typename Row>
const Row *find_row(const std::vector<Row> &table, std::string_view name) {
    const auto found = std::find_if(table.begin(), table.end(),
                                    [&](const Row &known) { return name == known.name; });
    return found == table.end() ? nullptr : &*found;
}

template <typename Row>
std::string names(const std::vector<Row> &table) {
    std::string text;
    for (const Row &row : table) {
        text += (text.empty() ? "" : " ") + std::string(row.name);
    }
    return text;
}

}  // namespace

const std::vector<Algorithm> &signature_algorithms() {
    static const std::vector<Algorithm> table = {
        {"RS256", Scheme::kRsaPkcs1, KeyType::kRsa, {}, "SHA256", 2048, true},
        {"RS384", Scheme::kRsaPkcs1, KeyType::kRsa, {}, "SHA384", 2048, true},
        {"RS512", Scheme::kRsaPkcs1, KeyType::kRsa, {}, "SHA512", 2048, true},
        {"PS256", Scheme::kRsaPss, KeyType::kRsa, {}, "SHA256", 2048, true},
        {"PS384", Scheme::kRsaPss, KeyType::kRsa, {}, "SHA384", 2048, true},
        {"PS512", Scheme::kRsaPss, KeyType::kRsa, {}, "SHA512", 2048, true},
        {"ES256", Scheme::kEcdsa, KeyType::kEc, {"P-256"}, "SHA256", 0, true},
        {"ES384", Scheme::kEcdsa, KeyType::kEc, {"P-384"}, "SHA384", 0, true},
        {"ES512", Scheme::kEcdsa, KeyType::kEc, {"P-521"}, "SHA512", 0, true},
        {"ES256K", Scheme::kEcdsa, KeyType::kEc, {"secp256k1"}, "SHA256", 0, false},
        {"EdDSA", Scheme::kEddsa, KeyType::kOkp, {"Ed25519", "Ed448"}, nullptr, 0, false},
        {"HS256", Scheme::kHmac, KeyType::kOct, {}, "SHA256", 256, true},
        {"HS384", Scheme::kHmac, KeyType::kOct, {}, "SHA384", 384, true},
        {"HS512", Scheme::kHmac, KeyType::kOct, {}, "SHA512", 512, true},
    };
    return table;
}

const std::vector<Algorithm> &key_management_algorithms() {
    static const std::vector<const char *> agreeing = {"P-256", "P-384", "P-521", "X25519", "X448"};
    static const std::vector<Algorithm> table = {
        {"dir", Scheme::kDirect, KeyType::kOct, {}, nullptr, 0, false},
        {"A128KW", Scheme::kAesKw, KeyType::kOct, {}, nullptr, 128, false},
        {"A192KW", Scheme::kAesKw, KeyType::kOct, {}, nullptr, 192, false},
        {"A256KW", Scheme::kAesKw, KeyType::kOct, {}, nullptr, 256, false},
        {"A128GCMKW", Scheme::kAesGcmKw, KeyType::kOct, {}, nullptr, 128, false},
        {"A192GCMKW", Scheme::kAesGcmKw, KeyType::kOct, {}, nullptr, 192, false},
        {"A256GCMKW", Scheme::kAesGcmKw, KeyType::kOct, {}, nullptr, 256, false},
        {"RSA-OAEP", Scheme::kRsaOaep, KeyType::kRsa, {}, "SHA1", 2048, false},
        {"RSA-OAEP-256", Scheme::kRsaOaep, KeyType::kRsa, {}, "SHA256", 2048, false},
        {"RSA-OAEP-384", Scheme::kRsaOaep, KeyType::kRsa, {}, "SHA384", 2048, false},
        {"RSA-OAEP-512", Scheme::kRsaOaep, KeyType::kRsa, {}, "SHA512", 2048, false},
        {"ECDH-ES", Scheme::kEcdhEs, KeyType::kEc, agreeing, nullptr, 0, false},
        {"ECDH-ES+A128KW", Scheme::kEcdhEs, KeyType::kEc, agreeing, nullptr, 128, false},
        {"ECDH-ES+A192KW", Scheme::kEcdhEs, KeyType::kEc, agreeing, nullptr, 192, false},
        {"ECDH-ES+A256KW", Scheme::kEcdhEs, KeyType::kEc, agreeing, nullptr, 256, false},
    };
    return table;
}

const std::vector<Encryption> &encryptions() {
    static const std::vector<Encryption> table = {
        {"A128CBC-HS256", "AES-128-CBC", "SHA256", 32, 16, 16},
        {"A192CBC-HS384", "AES-192-CBC", "SHA384", 48, 16, 24},
        {"A256CBC-HS512", "AES-256-CBC", "SHA512", 64, 16, 32},
        {"A128GCM", "AES-128-GCM", nullptr, 16, 12, 16},
        {"A192GCM", "AES-192-GCM", nullptr, 24, 12, 16},
        {"A256GCM", "AES-256-GCM", nullptr, 32, 12, 16},
    };
    return table;
}

const Algorithm *find_algorithm(const std::vector<Algorithm> &table, std::string_view name) {
    return find_row(table, name);
}

const Encryption *find_encryption(std::string_view name) { return find_row(encryptions(), name); }

const Curve *find_curve(std::string_view name) { return find_row(curves(), name); }

bool uses_curve(const Algorithm &algorithm, std::string_view curve) {
    const auto &known = algorithm.curves;
    return std::find(known.begin(), known.end(), curve) != known.end();
}

std::string algorithm_names(const std::vector<Algorithm> &table) { return names(table); }

std::string encryption_names() { return names(encryptions()); }

}  // namespace oauth2_rs::mint
