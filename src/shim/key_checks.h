#ifndef OAUTH2_RS_SHIM_KEY_CHECKS_H
#define OAUTH2_RS_SHIM_KEY_CHECKS_H

#include <string>
#include <vector>

#include "base/result.h"
#include "jose/key.h"
#include "secret/secret_store.h"

namespace oauth2_rs {

/*
 * Whether the keys that the stores hold for a secret can do what its directive wants of them.
 * Errors and warnings name the directive and what to do.
 */

/* `allowed` as in oauth2_algorithms; empty: all. */
Configured<Done> check_verification_keys(const std::vector<const Key*>& keys,
                                         const std::vector<const Algorithm*>& allowed,
                                         const std::string& secret_id, Warnings* warnings);

Configured<Done> check_decryption_keys(const std::vector<const Key*>& keys,
                                       const std::string& secret_id, Warnings* warnings);

/* What nobody signs may be encrypted with shared keys alone. */
Configured<Done> check_shared_keys(const std::vector<const Key*>& keys,
                                   const std::string& secret_id);

}  // namespace oauth2_rs

#endif
