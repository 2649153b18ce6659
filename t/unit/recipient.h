#ifndef OAUTH2_RS_UNIT_RECIPIENT_H
#define OAUTH2_RS_UNIT_RECIPIENT_H

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/handles.h"
#include "jose/key.h"

namespace oauth2_rs::fakes {

/* The parts of a compact JWE, which a test may change one by one. */
struct Envelope {
    std::string header;  // JSON
    std::string encrypted_key;
    std::string iv;
    std::string ciphertext;
    std::string tag;

    std::string token() const;
};

/* What a test wants of an encryption beside its algorithms. */
struct Wishes {
    std::string members = {};                     // further ones of the header: `,"kid":"a"`
    std::optional<std::string> content_key = {};  // instead of a random one
    std::string epk_members = {};                 // further ones of "epk"
    std::string party_u_info = {};                // "apu"; empty: none
    std::string party_v_info = {};
};

/*
 * Somebody to encrypt to, written down anew from RFC 7516 and RFC 7518 without a look at what is
 * tested, and with no opinion on what should be allowed.
 */
class Recipient {
  public:
    static Recipient rsa(std::size_t bits = 2048);
    static Recipient ec(const char* curve);   // "P-256", "P-384", "P-521", "secp256k1"
    static Recipient okp(const char* curve);  // "X25519", "X448", "Ed25519"
    static Recipient oct(std::string secret);

    /* With its private half, and further members. */
    std::string private_jwk(const std::string& members = "") const;
    std::string public_jwk(const std::string& members = "") const;
    std::string private_pem() const;

    /* What parse_jwk makes of the private JWK; fails the test where it makes none. */
    KeyPointer key(const std::string& members = "") const;

    /* "alg" and "enc" as in RFC 7518, whether the key fits them or not. */
    Envelope encrypt(std::string_view alg, std::string_view enc, std::string_view content,
                     const Wishes& wishes = {}) const;

    EVP_PKEY* native() const { return key_.get(); }
    const std::string& secret() const { return secret_; }

  private:
    Recipient(std::string curve, PublicKeyHandle key, std::string secret)
        : curve_(std::move(curve)), key_(std::move(key)), secret_(std::move(secret)) {}

    /* Fills in the encrypted key and the header; returns the content encryption key. */
    std::string manage_key(std::string_view alg, std::string_view enc, const Wishes& wishes,
                           Envelope* envelope) const;
    std::string agree(std::string_view alg, std::string_view enc, const Wishes& wishes,
                      Envelope* envelope) const;
    std::string wrap_rsa(std::string_view alg, std::string_view content_key) const;

    std::string curve_;
    PublicKeyHandle key_;
    std::string secret_;
};

const Recipient& rsa_recipient();
const Recipient& ec_recipient();  // P-256
const Recipient& x25519_recipient();

/* The bytes of the key that an "enc" wants. */
std::size_t content_key_size(std::string_view enc);

/* Raw DEFLATE (RFC 1951). */
std::string deflated(std::string_view text);

}  // namespace oauth2_rs::fakes

#endif
