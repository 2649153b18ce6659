#ifndef OAUTH2_RS_BASE_BASE64URL_H
#define OAUTH2_RS_BASE_BASE64URL_H

#include <array>
#include <cstddef>
#include <string_view>

namespace oauth2_rs {

/*
 * Strict decoding. Both refuse white space, foreign characters and spare bits that are not zero, so
 * that no two texts stand for the same bytes.
 *
 * `out` is anything with resize() and data() over bytes (std::string, SecretBytes); what it held is
 * replaced, and it is empty after a failure.
 */

/* RFC 4648 section 5, without padding (RFC 7515 section 2). */
template <class Bytes>
bool decode_base64url(std::string_view text, Bytes* out);

/* RFC 4648 section 4, with its padding. */
template <class Bytes>
bool decode_base64(std::string_view text, Bytes* out);

/* RFC 4648 section 5, without padding: the 43 characters of a SHA-256. */
std::array<char, 43> encode_base64url(const std::array<unsigned char, 32>& bytes);

/* A letter, a digit, "-" or "_". */
bool is_base64url_character(char c);

/* How many bytes unpadded base64 of that length stands for. */
constexpr std::size_t decoded_size(std::size_t text_size) {
    return text_size / 4 * 3 + (text_size % 4 == 0 ? 0 : text_size % 4 - 1);
}

namespace internal {

enum class Alphabet { kStandard, kUrlSafe };

/* Writes decoded_size(text.size()) bytes; false where the text isn't exactly base64. */
bool decode_unpadded(std::string_view text, Alphabet alphabet, unsigned char* out);

template <class Bytes>
bool decode(std::string_view text, Alphabet alphabet, Bytes* out) {
    out->resize(decoded_size(text.size()));
    if (!decode_unpadded(text, alphabet, reinterpret_cast<unsigned char*>(out->data()))) {
        out->resize(0);
        return false;
    }
    return true;
}

}  // namespace internal

template <class Bytes>
bool decode_base64url(std::string_view text, Bytes* out) {
    return internal::decode(text, internal::Alphabet::kUrlSafe, out);
}

template <class Bytes>
bool decode_base64(std::string_view text, Bytes* out) {
    out->resize(0);
    if (text.size() % 4 != 0) {
        return false;
    }
    for (int padding = 0; padding < 2 && !text.empty() && text.back() == '='; ++padding) {
        text.remove_suffix(1);
    }
    return internal::decode(text, internal::Alphabet::kStandard, out);
}

}  // namespace oauth2_rs

#endif
