// Texts in which a proxy hands on a client's certificate.

#include "base/base64url.h"
#include "base/sha256.h"
#include "bench.h"
#include "fuzz.h"
#include "jose/thumbprint.h"

using namespace oauth2_rs;
using namespace oauth2_rs::fuzz;

namespace {

std::string without_percent_encoding(std::string_view text) {
    std::string decoded;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const std::string code(text.substr(at, text[at] == '%' ? 3 : 1));
        decoded += text[at] == '%' && code.size() == 3
                       ? static_cast<char>(std::stoi(code.substr(1), nullptr, 16))
                       : text[at];
        at += code.size() - 1;
    }
    return decoded;
}

/* The bytes that the text stands for, whatever its form; what isn't base64 is passed over. */
std::string expected_der(std::string_view text) {
    std::string base64 =
        text.substr(0, 10) == "-----BEGIN" ? without_percent_encoding(text) : std::string(text);
    for (const std::string_view frame :
         {"-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----"}) {
        const auto at = base64.find(frame);
        base64.erase(at == std::string::npos ? base64.size() : at, frame.size());
    }
    std::string digits;
    for (const char c : base64) {
        digits += std::string_view(" \t\r\n:").find(c) == std::string_view::npos ? std::string(1, c)
                                                                                 : std::string();
    }
    std::string der;
    require(decode_base64(digits, &der), "a certificate comes in base64");
    return der;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text = text_of(data, size);
    const auto thumbprint = thumbprint_of_text(text);
    if (!thumbprint) {
        return 0;
    }
    static const std::string kKnown = client_thumbprint();
    const std::string_view made(thumbprint->data(), thumbprint->size());
    const std::string der = expected_der(text);
    require(made != kKnown || der == client_der(), "nobody else has the client's thumbprint");
    const auto expected = encode_base64url(Sha256().of(der));
    require(made == std::string_view(expected.data(), expected.size()),
            "a thumbprint is the SHA-256 of the DER that came");
    return 0;
}
