#ifndef OAUTH2_RS_UNIT_HEX_H
#define OAUTH2_RS_UNIT_HEX_H

#include <string>
#include <string_view>

namespace oauth2_rs::fakes {

/* Lower-case hexadecimal, in which standards write their examples. */
inline std::string from_hex(std::string_view hex) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::string bytes;
    for (std::size_t at = 0; at + 1 < hex.size(); at += 2) {
        bytes += static_cast<char>(kDigits.find(hex[at]) << 4 | kDigits.find(hex[at + 1]));
    }
    return bytes;
}

inline std::string to_hex(std::string_view bytes) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::string hex;
    for (const char byte : bytes) {
        hex += kDigits[static_cast<unsigned char>(byte) >> 4];
        hex += kDigits[static_cast<unsigned char>(byte) & 15];
    }
    return hex;
}

}  // namespace oauth2_rs::fakes

#endif
