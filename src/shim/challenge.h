#ifndef OAUTH2_RS_SHIM_CHALLENGE_H
#define OAUTH2_RS_SHIM_CHALLENGE_H

#include <string>
#include <string_view>

#include "base/denial.h"

namespace oauth2_rs {

/* How a denial is answered over HTTP. */
struct Answer {
    int status;
    std::string_view error;  // RFC 6750 section 3.1 code, or empty
    bool challenges;         // WWW-Authenticate goes with it
};

Answer answer_to(Code code);

/*
 * The value of WWW-Authenticate (RFC 6750 section 3), empty where the denial has none. `scope` is
 * the required scopes, space-separated. Bytes of the realm outside printable ASCII become "?".
 */
std::string challenge_for(Code code, std::string_view realm, std::string_view scope);

}  // namespace oauth2_rs

#endif
