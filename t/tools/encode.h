#ifndef MINT_ENCODE_H
#define MINT_ENCODE_H

#include <string>
#include <string_view>

namespace oauth2_rs::mint {

std::string base64(std::string_view octets);

/* RFC 7515 section 2: the URL-safe alphabet, no padding. */
std::string base64url(std::string_view octets);

/* Throws Failure, naming `what`, where `text` is not base64url. */
std::string base64url_decode(std::string_view text, const std::string &what);

std::string random_octets(size_t count);

}  // namespace oauth2_rs::mint

#endif
