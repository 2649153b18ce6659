#ifndef OAUTH2_RS_BENCH_BARE_ARM_H
#define OAUTH2_RS_BENCH_BARE_ARM_H

#include <memory>

#include "arm.h"

namespace oauth2_rs::bench {

/*
 * What no verifier can do without: OpenSSL's verification of each token's signature, or decryption
 * of its content, with a key and a context that are ready. It includes the digest or MAC of the
 * signing input and the operation with the key. It does not include finding the parts, decoding
 * base64url, or turning r and s of ECDSA into DER: that is done before. A unit of work is a token.
 */
std::unique_ptr<Arm> make_bare_arm(const Settings& settings);

}  // namespace oauth2_rs::bench

#endif
