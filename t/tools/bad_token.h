#ifndef MINT_BAD_TOKEN_H
#define MINT_BAD_TOKEN_H

#include <string>
#include <string_view>

#include "token.h"

namespace oauth2_rs::mint {

/* What a fault is in, and so what a token must have for it. */
enum class Fault { kClaims, kSignature, kSignedClaims };

/* One way for a token to be wrong. It is valid in every other respect. */
struct BadToken {
    const char *name;
    Fault fault;
    const char *help;
    std::string (*make)(Draft &draft);
};

/* Null for a name that is not known. */
const BadToken *find_bad_token(std::string_view name);

/* One line a name, with what it does. */
std::string bad_token_list();

}  // namespace oauth2_rs::mint

#endif
