#include "encode.h"

#include <openssl/evp.h>
#include <openssl/rand.h>

#include <algorithm>

#include "failure.h"

namespace oauth2_rs::mint {

namespace {

constexpr std::string_view kUrlAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

const unsigned char *unsigned_data(std::string_view octets) {
    return reinterpret_cast<const unsigned char *>(octets.data());
}

}  // namespace

std::string base64(std::string_view octets) {
    // EVP_EncodeBlock writes a terminating NUL behind the text.
    std::string text((octets.size() + 2) / 3 * 4 + 1, '\0');
    const int length = EVP_EncodeBlock(reinterpret_cast<unsigned char *>(text.data()),
                                       unsigned_data(octets), static_cast<int>(octets.size()));
    text.resize(static_cast<size_t>(length));
    return text;
}

std::string base64url(std::string_view octets) {
    std::string text = base64(octets);
    std::replace(text.begin(), text.end(), '+', '-');
    std::replace(text.begin(), text.end(), '/', '_');
    text.erase(std::find(text.begin(), text.end(), '='), text.end());
    return text;
}

std::string base64url_decode(std::string_view text, const std::string &what) {
    std::string octets;
    unsigned buffer = 0;
    int bits = 0;
    for (const char c : text) {
        const size_t value = kUrlAlphabet.find(c);
        if (value == std::string_view::npos) {
            throw Failure(what + " is not base64url");
        }
        buffer = (buffer << 6U | static_cast<unsigned>(value)) & 0xffffU;
        bits += 6;
        if (bits >= 8) {
            bits -= 8;
            octets.push_back(static_cast<char>(buffer >> static_cast<unsigned>(bits) & 0xffU));
        }
    }
    if (bits >= 6) {
        throw Failure(what + " is not base64url");
    }
    return octets;
}

std::string random_octets(size_t count) {
    std::string octets(count, '\0');
    if (RAND_bytes(reinterpret_cast<unsigned char *>(octets.data()), static_cast<int>(count)) !=
        1) {
        throw crypto_failure("no random octets");
    }
    return octets;
}

}  // namespace oauth2_rs::mint
