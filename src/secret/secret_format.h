#ifndef OAUTH2_RS_SECRET_SECRET_FORMAT_H
#define OAUTH2_RS_SECRET_SECRET_FORMAT_H

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/secret_bytes.h"
#include "jose/key.h"

namespace oauth2_rs {

/* How one secret is written: the values of a store's "format" parameter. */
enum class SecretFormat { kBase64, kPlain, kPem, kJwk };

/* Nothing where the name is unknown. */
std::optional<SecretFormat> find_secret_format(std::string_view name);

/* The error of a format that isn't one of the names. */
ConfigError unknown_secret_format();

/* The bytes of a symmetric secret; nothing where the format is one of keys. */
Configured<std::optional<SecretBytes>> parse_bytes(const SecretBytes& content, SecretFormat format);

/* Why a key can't serve one of those purposes, or must not; nullptr where it can serve them all. */
const char* unfitness(const Key& key, KeyPurposes purposes);

struct FormattedSecret {
    KeyPointer key;
    bool is_private = true;
};

/* One key out of one secret, sound for these purposes; its name is the store's stable id. */
Configured<FormattedSecret> parse_secret(const SecretBytes& content, SecretFormat format,
                                         const std::string& name, KeyPurposes purposes);

}  // namespace oauth2_rs

#endif
