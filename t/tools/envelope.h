#ifndef MINT_ENVELOPE_H
#define MINT_ENVELOPE_H

#include <string>

#include "json_text.h"
#include "keys.h"

namespace oauth2_rs::mint {

/* Whom a token is encrypted for, and how. */
struct Recipient {
    const Key *key;
    const Algorithm *algorithm;
    const Encryption *encryption;
};

/* Throws Failure where the key does not fit. An empty `enc` is what suits the key. */
Recipient make_recipient(const Key &key, const Algorithm &algorithm, const std::string &enc);

/*
 * A JWE (RFC 7516) while it is made: wrap_key, then seal, then compact. All members are open, so
 * that a fault can change one before the next step uses it. Borrows the recipient's key.
 */
struct Envelope {
    Recipient recipient;
    Members header;
    bool compresses;
    std::string plaintext;
    std::string ephemeral_jwk;  // both halves; empty but for ECDH-ES
    std::string content_key;
    std::string encrypted_key;
    std::string iv;
    std::string ciphertext;
    std::string tag;

    /* Sets both keys and the IV, and the header members that the algorithm wants. */
    void wrap_key();
    /* RFC 7518 section 4.7: the encrypted key, with its IV and tag in the header. */
    void wrap_by_gcm(const std::string &wrapping_iv);
    /* RFC 7518 section 4.6: both keys by what the two sides share. */
    void derive_keys(const std::string &shared_secret);
    void seal();
    /* The tag of A*CBC-HS* over the parts as they are (RFC 7518 section 5.2.2.1). */
    std::string mac() const;
    std::string compact() const;
    /* All three steps. */
    std::string finish();
};

}  // namespace oauth2_rs::mint

#endif
