#ifndef MINT_ALGORITHMS_H
#define MINT_ALGORITHMS_H

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace oauth2_rs::mint {

enum class KeyType { kRsa, kEc, kOkp, kOct };

struct Curve {
    const char *name;  // JWK "crv"
    KeyType type;
    const char *openssl_name;  // the group of an EC key, the key type of an OKP key
    size_t octets;             // length of a coordinate, of "d", and of half an ECDSA signature
};

enum class Scheme { kRsaPkcs1, kRsaPss, kEcdsa, kEddsa, kHmac };

struct Algorithm {
    const char *name;  // JWS "alg" (RFC 7518, RFC 8037, RFC 8812)
    Scheme scheme;
    KeyType key_type;
    const char *curve;    // what a new key is on; null where there is none
    const char *digest;   // OpenSSL's name; null for EdDSA
    size_t default_bits;  // of a new RSA or oct key
    bool cjose_signs;
};

const std::vector<Algorithm> &algorithms();

/* Both answer null for a name that they do not know. */
const Algorithm *find_algorithm(std::string_view name);
const Curve *find_curve(std::string_view name);

/* All names, separated by spaces. */
std::string algorithm_names();

}  // namespace oauth2_rs::mint

#endif
