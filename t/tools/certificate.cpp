#include "certificate.h"

#include <openssl/pem.h>

#include <ctime>

#include "encode.h"
#include "failure.h"

namespace oauth2_rs::mint {

namespace {

constexpr int64_t kDay = 86400;
constexpr int64_t kHour = 3600;

void check(bool done, const char *what) {
    if (!done) {
        throw crypto_failure(what);
    }
}

void set_serial(X509 *certificate) {
    // RFC 5280 section 4.1.2.2: positive and at most 20 octets.
    const std::string octets = '\1' + random_octets(15);
    const Bignum number(BN_bin2bn(reinterpret_cast<const unsigned char *>(octets.data()),
                                  static_cast<int>(octets.size()), nullptr));
    check(number && BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate)) != nullptr,
          "cannot set the serial number");
}

void set_subject(X509 *certificate, const std::string &common_name) {
    check(X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_UTF8,
                                     reinterpret_cast<const unsigned char *>(common_name.data()),
                                     static_cast<int>(common_name.size()), -1, 0) == 1,
          "cannot set the subject");
}

void set_validity(X509 *certificate, int64_t days) {
    const time_t now = std::time(nullptr);
    const time_t end = now + days * kDay;
    // An hour for clocks that differ. An expired certificate was valid for one day.
    const time_t begin = days < 0 ? end - kDay : now - kHour;
    check(ASN1_TIME_set(X509_getm_notBefore(certificate), begin) != nullptr &&
              ASN1_TIME_set(X509_getm_notAfter(certificate), end) != nullptr,
          "cannot set the validity");
}

void add_extension(X509 *certificate, X509V3_CTX *context, int nid, const std::string &value) {
    const Extension extension(X509V3_EXT_conf_nid(nullptr, context, nid, value.c_str()));
    check(extension && X509_add_ext(certificate, extension.get(), -1) == 1,
          nid == NID_subject_alt_name ? "--san is DNS:name or IP:address, separated by commas"
                                      : "cannot add an extension");
}

/* All but issuer, extensions and signature. */
Certificate unsigned_certificate(const Key &key, const CertificateRequest &request) {
    if (!key.pkey) {
        throw Failure("an oct key cannot have a certificate");
    }
    Certificate certificate(X509_new());
    check(certificate && X509_set_version(certificate.get(), X509_VERSION_3) == 1,
          "cannot make a certificate");
    set_serial(certificate.get());
    set_subject(certificate.get(), request.common_name);
    set_validity(certificate.get(), request.days);
    check(X509_set_pubkey(certificate.get(), key.pkey.get()) == 1, "cannot set the public key");
    return certificate;
}

/* RFC 5280 section 4.2.1.3: what the key can do, and issuing certificates. */
std::string key_usage(const X509 *certificate) {
    const std::string usage = "critical,digitalSignature,keyCertSign";
    switch (EVP_PKEY_get_base_id(X509_get0_pubkey(certificate))) {
        case EVP_PKEY_RSA:
            return usage + ",keyEncipherment";
        case EVP_PKEY_EC:
            return usage + ",keyAgreement";
        default:
            return usage;
    }
}

void add_extensions(X509 *certificate, X509 *issuer, const std::string &alternative_names) {
    X509V3_CTX context;
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
    if (issuer == certificate) {
        add_extension(certificate, &context, NID_basic_constraints, "critical,CA:TRUE");
        add_extension(certificate, &context, NID_key_usage, key_usage(certificate));
    } else {
        add_extension(certificate, &context, NID_basic_constraints, "critical,CA:FALSE");
    }
    add_extension(certificate, &context, NID_subject_key_identifier, "hash");
    add_extension(certificate, &context, NID_authority_key_identifier, "keyid");
    if (!alternative_names.empty()) {
        add_extension(certificate, &context, NID_subject_alt_name, alternative_names);
    }
}

std::string sign(X509 *certificate, const Key &key) {
    if (!key.pkey || !key.has_private()) {
        throw Failure("the issuing key has no private half");
    }
    const EVP_MD *const digest = key.type == KeyType::kOkp ? nullptr : EVP_sha256();
    check(X509_sign(certificate, key.pkey.get(), digest) != 0, "cannot sign the certificate");
    const Bio bio(BIO_new(BIO_s_mem()));
    check(bio && PEM_write_bio_X509(bio.get(), certificate) == 1, "cannot write the certificate");
    char *data = nullptr;
    const long length = BIO_get_mem_data(bio.get(), &data);
    return std::string(data, static_cast<size_t>(length));
}

}  // namespace

std::string self_signed(const Key &key, const CertificateRequest &request) {
    const Certificate certificate = unsigned_certificate(key, request);
    check(X509_set_issuer_name(certificate.get(), X509_get_subject_name(certificate.get())) == 1,
          "cannot set the issuer");
    add_extensions(certificate.get(), certificate.get(), request.alternative_names);
    return sign(certificate.get(), key);
}

std::string issued_by(const std::string &ca_pem, const Key &ca_key, const Key &key,
                      const CertificateRequest &request) {
    const Certificate issuer = read_certificate(ca_pem, "the CA's file");
    if (!ca_key.pkey || X509_check_private_key(issuer.get(), ca_key.pkey.get()) != 1) {
        throw crypto_failure("the CA's key does not belong to its certificate");
    }
    const Certificate certificate = unsigned_certificate(key, request);
    check(X509_set_issuer_name(certificate.get(), X509_get_subject_name(issuer.get())) == 1,
          "cannot set the issuer");
    add_extensions(certificate.get(), issuer.get(), request.alternative_names);
    return sign(certificate.get(), ca_key);
}

Certificate read_certificate(const std::string &pem, const std::string &what) {
    const Bio bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
    Certificate certificate(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
    if (!certificate) {
        throw crypto_failure(what + " holds no PEM certificate");
    }
    return certificate;
}

}  // namespace oauth2_rs::mint
