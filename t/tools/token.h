#ifndef MINT_TOKEN_H
#define MINT_TOKEN_H

#include <cstdint>
#include <optional>
#include <string>

#include "json_text.h"
#include "options.h"
#include "signer.h"

namespace oauth2_rs::mint {

/* A token before it is signed. Borrows its signer. */
struct Draft {
    const Signer *signer;
    int64_t now;
    Members header;
    Members claims;
    std::optional<std::string> raw_payload;  // stands in the place of the claims

    std::string payload() const { return raw_payload ? *raw_payload : claims.text(); }
    std::string token() const { return signer->compact(header.text(), payload()); }
};

/* The draft that `mint token`'s options describe, its jti unlike any other. */
Draft make_draft(const Options &options, const Signer &signer, int64_t now);

/* The algorithm to sign with: --alg, else the key's "alg", else what suits the key. */
const Algorithm &choose_algorithm(const Options &options, const Key &key);

}  // namespace oauth2_rs::mint

#endif
