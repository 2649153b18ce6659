#include "jose/thumbprint.h"

#include <openssl/err.h>
#include <openssl/pem.h>

#include <algorithm>
#include <array>
#include <string>

#include "base/base64url.h"
#include "base/handles.h"
#include "base/strings.h"

namespace oauth2_rs {

namespace {

constexpr std::string_view kPemBegin = "-----BEGIN";
constexpr std::size_t kMostTextBytes = 64 * 1024;

int hex_value(char c) {
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    if (c >= 'a' && c <= 'f') {
        return c - 'a' + 10;
    }
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* RFC 3986 section 2.1, and nothing more: "+" stays what it is. */
bool decode_percent(std::string_view text, std::string* out) {
    out->clear();
    out->reserve(text.size());
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] != '%') {
            *out += text[at];
            continue;
        }
        const int high = at + 2 < text.size() ? hex_value(text[at + 1]) : -1;
        const int low = high >= 0 ? hex_value(text[at + 2]) : -1;
        if (low < 0) {
            return false;
        }
        *out += static_cast<char>(high << 4 | low);
        at += 2;
    }
    return true;
}

/* All of the bytes must be the certificate. */
CertificateHandle certificate_of_der(std::string_view der) {
    const auto* at = reinterpret_cast<const unsigned char*>(der.data());
    const auto* const end = at + der.size();
    CertificateHandle certificate(d2i_X509(nullptr, &at, static_cast<long>(der.size())));
    return at == end ? std::move(certificate) : nullptr;
}

bool is_blank(std::string_view text) {
    return text.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

CertificateHandle certificate_of_pem(std::string_view escaped) {
    std::string pem;
    if (!decode_percent(escaped, &pem)) {
        return nullptr;
    }
    const BioHandle source(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
    // An empty password, since OpenSSL would ask the terminal for that of an encrypted block.
    char no_password[] = "";
    CertificateHandle certificate(
        source ? PEM_read_bio_X509(source.get(), nullptr, nullptr, no_password) : nullptr);
    char* rest = nullptr;
    const long rest_size = certificate ? BIO_get_mem_data(source.get(), &rest) : 0;
    if (!is_blank({rest, static_cast<std::size_t>(rest_size)})) {
        return nullptr;
    }
    return certificate;
}

CertificateHandle certificate_of_base64(std::string_view text) {
    if (text.size() > 2 && text.front() == ':' && text.back() == ':') {
        text = text.substr(1, text.size() - 2);
    }
    std::string der;
    return decode_base64(text, &der) && !der.empty() ? certificate_of_der(der) : nullptr;
}

}  // namespace

std::optional<Thumbprint> thumbprint_of(const x509_st* certificate) {
    std::array<unsigned char, 32> digest;
    unsigned int size = 0;
    if (X509_digest(certificate, EVP_sha256(), digest.data(), &size) != 1 ||
        size != digest.size()) {
        ERR_clear_error();
        return std::nullopt;
    }
    return encode_base64url(digest);
}

std::optional<Thumbprint> thumbprint_of_text(std::string_view text) {
    if (text.size() > kMostTextBytes) {
        return std::nullopt;
    }
    const CertificateHandle certificate =
        starts_with(text, kPemBegin) ? certificate_of_pem(text) : certificate_of_base64(text);
    if (!certificate) {
        ERR_clear_error();
        return std::nullopt;
    }
    return thumbprint_of(certificate.get());
}

bool is_thumbprint(std::string_view text) {
    return text.size() == Thumbprint().size() &&
           std::all_of(text.begin(), text.end(), is_base64url_character);
}

}  // namespace oauth2_rs
