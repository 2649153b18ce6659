#ifndef OAUTH2_RS_JOSE_ALGORITHM_H
#define OAUTH2_RS_JOSE_ALGORITHM_H

#include <cstddef>
#include <string>
#include <string_view>

namespace oauth2_rs {

/* JWK "kty" (RFC 7518 section 6.1, RFC 8037 section 2). */
enum class KeyType : unsigned char { kOct, kRsa, kEc, kOkp };

/* JWK "crv"; kNone for keys that have none. */
enum class Curve : unsigned char { kNone, kP256, kP384, kP521, kSecp256k1, kEd25519, kEd448 };

enum class Scheme : unsigned char { kHmac, kRsaPkcs1, kRsaPss, kEcdsa, kEddsa };

/* A row of the one table of JWS algorithms (RFC 7518 section 3.1, RFC 8037, RFC 8812). */
struct Algorithm {
    std::string_view name;  // the header's "alg"
    Scheme scheme;
    KeyType key_type;
    Curve curve;         // kNone: the key's own
    const char* digest;  // OpenSSL's name; nullptr where the scheme brings its own
    std::size_t size;    // HMAC: least bytes of a key; ECDSA: bytes of r, and of s; else 0
    std::size_t index;   // its place in the table
};

constexpr std::size_t kAlgorithmCount = 14;

/* The row of that index, below kAlgorithmCount. */
const Algorithm* algorithm_at(std::size_t index);

/* All names, separated by spaces, for messages. */
std::string algorithm_names();

/* nullptr where the name is unknown; "none" is. */
const Algorithm* find_algorithm(std::string_view name);

/* kNone where the name is unknown. */
Curve find_curve(std::string_view name);

}  // namespace oauth2_rs

#endif
