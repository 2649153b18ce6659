#include "failure.h"

#include <openssl/err.h>

namespace oauth2_rs::mint {

Failure crypto_failure(const std::string &what) {
    const char *reason = ERR_reason_error_string(ERR_peek_last_error());
    const std::string text = what + (reason == nullptr ? "" : std::string(": ") + reason);
    ERR_clear_error();
    return Failure(text);
}

}  // namespace oauth2_rs::mint
