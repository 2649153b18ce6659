#ifndef OAUTH2_RS_JOSE_DECOMPRESSION_H
#define OAUTH2_RS_JOSE_DECOMPRESSION_H

#include "base/result.h"
#include "base/secret_bytes.h"

namespace oauth2_rs {

/*
 * RFC 7516 section 4.1.3, "zip": "DEF": one raw DEFLATE stream (RFC 1951) and nothing behind it.
 * Stops at 64 KiB, so that no token makes more of itself than a token may be.
 */
Result<SecretBytes> decompress(const SecretBytes& deflated);

}  // namespace oauth2_rs

#endif
