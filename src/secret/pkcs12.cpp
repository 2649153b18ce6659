#include "secret/pkcs12.h"

#include <openssl/err.h>
#include <openssl/pkcs12.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <cstdint>
#include <string_view>
#include <utility>

namespace oauth2_rs {

namespace {

struct Pkcs7StackReleaser {
    void operator()(STACK_OF(PKCS7) * stack) const { sk_PKCS7_pop_free(stack, PKCS7_free); }
};
struct BagStackReleaser {
    void operator()(STACK_OF(PKCS12_SAFEBAG) * stack) const {
        sk_PKCS12_SAFEBAG_pop_free(stack, PKCS12_SAFEBAG_free);
    }
};
using Pkcs12Handle = Handle<PKCS12, PKCS12_free>;
using Pkcs7Stack = std::unique_ptr<STACK_OF(PKCS7), Pkcs7StackReleaser>;
using BagStack = std::unique_ptr<STACK_OF(PKCS12_SAFEBAG), BagStackReleaser>;
using Pkcs8Handle = Handle<PKCS8_PRIV_KEY_INFO, PKCS8_PRIV_KEY_INFO_free>;
using EncryptedPkcs8Handle = Handle<X509_SIG, X509_SIG_free>;

struct FriendlyNameReleaser {
    void operator()(char* name) const { OPENSSL_free(name); }
};

/* Terminated, since OpenSSL's PKCS#12 wants a C string here and there. */
struct Password {
    explicit Password(const SecretBytes& bytes) : text(bytes) { text.push_back('\0'); }

    const char* data() const {
        return is_none ? nullptr : reinterpret_cast<const char*>(text.data());
    }
    int size() const { return static_cast<int>(text.size()) - 1; }

    SecretBytes text;
    bool is_none = false;  // not even an empty one, which RFC 7292 appendix B.1 tells apart
};

/* Tools differ in how they take "no password"; which it was shows here. */
bool opens(PKCS12* keystore, Password* password) {
    if (PKCS12_verify_mac(keystore, password->data(), password->size()) == 1) {
        return true;
    }
    password->is_none = password->size() == 0;
    return password->is_none && PKCS12_verify_mac(keystore, nullptr, 0) == 1;
}

/* All of them where the certificate has no key usage. */
KeyPurposes purposes_of(X509* certificate) {
    const std::uint32_t usage = X509_get_key_usage(certificate);
    return {(usage & (KU_DIGITAL_SIGNATURE | KU_NON_REPUDIATION)) != 0,
            (usage & (KU_KEY_ENCIPHERMENT | KU_DATA_ENCIPHERMENT | KU_KEY_AGREEMENT)) != 0};
}

/* Collects what the bags of one keystore hold. */
class Collector {
  public:
    explicit Collector(const Password& password) : password_(password) {}

    void add_safe(PKCS7* safe) {
        const bool encrypted = PKCS7_type_is_encrypted(safe) != 0;
        const BagStack bags(encrypted
                                ? PKCS12_unpack_p7encdata(safe, password_.data(), password_.size())
                                : PKCS12_unpack_p7data(safe));
        complete_ = complete_ && bags;
        add_bags(bags.get());
    }

    /* False where a part could not be read. */
    bool complete() const { return complete_; }

    std::vector<KeystoreEntry> take() {
        for (KeystoreEntry& certificate : certificates_) {
            const auto known = std::find_if(
                entries_.begin(), entries_.end(),
                [&](const KeystoreEntry& entry) { return entry.alias == certificate.alias; });
            if (known == entries_.end()) {
                entries_.push_back(std::move(certificate));
            } else if (known->key && EVP_PKEY_eq(known->key.get(), certificate.key.get()) == 1) {
                known->purposes = certificate.purposes;
            }
        }
        return std::move(entries_);
    }

  private:
    void add_bags(const STACK_OF(PKCS12_SAFEBAG) * bags) {
        for (int index = 0; index < sk_PKCS12_SAFEBAG_num(bags); ++index) {
            add_bag(sk_PKCS12_SAFEBAG_value(bags, index));
        }
    }

    void add_bag(PKCS12_SAFEBAG* bag) {
        const std::unique_ptr<char, FriendlyNameReleaser> alias(PKCS12_get_friendlyname(bag));
        KeystoreEntry entry;
        entry.alias = alias ? alias.get() : "";
        switch (PKCS12_SAFEBAG_get_nid(bag)) {
            case NID_keyBag:
                return add_private(std::move(entry), PKCS12_SAFEBAG_get0_p8inf(bag));
            case NID_pkcs8ShroudedKeyBag:
                return add_shrouded(std::move(entry), bag);
            case NID_certBag:
                return add_certificate(std::move(entry), bag);
            case NID_secretBag:
                return add_secret(std::move(entry), bag);
            case NID_safeContentsBag:
                return add_bags(PKCS12_SAFEBAG_get0_safes(bag));
            default:
                return;
        }
    }

    void add_private(KeystoreEntry entry, const PKCS8_PRIV_KEY_INFO* info) {
        entry.key.reset(info != nullptr ? EVP_PKCS82PKEY(info) : nullptr);
        entry.is_private = true;
        complete_ = complete_ && entry.key;
        if (entry.key) {
            entries_.push_back(std::move(entry));
        }
    }

    void add_shrouded(KeystoreEntry entry, const PKCS12_SAFEBAG* bag) {
        const Pkcs8Handle info(PKCS12_decrypt_skey(bag, password_.data(), password_.size()));
        add_private(std::move(entry), info.get());
    }

    void add_certificate(KeystoreEntry entry, const PKCS12_SAFEBAG* bag) {
        const CertificateHandle certificate(PKCS12_SAFEBAG_get1_cert(bag));
        entry.key.reset(certificate ? X509_get_pubkey(certificate.get()) : nullptr);
        if (entry.key) {
            entry.purposes = purposes_of(certificate.get());
            certificates_.push_back(std::move(entry));
        }
    }

    /* Java's keytool -genseckey: an encrypted PKCS#8 whose private key is the secret itself. */
    void add_secret(KeystoreEntry entry, const PKCS12_SAFEBAG* bag) {
        const ASN1_TYPE* value = PKCS12_SAFEBAG_get0_bag_obj(bag);
        if (value == nullptr || value->type != V_ASN1_OCTET_STRING) {
            return;
        }
        const unsigned char* der = ASN1_STRING_get0_data(value->value.octet_string);
        const EncryptedPkcs8Handle encrypted(
            d2i_X509_SIG(nullptr, &der, ASN1_STRING_length(value->value.octet_string)));
        const Pkcs8Handle info(
            encrypted ? PKCS8_decrypt(encrypted.get(), password_.data(), password_.size())
                      : nullptr);
        const unsigned char* bytes = nullptr;
        int size = 0;
        if (!info || PKCS8_pkey_get0(nullptr, &bytes, &size, nullptr, info.get()) != 1) {
            complete_ = false;
            return;
        }
        entry.secret.assign(bytes, bytes + size);
        entries_.push_back(std::move(entry));
    }

    const Password& password_;
    bool complete_ = true;
    std::vector<KeystoreEntry> entries_;
    std::vector<KeystoreEntry> certificates_;
};

ConfigError refused(const char* why) {
    ERR_clear_error();
    return {why};
}

Configured<Pkcs12Handle> decode(const SecretBytes& content, Password* password) {
    const unsigned char* der = content.data();
    Pkcs12Handle keystore(d2i_PKCS12(nullptr, &der, static_cast<long>(content.size())));
    if (!keystore) {
        return refused("it is no PKCS#12 keystore");
    }
    if (PKCS12_mac_present(keystore.get()) == 0) {
        return refused("it has no MAC, so nobody can say whether it was changed");
    }
    if (!opens(keystore.get(), password)) {
        return refused("the password of password_secret doesn't open it");
    }
    return keystore;
}

}  // namespace

Configured<std::vector<KeystoreEntry>> open_keystore(const SecretBytes& content,
                                                     const SecretBytes& secret) {
    Password password(secret);
    auto keystore = decode(content, &password);
    if (!keystore.ok()) {
        return keystore.error();
    }
    const Pkcs7Stack safes(PKCS12_unpack_authsafes(keystore.value().get()));
    Collector collector(password);
    for (int index = 0; index < sk_PKCS7_num(safes.get()); ++index) {
        collector.add_safe(sk_PKCS7_value(safes.get(), index));
    }
    if (!safes || !collector.complete()) {
        return refused(
            "a part of it can't be read; make it anew with AES (openssl pkcs12 -export does)");
    }
    auto entries = collector.take();
    ERR_clear_error();
    return entries;
}

}  // namespace oauth2_rs
