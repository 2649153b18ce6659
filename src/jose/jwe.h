#ifndef OAUTH2_RS_JOSE_JWE_H
#define OAUTH2_RS_JOSE_JWE_H

#include <string>
#include <string_view>

#include "base/handles.h"
#include "base/result.h"
#include "base/secret_bytes.h"
#include "jose/algorithm.h"
#include "jose/jose_header.h"

namespace oauth2_rs {

class Key;

/* The parts of a compact JWE (RFC 7516 section 7.1), decoded and measured but not yet believed. */
struct Jwe {
    JoseHeader header;
    const Algorithm* algorithm = nullptr;   // "alg", how its key is managed; never nullptr
    const Algorithm* encryption = nullptr;  // "enc"; never nullptr
    bool compressed = false;                // "zip"

    std::string_view token;           // views of what was parsed
    std::string_view encoded_header;  // authenticated together with the content
    std::string encrypted_key;
    std::string iv;
    std::string ciphertext;
    std::string tag;

    // What the header says to algorithms that wrap with AES GCM (RFC 7518 section 4.7.1),
    std::string wrapping_iv;
    std::string wrapping_tag;

    // and to those that agree on a key (RFC 7518 section 4.6.1).
    Curve curve = Curve::kNone;
    PublicKeyHandle ephemeral_key;
    std::string party_u_info;
    std::string party_v_info;
};

/*
 * Takes a token apart. What is malformed and what is merely undecipherable is told apart by one
 * rule: a wrong number of parts, and what isn't strict base64url or JSON of the right type, is
 * malformed; what is well-formed but of a length or with an "epk" that no key of the algorithm can
 * go with fails as decryption does. No engine has seen a byte of a part before that.
 */
Result<Jwe> parse_jwe(std::string_view token);

/* RFC 7516 section 5.2: the content of a JWE, decompressed, with one key that may not fit. */
Result<SecretBytes> decrypt(const Jwe& jwe, const Key& key);

}  // namespace oauth2_rs

#endif
