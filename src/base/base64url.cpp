#include "base/base64url.h"

#include <array>
#include <cstdint>

namespace oauth2_rs {

namespace internal {

namespace {

constexpr std::uint8_t kForeign = 0xff;
using Table = std::array<std::uint8_t, 256>;

constexpr Table make_table(const char* digits) {
    Table table{};
    for (auto& entry : table) {
        entry = kForeign;
    }
    for (std::uint8_t value = 0; value < 64; ++value) {
        table[static_cast<unsigned char>(digits[value])] = value;
    }
    return table;
}

constexpr Table kStandardTable =
    make_table("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/");
constexpr const char* kUrlSafeDigits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr Table kUrlSafeTable = make_table(kUrlSafeDigits);

/* The last two or three digits; their spare bits must be zero (RFC 4648 section 3.5). */
bool decode_tail(const Table& table, std::string_view tail, unsigned char* out) {
    std::uint32_t bits = 0;
    std::uint8_t seen = 0;
    for (const char c : tail) {
        const std::uint8_t digit = table[static_cast<unsigned char>(c)];
        seen |= digit;
        bits = bits << 6 | (digit & 0x3f);
    }
    if ((seen & 0xc0) != 0 || tail.size() == 1) {
        return false;
    }
    if (tail.size() == 2) {
        out[0] = static_cast<unsigned char>(bits >> 4);
        return (bits & 0x0f) == 0;
    }
    out[0] = static_cast<unsigned char>(bits >> 10);
    out[1] = static_cast<unsigned char>(bits >> 2);
    return (bits & 0x03) == 0;
}

}  // namespace

bool decode_unpadded(std::string_view text, Alphabet alphabet, unsigned char* out) {
    const Table& table = alphabet == Alphabet::kStandard ? kStandardTable : kUrlSafeTable;
    const auto* in = reinterpret_cast<const unsigned char*>(text.data());
    std::uint8_t seen = 0;
    for (std::size_t groups = text.size() / 4; groups > 0; --groups, in += 4, out += 3) {
        const std::uint8_t a = table[in[0]];
        const std::uint8_t b = table[in[1]];
        const std::uint8_t c = table[in[2]];
        const std::uint8_t d = table[in[3]];
        seen |= a | b | c | d;
        out[0] = static_cast<unsigned char>(a << 2 | b >> 4);
        out[1] = static_cast<unsigned char>(b << 4 | c >> 2);
        out[2] = static_cast<unsigned char>(c << 6 | d);
    }
    if ((seen & 0xc0) != 0) {  // only kForeign has these bits
        return false;
    }
    const std::string_view tail = text.substr(text.size() / 4 * 4);
    return tail.empty() || decode_tail(table, tail, out);
}

}  // namespace internal

std::array<char, 43> encode_base64url(const std::array<unsigned char, 32>& bytes) {
    std::array<char, 43> text{};
    std::uint32_t bits = 0;
    unsigned waiting = 0;
    std::size_t length = 0;
    for (const unsigned char byte : bytes) {
        bits = bits << 8 | byte;
        for (waiting += 8; waiting >= 6; waiting -= 6) {
            text[length++] = internal::kUrlSafeDigits[bits >> (waiting - 6) & 0x3f];
        }
    }
    text[length] = internal::kUrlSafeDigits[bits << (6 - waiting) & 0x3f];
    return text;
}

bool is_base64url_character(char c) {
    return internal::kUrlSafeTable[static_cast<unsigned char>(c)] != internal::kForeign;
}

}  // namespace oauth2_rs
