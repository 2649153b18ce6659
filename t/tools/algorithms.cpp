#include "algorithms.h"

#include <algorithm>

namespace oauth2_rs::mint {

namespace {

constexpr Curve kCurves[] = {
    {"P-256", KeyType::kEc, "prime256v1", 32}, {"P-384", KeyType::kEc, "secp384r1", 48},
    {"P-521", KeyType::kEc, "secp521r1", 66},  {"secp256k1", KeyType::kEc, "secp256k1", 32},
    {"Ed25519", KeyType::kOkp, "ED25519", 32}, {"Ed448", KeyType::kOkp, "ED448", 57},
};

}  // namespace

const std::vector<Algorithm> &algorithms() {
    static const std::vector<Algorithm> table = {
        {"RS256", Scheme::kRsaPkcs1, KeyType::kRsa, nullptr, "SHA256", 2048, true},
        {"RS384", Scheme::kRsaPkcs1, KeyType::kRsa, nullptr, "SHA384", 2048, true},
        {"RS512", Scheme::kRsaPkcs1, KeyType::kRsa, nullptr, "SHA512", 2048, true},
        {"PS256", Scheme::kRsaPss, KeyType::kRsa, nullptr, "SHA256", 2048, true},
        {"PS384", Scheme::kRsaPss, KeyType::kRsa, nullptr, "SHA384", 2048, true},
        {"PS512", Scheme::kRsaPss, KeyType::kRsa, nullptr, "SHA512", 2048, true},
        {"ES256", Scheme::kEcdsa, KeyType::kEc, "P-256", "SHA256", 0, true},
        {"ES384", Scheme::kEcdsa, KeyType::kEc, "P-384", "SHA384", 0, true},
        {"ES512", Scheme::kEcdsa, KeyType::kEc, "P-521", "SHA512", 0, true},
        {"ES256K", Scheme::kEcdsa, KeyType::kEc, "secp256k1", "SHA256", 0, false},
        {"EdDSA", Scheme::kEddsa, KeyType::kOkp, "Ed25519", nullptr, 0, false},
        {"HS256", Scheme::kHmac, KeyType::kOct, nullptr, "SHA256", 256, true},
        {"HS384", Scheme::kHmac, KeyType::kOct, nullptr, "SHA384", 384, true},
        {"HS512", Scheme::kHmac, KeyType::kOct, nullptr, "SHA512", 512, true},
    };
    return table;
}

const Algorithm *find_algorithm(std::string_view name) {
    const auto &table = algorithms();
    const auto found = std::find_if(table.begin(), table.end(),
                                    [&](const Algorithm &known) { return name == known.name; });
    return found == table.end() ? nullptr : &*found;
}

const Curve *find_curve(std::string_view name) {
    const auto *found = std::find_if(std::begin(kCurves), std::end(kCurves),
                                     [&](const Curve &known) { return name == known.name; });
    return found == std::end(kCurves) ? nullptr : found;
}

std::string algorithm_names() {
    std::string names;
    for (const Algorithm &algorithm : algorithms()) {
        names += (names.empty() ? "" : " ") + std::string(algorithm.name);
    }
    return names;
}

}  // namespace oauth2_rs::mint
