#include "keystores.h"

#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include <string_view>
#include <utility>

namespace oauth2_rs::fakes {

namespace {

constexpr int kIterations = 100;  // it is a test's keystore
constexpr int kCipher = NID_aes_256_cbc;
constexpr std::string_view kSecretBag = "\x2a\x86\x48\x86\xf7\x0d\x01\x0c\x0a\x01\x05";
constexpr std::string_view kSafeContentsBag = "\x2a\x86\x48\x86\xf7\x0d\x01\x0c\x0a\x01\x06";

using ExtensionHandle = Handle<X509_EXTENSION, X509_EXTENSION_free>;
using Pkcs12Handle = Handle<PKCS12, PKCS12_free>;
using Pkcs8Handle = Handle<PKCS8_PRIV_KEY_INFO, PKCS8_PRIV_KEY_INFO_free>;
using EncryptedPkcs8Handle = Handle<X509_SIG, X509_SIG_free>;

CertificateHandle make_certificate(const Signer& signer, const Certificate& wanted) {
    CertificateHandle made(X509_new());
    X509_set_version(made.get(), X509_VERSION_3);
    constexpr long kDay = 24L * 60 * 60;
    X509_gmtime_adj(X509_getm_notBefore(made.get()), -10 * kDay);
    X509_gmtime_adj(X509_getm_notAfter(made.get()), wanted.days * kDay);
    X509_set_pubkey(made.get(), signer.native());
    if (!wanted.usage.empty()) {
        const ExtensionHandle usage(
            X509V3_EXT_conf_nid(nullptr, nullptr, NID_key_usage, wanted.usage.c_str()));
        X509_add_ext(made.get(), usage.get(), -1);
    }
    // Whoever has issued it doesn't matter.
    X509_sign(made.get(), ec_signer().native(), EVP_sha256());
    return made;
}

/* One value of DER, of less than 64 KiB. */
std::string der_value(unsigned char tag, std::string_view content) {
    std::string value(1, static_cast<char>(tag));
    if (content.size() >= 0x80) {
        value += '\x82';
        value += static_cast<char>(content.size() >> 8);
    }
    value += static_cast<char>(content.size() & 0xff);
    value += content;
    return value;
}

/* A bag of a kind that OpenSSL reads, but doesn't make (RFC 7292 section 4.2). */
PKCS12_SAFEBAG* bag_of(std::string_view type, std::string_view content) {
    const std::string whole = der_value(0x30, der_value(0x06, type) + der_value(0xa0, content));
    const auto* at = reinterpret_cast<const unsigned char*>(whole.data());
    return d2i_PKCS12_SAFEBAG(nullptr, &at, static_cast<long>(whole.size()));
}

}  // namespace

Keystore::Keystore(std::string password)
    : password_(std::move(password)), bags_(sk_PKCS12_SAFEBAG_new_null()) {}

Keystore& Keystore::add(const std::string& alias, const Signer& signer,
                        const Certificate& certificate) {
    add_key(alias, signer, password_);
    return add_certificate(alias, signer, certificate);
}

Keystore& Keystore::add(const std::string& alias, const Signer& signer,
                        const std::string& password) {
    add_key(alias, signer, password);
    return add_certificate(alias, signer);
}

Keystore& Keystore::add_certificate(const std::string& alias, const Signer& signer,
                                    const Certificate& certificate) {
    push(PKCS12_SAFEBAG_create_cert(make_certificate(signer, certificate).get()), alias);
    return *this;
}

Keystore& Keystore::add_secret(const std::string& alias, const std::string& bytes,
                               const std::optional<std::string>& password) {
    const std::string& protection = password ? *password : password_;
    const Pkcs8Handle plain(PKCS8_PRIV_KEY_INFO_new());
    // PKCS8_pkey_set0() takes all of its arguments over.
    PKCS8_pkey_set0(plain.get(), OBJ_txt2obj("2.16.840.1.101.3.4.1", 1), 0, V_ASN1_NULL, nullptr,
                    static_cast<unsigned char*>(OPENSSL_memdup(bytes.data(), bytes.size())),
                    static_cast<int>(bytes.size()));
    unsigned char salt[8];
    RAND_bytes(salt, sizeof(salt));
    const EncryptedPkcs8Handle encrypted(PKCS8_encrypt(-1, EVP_aes_256_cbc(), protection.c_str(),
                                                       static_cast<int>(protection.size()), salt,
                                                       sizeof(salt), kIterations, plain.get()));
    unsigned char* der = nullptr;
    const int size = i2d_X509_SIG(encrypted.get(), &der);
    const OpensslMemory owner(der);
    push(PKCS12_SAFEBAG_create_secret(NID_pkcs8ShroudedKeyBag, V_ASN1_OCTET_STRING, der, size),
         alias);
    return *this;
}

Keystore& Keystore::add_bare_key(const std::string& alias, const Signer& signer) {
    push(PKCS12_SAFEBAG_create0_p8inf(EVP_PKEY2PKCS8(signer.native())), alias);
    return *this;
}

Keystore& Keystore::add_foreign_secret(const std::string& alias) {
    const std::string secret =
        der_value(0x06, "\x2a\x03") + der_value(0xa0, der_value(0x0c, "text"));
    push(bag_of(kSecretBag, der_value(0x30, secret)), alias);
    return *this;
}

Keystore& Keystore::add_revocation_list() {
    const Handle<X509_CRL, X509_CRL_free> list(X509_CRL_new());
    const Handle<ASN1_TIME, ASN1_TIME_free> time(ASN1_TIME_set(nullptr, 1));
    X509_CRL_set1_lastUpdate(list.get(), time.get());
    X509_CRL_sign(list.get(), ec_signer().native(), EVP_sha256());
    push(PKCS12_SAFEBAG_create_crl(list.get()), "");
    return *this;
}

Keystore& Keystore::nest() {
    unsigned char* contents = nullptr;
    const int size = ASN1_item_i2d(reinterpret_cast<ASN1_VALUE*>(bags_.get()), &contents,
                                   ASN1_ITEM_rptr(PKCS12_SAFEBAGS));
    const OpensslMemory owner(contents);
    bags_.reset(sk_PKCS12_SAFEBAG_new_null());
    push(bag_of(kSafeContentsBag,
                {reinterpret_cast<const char*>(contents), static_cast<std::size_t>(size)}),
         "");
    return *this;
}

Keystore& Keystore::in_the_open() {
    is_encrypted_ = false;
    return *this;
}

Keystore& Keystore::without_mac() {
    has_mac_ = false;
    return *this;
}

std::string Keystore::der() const {
    STACK_OF(PKCS7)* safes = nullptr;
    PKCS12_add_safe(&safes, bags_.get(), is_encrypted_ ? kCipher : -1, kIterations,
                    password_.c_str());
    const Pkcs12Handle keystore(PKCS12_add_safes(safes, 0));
    sk_PKCS7_pop_free(safes, PKCS7_free);
    if (has_mac_) {
        PKCS12_set_mac(keystore.get(), password_.c_str(), static_cast<int>(password_.size()),
                       nullptr, 0, kIterations, EVP_sha256());
    }
    unsigned char* der = nullptr;
    const int size = i2d_PKCS12(keystore.get(), &der);
    const OpensslMemory owner(der);
    return {reinterpret_cast<const char*>(der), static_cast<std::size_t>(size)};
}

void Keystore::add_key(const std::string& alias, const Signer& signer,
                       const std::string& password) {
    const Pkcs8Handle plain(EVP_PKEY2PKCS8(signer.native()));
    push(PKCS12_SAFEBAG_create_pkcs8_encrypt(kCipher, password.c_str(),
                                             static_cast<int>(password.size()), nullptr, 0,
                                             kIterations, plain.get()),
         alias);
}

void Keystore::push(PKCS12_SAFEBAG* bag, const std::string& alias) {
    if (!alias.empty()) {
        PKCS12_add_friendlyname_utf8(bag, alias.c_str(), static_cast<int>(alias.size()));
    }
    sk_PKCS12_SAFEBAG_push(bags_.get(), bag);
}

}  // namespace oauth2_rs::fakes
