#ifndef MINT_OFF_CURVE_H
#define MINT_OFF_CURVE_H

#include <string>

#include "keys.h"

namespace oauth2_rs::mint {

/* An ephemeral key for an invalid curve attack (RFC 8725 section 3.4). */
struct OffCurvePoint {
    std::string jwk;
    std::string shared_secret;
};

/*
 * A point that is not on the curve of the private EC key `key`, and the secret that is "shared" by
 * a reader who multiplies it all the same.
 */
OffCurvePoint off_curve_point(const Key &key);

}  // namespace oauth2_rs::mint

#endif
