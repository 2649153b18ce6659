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

enum class Scheme {
    kRsaPkcs1,
    kRsaPss,
    kEcdsa,
    kEddsa,
    kHmac,
    kDirect,
    kAesKw,
    kAesGcmKw,
    kRsaOaep,
    kEcdhEs
};

struct Algorithm {
    const char *name;  // JWS or JWE "alg" (RFC 7518, RFC 8037, RFC 8812)
    Scheme scheme;
    KeyType key_type;                  // where its keys are on no curve
    std::vector<const char *> curves;  // what its keys may be on, a new one on the first
    const char *digest;                // OpenSSL's name; null where there is none
    size_t bits;  // of a new RSA or oct key, or of the key agreed to wrap with; 0: "enc" says it
    bool cjose_signs;
};

/* JWE "enc" (RFC 7518 section 5). */
struct Encryption {
    const char *name;
    const char *cipher;      // OpenSSL's name
    const char *mac_digest;  // OpenSSL's name; null for GCM, which has its own tag
    size_t key_octets;
    size_t iv_octets;
    size_t tag_octets;
};

const std::vector<Algorithm> &signature_algorithms();
const std::vector<Algorithm> &key_management_algorithms();
const std::vector<Encryption> &encryptions();

/* All answer null for a name that they do not know. */
const Algorithm *find_algorithm(const std::vector<Algorithm> &table, std::string_view name);
const Encryption *find_encryption(std::string_view name);
const Curve *find_curve(std::string_view name);

bool uses_curve(const Algorithm &algorithm, std::string_view curve);

/* All names, separated by spaces. */
std::string algorithm_names(const std::vector<Algorithm> &table);
std::string encryption_names();

}  // namespace oauth2_rs::mint

#endif
