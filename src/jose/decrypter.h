#ifndef OAUTH2_RS_JOSE_DECRYPTER_H
#define OAUTH2_RS_JOSE_DECRYPTER_H

#include <memory>
#include <optional>

#include "base/secret_bytes.h"

struct evp_pkey_st;

namespace oauth2_rs {

struct Jwe;

/*
 * Decrypts with one key by one engine (RFC 7516 section 5.2, steps 9 to 16). It is given only what
 * fits the key and has the lengths that its algorithms want.
 *
 * One thread; it borrows the key, which must live longer.
 */
class Decrypter {
  public:
    virtual ~Decrypter() = default;

    /* The content; nothing for any failure, and nothing is left in OpenSSL's error queue. */
    virtual std::optional<SecretBytes> decrypt(const Jwe& jwe) = 0;
};

/* nullptr where the engine refuses. cjose's is for symmetric keys. */
std::unique_ptr<Decrypter> make_cjose_decrypter(const SecretBytes& secret);

/* `key` is nullptr for a symmetric key; `secret` is empty for any other. */
std::unique_ptr<Decrypter> make_openssl_decrypter(const SecretBytes& secret, evp_pkey_st* key);

}  // namespace oauth2_rs

#endif
