#ifndef OAUTH2_RS_FUZZ_CLAIMS_ORACLE_H
#define OAUTH2_RS_FUZZ_CLAIMS_ORACLE_H

#include <cstdint>
#include <string>
#include <string_view>

#include "shim/oauth2_rs.h"

namespace oauth2_rs::fuzz {

/* Under what demands a token is judged. */
struct Demands {
    oauth2_rs_profile_t profile = OAUTH2_RS_PROFILE_ANY;
    oauth2_rs_confirmation_t confirmation = OAUTH2_RS_CONFIRMATION_ON;
    bool wants_audience = false;
    bool encrypted = false;  // directly, by A128GCM; otherwise it is signed by HS256
    bool compressed = false;
    std::int64_t skew_ms = 0;
    std::string scope;                 // one, or empty: none is wanted
    std::string presented_thumbprint;  // of the client's certificate; empty: it has none
};

/* Whether a word is among those that begin an input. */
inline bool has(std::string_view words, std::string_view word) {
    return words.find(word) != std::string_view::npos;
}

/* The demands that such words make. */
Demands demands_of(std::string_view words);

/*
 * Whether a token with that header and these claims, signed or encrypted by the known key, is to be
 * granted: the documentation's list once more, written apart from the code that is fuzzed, on
 * jansson alone.
 */
bool is_to_be_granted(std::string_view header, std::string_view claims, const Demands& demands);

/* The same for what an introspection endpoint says of a token. */
bool is_to_be_granted(std::string_view answer, const Demands& demands);

}  // namespace oauth2_rs::fuzz

#endif
