#include "keystore_file.h"

#include <openssl/x509.h>

#include <array>
#include <cstdio>
#include <cstdlib>

#include "base/handles.h"

namespace oauth2_rs::fakes {

namespace {

constexpr int kCipher = NID_aes_128_cbc;
constexpr int kIterations = 1;
constexpr std::string_view kSecretBag = "\x2a\x86\x48\x86\xf7\x0d\x01\x0c\x0a\x01\x05";
constexpr std::string_view kSafeContentsBag = "\x2a\x86\x48\x86\xf7\x0d\x01\x0c\x0a\x01\x06";

using Pkcs12Handle = Handle<PKCS12, PKCS12_free>;
using Pkcs8Handle = Handle<PKCS8_PRIV_KEY_INFO, PKCS8_PRIV_KEY_INFO_free>;
using EncryptedPkcs8Handle = Handle<X509_SIG, X509_SIG_free>;
struct SafesReleaser {
    void operator()(STACK_OF(PKCS7) * safes) const { sk_PKCS7_pop_free(safes, PKCS7_free); }
};

/* A test that cannot be set up must not look like one that passed. */
void must(bool good) {
    if (!good) {
        std::fprintf(stderr, "keystore_file: OpenSSL failed\n");
        std::abort();
    }
}

void name(PKCS12_SAFEBAG* bag, const char* alias) {
    must(bag != nullptr && PKCS12_add_friendlyname_utf8(bag, alias, -1) == 1);
}

CertificateHandle certificate_of(const Signer& signer) {
    const Signer issuer = Signer::ec("P-256");
    CertificateHandle certificate(X509_new());
    X509_NAME* const subject = X509_get_subject_name(certificate.get());
    const auto* text = reinterpret_cast<const unsigned char*>("test");
    X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, text, -1, -1, 0);
    X509_set_issuer_name(certificate.get(), subject);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), 1);
    ASN1_TIME_set(X509_getm_notBefore(certificate.get()), 0);
    ASN1_TIME_set(X509_getm_notAfter(certificate.get()), 1);
    must(X509_set_pubkey(certificate.get(), signer.native()) == 1 &&
         X509_sign(certificate.get(), issuer.native(), EVP_sha256()) > 0);
    return certificate;
}

/* One value of DER, of less than 64 KiB. */
std::string der(unsigned char tag, std::string_view content) {
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
    const std::string whole = der(0x30, der(0x06, type) + der(0xa0, content));
    const auto* at = reinterpret_cast<const unsigned char*>(whole.data());
    return d2i_PKCS12_SAFEBAG(nullptr, &at, static_cast<long>(whole.size()));
}

/* An EncryptedPrivateKeyInfo whose private key is the secret itself. */
std::string encrypted(const std::string& secret) {
    const Pkcs8Handle info(PKCS8_PRIV_KEY_INFO_new());
    void* const copy = OPENSSL_memdup(secret.data(), secret.size());
    must(PKCS8_pkey_set0(info.get(), OBJ_nid2obj(NID_hmacWithSHA256), 0, V_ASN1_NULL, nullptr,
                         static_cast<unsigned char*>(copy), static_cast<int>(secret.size())) == 1);
    std::array<unsigned char, 8> salt{1, 2, 3};
    const EncryptedPkcs8Handle sealed(PKCS8_encrypt(-1, EVP_aes_128_cbc(), KeystoreFile::kPassword,
                                                    -1, salt.data(), salt.size(), kIterations,
                                                    info.get()));
    unsigned char* der = nullptr;
    const int size = i2d_X509_SIG(sealed.get(), &der);
    const OpensslMemory owner(der);
    must(size > 0);
    return {reinterpret_cast<const char*>(der), static_cast<std::size_t>(size)};
}

}  // namespace

KeystoreFile::~KeystoreFile() {
    sk_PKCS12_SAFEBAG_pop_free(bags_, PKCS12_SAFEBAG_free);
    sk_PKCS12_SAFEBAG_pop_free(encrypted_bags_, PKCS12_SAFEBAG_free);
}

void KeystoreFile::add_key(const char* alias, const Signer& signer) {
    name(PKCS12_add_key(&bags_, signer.native(), 0, kIterations, kCipher, kPassword), alias);
}

void KeystoreFile::add_plain_key(const char* alias, const Signer& signer) {
    name(PKCS12_add_key(&bags_, signer.native(), 0, kIterations, -1, nullptr), alias);
}

void KeystoreFile::add_certificate(const char* alias, const Signer& signer) {
    name(PKCS12_add_cert(&encrypted_bags_, certificate_of(signer).get()), alias);
}

void KeystoreFile::add_secret(const char* alias, const std::string& secret) {
    const std::string value = encrypted(secret);
    name(PKCS12_add_secret(&bags_, NID_pkcs8ShroudedKeyBag,
                           reinterpret_cast<const unsigned char*>(value.data()),
                           static_cast<int>(value.size())),
         alias);
}

void KeystoreFile::add_foreign_secret(const char* alias) {
    const std::string secret = der(0x06, "\x2a\x03") + der(0xa0, der(0x0c, "text"));
    PKCS12_SAFEBAG* const bag = bag_of(kSecretBag, der(0x30, secret));
    name(bag, alias);
    push(bag);
}

void KeystoreFile::add_revocation_list() {
    const Handle<X509_CRL, X509_CRL_free> list(X509_CRL_new());
    const Signer issuer = Signer::ec("P-256");
    const Handle<ASN1_TIME, ASN1_TIME_free> time(ASN1_TIME_set(nullptr, 1));
    must(X509_CRL_set1_lastUpdate(list.get(), time.get()) == 1 &&
         X509_CRL_sign(list.get(), issuer.native(), EVP_sha256()) > 0);
    push(PKCS12_SAFEBAG_create_crl(list.get()));
}

void KeystoreFile::nest() {
    unsigned char* contents = nullptr;
    const int size = ASN1_item_i2d(reinterpret_cast<ASN1_VALUE*>(bags_), &contents,
                                   ASN1_ITEM_rptr(PKCS12_SAFEBAGS));
    const OpensslMemory owner(contents);
    must(size > 0);
    PKCS12_SAFEBAG* const bag = bag_of(kSafeContentsBag, {reinterpret_cast<const char*>(contents),
                                                          static_cast<std::size_t>(size)});
    sk_PKCS12_SAFEBAG_pop_free(bags_, PKCS12_SAFEBAG_free);
    bags_ = nullptr;
    push(bag);
}

void KeystoreFile::push(PKCS12_SAFEBAG* bag) {
    bags_ = bags_ == nullptr ? sk_PKCS12_SAFEBAG_new_null() : bags_;
    must(bag != nullptr && sk_PKCS12_SAFEBAG_push(bags_, bag) > 0);
}

std::string KeystoreFile::bytes() const { return write(true); }

std::string KeystoreFile::bytes_without_mac() const { return write(false); }

std::string KeystoreFile::write(bool with_mac) const {
    STACK_OF(PKCS7)* safes = nullptr;
    must(encrypted_bags_ == nullptr ||
         PKCS12_add_safe(&safes, encrypted_bags_, kCipher, kIterations, kPassword) == 1);
    must(bags_ == nullptr || PKCS12_add_safe(&safes, bags_, -1, kIterations, nullptr) == 1);
    const std::unique_ptr<STACK_OF(PKCS7), SafesReleaser> owner(safes);
    const Pkcs12Handle keystore(PKCS12_add_safes(safes, 0));
    must(!with_mac ||
         PKCS12_set_mac(keystore.get(), kPassword, -1, nullptr, 0, kIterations, EVP_sha256()) == 1);
    unsigned char* der = nullptr;
    const int size = i2d_PKCS12(keystore.get(), &der);
    const OpensslMemory der_owner(der);
    must(size > 0);
    return {reinterpret_cast<const char*>(der), static_cast<std::size_t>(size)};
}

}  // namespace oauth2_rs::fakes
