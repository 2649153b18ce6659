#include "jose/thumbprint.h"

#include <openssl/err.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <string>

#include "base/base64url.h"
#include "base/handles.h"
#include "base/strings.h"

namespace oauth2_rs {

namespace {

constexpr std::string_view kPemStart = "-----BEGIN";
constexpr std::string_view kPemBegin = "-----BEGIN CERTIFICATE-----";
constexpr std::string_view kPemEnd = "-----END CERTIFICATE-----";
constexpr std::string_view kBlanks = " \t\r\n";
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

bool take_prefix(std::string_view* text, std::string_view prefix) {
    if (!starts_with(*text, prefix)) {
        return false;
    }
    text->remove_prefix(prefix.size());
    return true;
}

bool take_suffix(std::string_view* text, std::string_view suffix) {
    if (text->size() < suffix.size() || text->substr(text->size() - suffix.size()) != suffix) {
        return false;
    }
    text->remove_suffix(suffix.size());
    return true;
}

bool is_der_of(std::string_view bytes, const X509* certificate) {
    unsigned char* der = nullptr;
    const int size = i2d_X509(certificate, &der);
    const OpensslMemory owner(der);
    return size > 0 && bytes == std::string_view(reinterpret_cast<const char*>(der),
                                                 static_cast<std::size_t>(size));
}

/*
 * All of the bytes must be the certificate, in DER: OpenSSL reads BER as well, of which many texts
 * stand for one certificate, and its thumbprint would be of none of them.
 */
CertificateHandle certificate_of_der(std::string_view der) {
    const auto* at = reinterpret_cast<const unsigned char*>(der.data());
    CertificateHandle certificate(d2i_X509(nullptr, &at, static_cast<long>(der.size())));
    return certificate && is_der_of(der, certificate.get()) ? std::move(certificate) : nullptr;
}

CertificateHandle certificate_of_base64(std::string_view text) {
    std::string der;
    return decode_base64(text, &der) && !der.empty() ? certificate_of_der(der) : nullptr;
}

/*
 * RFC 7468 section 5: one block, nothing before it, only line ends behind it. OpenSSL's own reader
 * passes over blocks of another kind, and decrypts what says that it is encrypted.
 */
CertificateHandle certificate_of_pem(std::string_view escaped) {
    std::string pem;
    if (!decode_percent(escaped, &pem)) {
        return nullptr;
    }
    std::string_view block = pem;
    block = block.substr(0, block.find_last_not_of(kBlanks) + 1);
    if (!take_prefix(&block, kPemBegin) || !take_suffix(&block, kPemEnd)) {
        return nullptr;
    }
    std::string base64;
    std::copy_if(block.begin(), block.end(), std::back_inserter(base64),
                 [](char c) { return kBlanks.find(c) == std::string_view::npos; });
    return certificate_of_base64(base64);
}

/* RFC 9440 section 2.1, a byte sequence of RFC 8941 in colons; or the same without them. */
CertificateHandle certificate_of_field(std::string_view text) {
    const bool in_colons = text.size() > 2 && text.front() == ':' && text.back() == ':';
    return certificate_of_base64(in_colons ? text.substr(1, text.size() - 2) : text);
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
        starts_with(text, kPemStart) ? certificate_of_pem(text) : certificate_of_field(text);
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
