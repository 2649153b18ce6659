#ifndef OAUTH2_RS_UNIT_KEYSTORE_FILE_H
#define OAUTH2_RS_UNIT_KEYSTORE_FILE_H

#include <openssl/pkcs12.h>

#include <string>

#include "fakes.h"

namespace oauth2_rs::fakes {

/* A PKCS#12 file that a test puts together; it takes no time to open. */
class KeystoreFile {
  public:
    KeystoreFile() = default;
    ~KeystoreFile();
    KeystoreFile(const KeystoreFile&) = delete;
    KeystoreFile& operator=(const KeystoreFile&) = delete;

    static constexpr const char* kPassword = "hush";

    /* Encrypted one by one, as everybody does it; or not at all. */
    void add_key(const char* alias, const Signer& signer);
    void add_plain_key(const char* alias, const Signer& signer);
    /* An expired certificate; they are encrypted together. */
    void add_certificate(const char* alias, const Signer& signer);
    /* As Java's keytool -genseckey has it. */
    void add_secret(const char* alias, const std::string& secret);
    /* A secret bag that holds something else. */
    void add_foreign_secret(const char* alias);
    void add_revocation_list();
    /* What was added up to now goes into a bag of bags. */
    void nest();

    std::string bytes() const;
    std::string bytes_without_mac() const;

  private:
    using Bags = STACK_OF(PKCS12_SAFEBAG);

    void push(PKCS12_SAFEBAG* bag);
    std::string write(bool with_mac) const;

    Bags* bags_ = nullptr;
    Bags* encrypted_bags_ = nullptr;
};

}  // namespace oauth2_rs::fakes

#endif
