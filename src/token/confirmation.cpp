#include "token/confirmation.h"

#include <algorithm>

#include "jose/json.h"
#include "jose/thumbprint.h"

namespace oauth2_rs {

Confirmation read_confirmation(const json_t* claims) {
    const json_t* member = json_member(claims, "cnf");
    if (member == nullptr) {
        return {Confirmation::Kind::kNone, {}};
    }
    if (!json_is_object(member) || json_object_size(member) != 1) {
        return {Confirmation::Kind::kUnsupported, {}};
    }
    const auto thumbprint = json_text(member, "x5t#S256");
    if (!thumbprint || !is_thumbprint(*thumbprint)) {
        return {Confirmation::Kind::kMalformed, {}};
    }
    Confirmation confirmation{Confirmation::Kind::kThumbprint, {}};
    std::copy(thumbprint->begin(), thumbprint->end(), confirmation.thumbprint.begin());
    return confirmation;
}

}  // namespace oauth2_rs
