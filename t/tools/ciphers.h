#ifndef MINT_CIPHERS_H
#define MINT_CIPHERS_H

#include <string>

#include "handles.h"

namespace oauth2_rs::mint {

/* What RFC 7518 builds on, by OpenSSL. All throw Failure. */

struct Sealed {
    std::string ciphertext;
    std::string tag;
};

/* The key's length chooses AES-128, -192 or -256. An IV of any length but 0 will do. */
Sealed aes_gcm(const std::string &key, const std::string &iv, const std::string &aad,
               const std::string &plaintext);

/* PKCS #7 padding; `iv` has 16 octets. */
std::string aes_cbc(const std::string &key, const std::string &iv, const std::string &plaintext);

/* RFC 3394. */
std::string aes_key_wrap(const std::string &wrapping_key, const std::string &key);

std::string hmac(const char *digest, const std::string &key, const std::string &input);

/* RSAES-OAEP with that hash, also for MGF1; RSAES-PKCS1-v1_5 where it is null. */
std::string rsa_encrypt(EVP_PKEY *key, const char *oaep_digest, const std::string &plaintext);

/* The shared secret of ECDH, X25519 and X448. */
std::string agree(EVP_PKEY *own, EVP_PKEY *peer);

/* NIST SP 800-56A's Concat KDF with SHA-256. */
std::string concat_kdf(const std::string &secret, const std::string &other_info, size_t octets);

/* RFC 1951, with no header around it. */
std::string deflate_raw(const std::string &text);

}  // namespace oauth2_rs::mint

#endif
