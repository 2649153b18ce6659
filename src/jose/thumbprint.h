#ifndef OAUTH2_RS_JOSE_THUMBPRINT_H
#define OAUTH2_RS_JOSE_THUMBPRINT_H

#include <optional>
#include <string_view>

#include "base/request_context.h"

struct x509_st;

namespace oauth2_rs {

/* RFC 8705 section 3.1: base64url of the SHA-256 of the certificate's DER. */
std::optional<Thumbprint> thumbprint_of(const x509_st* certificate);

/*
 * The same for the one certificate in a text that a proxy made of it: percent-encoded PEM, RFC 9440
 * (":base64:") or plain base64 of the DER. Nothing where it holds none, several, or anything else.
 */
std::optional<Thumbprint> thumbprint_of_text(std::string_view text);

/* Whether a text could be a thumbprint: 43 base64url characters. */
bool is_thumbprint(std::string_view text);

}  // namespace oauth2_rs

#endif
