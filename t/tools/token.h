#ifndef MINT_TOKEN_H
#define MINT_TOKEN_H

#include <cstdint>
#include <optional>
#include <string>

#include "envelope.h"
#include "json_text.h"
#include "options.h"
#include "signer.h"

namespace oauth2_rs::mint {

/* A token before it is signed. Borrows its signer. */
struct Draft {
    const Signer *signer;  // null where the claims go without a signature
    int64_t now;
    Members header;
    Members claims;
    std::optional<std::string> raw_payload;  // stands in the place of the claims

    std::string payload() const { return raw_payload ? *raw_payload : claims.text(); }
    std::string token() const {
        return signer == nullptr ? payload() : signer->compact(header.text(), payload());
    }
};

/* The draft that `mint token`'s options describe, its jti unlike any other. */
Draft make_draft(const Options &options, const Signer *signer, int64_t now);

/* What --encrypt and --encrypt-only describe, with no plaintext yet. */
Envelope make_envelope(const Options &options, const Recipient &recipient, const Draft &draft);

}  // namespace oauth2_rs::mint

#endif
