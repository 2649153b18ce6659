#include "jose/algorithm.h"

#include <array>

namespace oauth2_rs {

namespace {

constexpr std::array<Algorithm, kAlgorithmCount> kAlgorithms{{
    {"RS256", Scheme::kRsaPkcs1, KeyType::kRsa, Curve::kNone, "SHA256", 0, 0},
    {"RS384", Scheme::kRsaPkcs1, KeyType::kRsa, Curve::kNone, "SHA384", 0, 1},
    {"RS512", Scheme::kRsaPkcs1, KeyType::kRsa, Curve::kNone, "SHA512", 0, 2},
    {"PS256", Scheme::kRsaPss, KeyType::kRsa, Curve::kNone, "SHA256", 0, 3},
    {"PS384", Scheme::kRsaPss, KeyType::kRsa, Curve::kNone, "SHA384", 0, 4},
    {"PS512", Scheme::kRsaPss, KeyType::kRsa, Curve::kNone, "SHA512", 0, 5},
    {"ES256", Scheme::kEcdsa, KeyType::kEc, Curve::kP256, "SHA256", 32, 6},
    {"ES384", Scheme::kEcdsa, KeyType::kEc, Curve::kP384, "SHA384", 48, 7},
    {"ES512", Scheme::kEcdsa, KeyType::kEc, Curve::kP521, "SHA512", 66, 8},
    {"ES256K", Scheme::kEcdsa, KeyType::kEc, Curve::kSecp256k1, "SHA256", 32, 9},
    {"EdDSA", Scheme::kEddsa, KeyType::kOkp, Curve::kNone, nullptr, 0, 10},
    {"HS256", Scheme::kHmac, KeyType::kOct, Curve::kNone, "SHA256", 32, 11},
    {"HS384", Scheme::kHmac, KeyType::kOct, Curve::kNone, "SHA384", 48, 12},
    {"HS512", Scheme::kHmac, KeyType::kOct, Curve::kNone, "SHA512", 64, 13},
}};

struct CurveName {
    std::string_view name;
    Curve curve;
};

constexpr std::array<CurveName, 6> kCurves{{
    {"P-256", Curve::kP256},
    {"P-384", Curve::kP384},
    {"P-521", Curve::kP521},
    {"secp256k1", Curve::kSecp256k1},
    {"Ed25519", Curve::kEd25519},
    {"Ed448", Curve::kEd448},
}};

}  // namespace

const Algorithm* algorithm_at(std::size_t index) { return &kAlgorithms[index]; }

std::string algorithm_names() {
    std::string names;
    for (const Algorithm& algorithm : kAlgorithms) {
        names += names.empty() ? "" : " ";
        names += algorithm.name;
    }
    return names;
}

const Algorithm* find_algorithm(std::string_view name) {
    for (const Algorithm& algorithm : kAlgorithms) {
        if (algorithm.name == name) {
            return &algorithm;
        }
    }
    return nullptr;
}

Curve find_curve(std::string_view name) {
    for (const CurveName& entry : kCurves) {
        if (entry.name == name) {
            return entry.curve;
        }
    }
    return Curve::kNone;
}

}  // namespace oauth2_rs
