#include "keystore.h"

#include <openssl/pkcs12.h>

#include "certificate.h"
#include "encode.h"
#include "failure.h"

namespace oauth2_rs::mint {

namespace {

constexpr int kCipher = NID_aes_256_cbc;
constexpr int kIterations = PKCS12_DEFAULT_ITER;
constexpr size_t kSaltOctets = 16;
constexpr int64_t kCertificateDays = 365;

/* What a secret bag says that its octets are; AES has a number, but no name in OpenSSL. */
constexpr const char *kAes = "2.16.840.1.101.3.4.1";
struct SecretType {
    const char *alg;
    const char *object;
};
constexpr SecretType kSecretTypes[] = {
    {"HS256", LN_hmacWithSHA256}, {"HS384", LN_hmacWithSHA384}, {"HS512", LN_hmacWithSHA512}};

using BagStack = STACK_OF(PKCS12_SAFEBAG);
using SafeStack = STACK_OF(PKCS7);

using Pkcs8 = std::unique_ptr<PKCS8_PRIV_KEY_INFO, FreeWith<PKCS8_PRIV_KEY_INFO_free>>;
using EncryptedPkcs8 = std::unique_ptr<X509_SIG, FreeWith<X509_SIG_free>>;
using Pkcs12 = std::unique_ptr<PKCS12, FreeWith<PKCS12_free>>;
using Object = std::unique_ptr<ASN1_OBJECT, FreeWith<ASN1_OBJECT_free>>;

void check(bool done) {
    if (!done) {
        throw crypto_failure("cannot make the keystore");
    }
}

/* Bags of a safe. OpenSSL's functions for stacks are inline, so no FreeWith. */
class Bags {
  public:
    Bags() : stack_(sk_PKCS12_SAFEBAG_new_null()) { check(stack_ != nullptr); }
    ~Bags() { sk_PKCS12_SAFEBAG_pop_free(stack_, PKCS12_SAFEBAG_free); }
    Bags(const Bags &) = delete;
    Bags &operator=(const Bags &) = delete;

    bool empty() const { return sk_PKCS12_SAFEBAG_num(stack_) == 0; }
    BagStack **get() { return &stack_; }

  private:
    BagStack *stack_;
};

/* The content of a keystore: safes, each a list of bags. */
class Safes {
  public:
    Safes() : stack_(sk_PKCS7_new_null()) { check(stack_ != nullptr); }
    ~Safes() { sk_PKCS7_pop_free(stack_, PKCS7_free); }
    Safes(const Safes &) = delete;
    Safes &operator=(const Safes &) = delete;

    /* `cipher` -1 leaves the safe itself unencrypted: its bags are already. */
    void add(Bags &bags, int cipher, const std::string &password) {
        if (!bags.empty()) {
            check(PKCS12_add_safe(&stack_, *bags.get(), cipher, kIterations, password.c_str()) ==
                  1);
        }
    }
    SafeStack *get() { return stack_; }

  private:
    SafeStack *stack_;
};

/* What ties a private key to its certificate, and what Java wants of a secret key too. */
std::string local_key_id(size_t number) { return "Key " + std::to_string(number); }

void name_bag(PKCS12_SAFEBAG *bag, const std::string &alias, const std::string &id) {
    std::string octets = id;
    check(bag != nullptr &&
          PKCS12_add_friendlyname_utf8(bag, alias.c_str(), static_cast<int>(alias.size())) == 1 &&
          PKCS12_add_localkeyid(bag, reinterpret_cast<unsigned char *>(octets.data()),
                                static_cast<int>(octets.size())) == 1);
}

const char *secret_type(const Key &key) {
    const std::string alg = key.member("alg");
    for (const SecretType &type : kSecretTypes) {
        if (alg == type.alg) {
            return type.object;
        }
    }
    return kAes;
}

/* An EncryptedPrivateKeyInfo whose private key is the octets of an oct key. */
std::string encrypted_secret(const Key &key, const std::string &password) {
    const Pkcs8 plain(PKCS8_PRIV_KEY_INFO_new());
    Object oid(OBJ_txt2obj(secret_type(key), 0));
    auto *const octets =
        static_cast<unsigned char *>(OPENSSL_memdup(key.octets.data(), key.octets.size()));
    check(plain && oid && octets != nullptr);
    if (PKCS8_pkey_set0(plain.get(), oid.get(), 0, V_ASN1_NULL, nullptr, octets,
                        static_cast<int>(key.octets.size())) != 1) {
        OPENSSL_clear_free(octets, key.octets.size());
        check(false);
    }
    static_cast<void>(oid.release());
    std::string salt = random_octets(kSaltOctets);
    const EncryptedPkcs8 encrypted(
        PKCS8_encrypt(-1, EVP_aes_256_cbc(), password.c_str(), static_cast<int>(password.size()),
                      reinterpret_cast<unsigned char *>(salt.data()), static_cast<int>(salt.size()),
                      kIterations, plain.get()));
    check(encrypted != nullptr);
    std::string der(static_cast<size_t>(i2d_X509_SIG(encrypted.get(), nullptr)), '\0');
    auto *out = reinterpret_cast<unsigned char *>(der.data());
    check(i2d_X509_SIG(encrypted.get(), &out) > 0);
    return der;
}

/* Issued by a key that is thrown away: X25519 and X448 keys cannot sign their own. */
Certificate make_certificate(const KeystoreEntry &entry) {
    const Key issuer = generate_on_curve(*find_curve("P-256"));
    const std::string issuer_pem = self_signed(issuer, {"mint", "", kCertificateDays});
    return read_certificate(
        issued_by(issuer_pem, issuer, entry.key, {entry.alias, "", kCertificateDays}),
        "the certificate");
}

void add_certificate(Bags &bags, const KeystoreEntry &entry, const std::string &id) {
    const Certificate made = entry.certificate ? nullptr : make_certificate(entry);
    X509 *const certificate = made ? made.get() : entry.certificate.get();
    name_bag(PKCS12_add_cert(bags.get(), certificate), entry.alias, id);
}

void add_key(Bags &bags, const KeystoreEntry &entry, const std::string &password,
             const std::string &id) {
    PKCS12_SAFEBAG *bag = nullptr;
    if (entry.key.type == KeyType::kOct) {
        const std::string secret = encrypted_secret(entry.key, password);
        bag = PKCS12_add_secret(bags.get(), NID_pkcs8ShroudedKeyBag,
                                reinterpret_cast<const unsigned char *>(secret.data()),
                                static_cast<int>(secret.size()));
    } else {
        bag = PKCS12_add_key(bags.get(), entry.key.pkey.get(), 0, kIterations, kCipher,
                             password.c_str());
    }
    name_bag(bag, entry.alias, id);
}

std::string der_text(const PKCS12 *store) {
    std::string der(static_cast<size_t>(i2d_PKCS12(store, nullptr)), '\0');
    auto *out = reinterpret_cast<unsigned char *>(der.data());
    check(i2d_PKCS12(store, &out) > 0);
    return der;
}

}  // namespace

std::string keystore(const std::vector<KeystoreEntry> &entries, const std::string &password) {
    Bags certificates;
    Bags keys;
    for (size_t i = 0; i < entries.size(); ++i) {
        const std::string id = local_key_id(i + 1);
        add_key(keys, entries[i], password, id);
        if (entries[i].key.type != KeyType::kOct) {
            add_certificate(certificates, entries[i], id);
        }
    }
    Safes safes;
    safes.add(certificates, kCipher, password);
    safes.add(keys, -1, password);
    const Pkcs12 store(PKCS12_add_safes(safes.get(), 0));
    check(store && PKCS12_set_mac(store.get(), password.c_str(), static_cast<int>(password.size()),
                                  nullptr, 0, kIterations, nullptr) == 1);
    return der_text(store.get());
}

}  // namespace oauth2_rs::mint
