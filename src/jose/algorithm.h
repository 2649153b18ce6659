#ifndef OAUTH2_RS_JOSE_ALGORITHM_H
#define OAUTH2_RS_JOSE_ALGORITHM_H

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace oauth2_rs {

/* JWK "kty" (RFC 7518 section 6.1, RFC 8037 section 2). */
enum class KeyType : unsigned char { kOct, kRsa, kEc, kOkp };

/* JWK "crv"; kNone for keys that have none. */
enum class Curve : unsigned char {
    kNone,
    kP256,
    kP384,
    kP521,
    kSecp256k1,
    kEd25519,
    kEd448,
    kX25519,
    kX448
};

/* Where the name of an algorithm stands: "alg" of a JWS, "alg" of a JWE, "enc" of a JWE. */
enum class AlgorithmKind : unsigned char { kSignature, kKeyManagement, kContentEncryption };

enum class Scheme : unsigned char {
    // Signatures
    kHmac,
    kRsaPkcs1,
    kRsaPss,
    kEcdsa,
    kEddsa,
    // Key management
    kDirect,
    kAesKeyWrap,
    kAesGcmKeyWrap,
    kRsaOaep,
    kEcdhEs,
    kEcdhEsKeyWrap,
    // Content encryption
    kAesCbcHmac,
    kAesGcm
};

/* The library at work. A JWE is decrypted as a whole by that of its key management algorithm. */
enum class Engine : unsigned char { kOpenssl, kCjose };

constexpr std::size_t kEngineCount = 2;

/*
 * A row of the one table of algorithms (RFC 7518 sections 3.1, 4.1 and 5.1; RFC 8037; RFC 8812; the
 * JOSE registry for RSA-OAEP with longer hashes).
 */
struct Algorithm {
    std::string_view name;
    AlgorithmKind kind;
    Scheme scheme;
    KeyType key_type;    // kEc stands for kOkp too where keys are agreed on
    Curve curve;         // kNone: the key's own
    const char* digest;  // OpenSSL's name; nullptr where the scheme has none, or brings its own
    const char* cipher;  // OpenSSL's name; nullptr where the scheme has none
    // HMAC: least bytes of a key. ECDSA: bytes of r, and of s. Key wrapping: bytes of the key that
    // wraps. Content encryption: bytes of its key. Else 0.
    std::size_t size;
    Engine engine;
    std::size_t index;  // its place in the table
};

constexpr std::size_t kSignatureAlgorithmCount = 14;  // they stand first
constexpr std::size_t kAlgorithmCount = 35;

/* The row of that index, below kAlgorithmCount. */
const Algorithm* algorithm_at(std::size_t index);

/* In the table's order. */
std::vector<const Algorithm*> algorithms_of(AlgorithmKind kind);

/* All names of a kind, separated by spaces, for messages. */
std::string algorithm_names(AlgorithmKind kind);

/* nullptr where the name is unknown or of another kind; "none" is unknown. */
const Algorithm* find_algorithm(AlgorithmKind kind, std::string_view name);

/* The same for any kind, as in the "alg" of a key. */
const Algorithm* find_algorithm(std::string_view name);

/* A row of the table of curves (RFC 7518 section 6.2.1.1, RFC 8037 section 2, RFC 8812). */
struct CurveTraits {
    std::string_view name;  // JWK "crv"
    Curve curve;
    KeyType key_type;
    const char* openssl_name;     // of the group, or for kOkp of the key type
    std::size_t coordinate_size;  // bytes of "x", "y" and "d"
    bool signs;
    bool agrees;  // on keys
};

/* All of them. */
const std::array<CurveTraits, 8>& curve_table();

/* nullptr for kNone. */
const CurveTraits* traits_of(Curve curve);

/* kNone where the name is unknown. */
Curve find_curve(std::string_view name);

}  // namespace oauth2_rs

#endif
