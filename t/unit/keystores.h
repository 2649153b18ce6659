#ifndef OAUTH2_RS_UNIT_KEYSTORES_H
#define OAUTH2_RS_UNIT_KEYSTORES_H

#include <openssl/pkcs12.h>

#include <memory>
#include <optional>
#include <string>

#include "fakes.h"

namespace oauth2_rs::fakes {

/* What a certificate says beside its key. */
struct Certificate {
    std::string usage = {};  // RFC 5280 section 4.2.1.3, in OpenSSL's words; empty: nothing
    int days = 1;            // negative: it has expired
};

/* Writes a PKCS#12 keystore, entry by entry. */
class Keystore {
  public:
    explicit Keystore(std::string password);

    /* A private key under that alias, and its certificate; the key has that password. */
    Keystore& add(const std::string& alias, const Signer& signer,
                  const Certificate& certificate = {});
    Keystore& add(const std::string& alias, const Signer& signer, const std::string& password);

    Keystore& add_certificate(const std::string& alias, const Signer& signer,
                              const Certificate& certificate = {});

    /* As Java's keytool -genseckey; nothing for the password: the keystore's. */
    Keystore& add_secret(const std::string& alias, const std::string& bytes,
                         const std::optional<std::string>& password = std::nullopt);

    /* A private key that is not encrypted by itself. */
    Keystore& add_bare_key(const std::string& alias, const Signer& signer);
    /* A secret bag with something that is no key, and a bag of a kind that holds none. */
    Keystore& add_foreign_secret(const std::string& alias);
    Keystore& add_revocation_list();

    /* What was added up to now goes into a bag of bags. */
    Keystore& nest();

    Keystore& without_mac();

    /* The bags are in a safe that is not encrypted as a whole. */
    Keystore& in_the_open();

    std::string der() const;

  private:
    struct StackReleaser {
        void operator()(STACK_OF(PKCS12_SAFEBAG) * stack) const {
            sk_PKCS12_SAFEBAG_pop_free(stack, PKCS12_SAFEBAG_free);
        }
    };

    void add_key(const std::string& alias, const Signer& signer, const std::string& password);
    void push(PKCS12_SAFEBAG* bag, const std::string& alias);

    std::string password_;
    std::unique_ptr<STACK_OF(PKCS12_SAFEBAG), StackReleaser> bags_;
    bool has_mac_ = true;
    bool is_encrypted_ = true;
};

}  // namespace oauth2_rs::fakes

#endif
