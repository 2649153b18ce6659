#include "secret/secret_format.h"

#include <array>
#include <utility>

#include "base/base64url.h"
#include "jose/json.h"
#include "jose/jwk.h"
#include "jose/pem.h"

namespace oauth2_rs {

namespace {

struct FormatName {
    std::string_view name;
    SecretFormat format;
};
constexpr std::array<FormatName, 4> kFormats{{{"base64", SecretFormat::kBase64},
                                              {"plain", SecretFormat::kPlain},
                                              {"pem", SecretFormat::kPem},
                                              {"jwk", SecretFormat::kJwk}}};

Configured<FormattedSecret> symmetric(SecretBytes bytes, const std::string& name) {
    KeyTerms terms;
    terms.name = name;
    return FormattedSecret{KeyPointer(new Key(std::move(bytes), std::move(terms))), true};
}

Configured<FormattedSecret> parse_symmetric(const SecretBytes& content, SecretFormat format,
                                            const std::string& name) {
    auto bytes = parse_bytes(content, format);
    if (!bytes.ok()) {
        return bytes.error();
    }
    return symmetric(std::move(*bytes.value()), name);
}

Configured<FormattedSecret> parse_pem_secret(const SecretBytes& content, const std::string& name) {
    bool is_private = true;
    auto key = parse_pem(content, name, &is_private);
    if (!key.ok()) {
        return key.error();
    }
    return FormattedSecret{std::move(key.value()), is_private};
}

/* The stable id is the store's, so that the JWK's own "kid" gives way to it. */
Configured<FormattedSecret> parse_jwk_secret(const SecretBytes& content, const std::string& name) {
    const JsonHandle jwk = parse_json_object(as_text(content));
    if (!jwk) {
        return ConfigError{"it is no JSON Web Key"};
    }
    const JsonHandle kid(json_stringn(name.data(), name.size()));
    if (!kid || json_object_set(jwk.get(), "kid", kid.get()) != 0) {
        return ConfigError{"memory is short"};
    }
    auto key = parse_jwk(jwk.get());
    if (!key.ok()) {
        return ConfigError{key.error().message};
    }
    return FormattedSecret{std::move(key.value()), is_private_jwk(jwk.get())};
}

Configured<FormattedSecret> parse(const SecretBytes& content, SecretFormat format,
                                  const std::string& name) {
    switch (format) {
        case SecretFormat::kBase64:
        case SecretFormat::kPlain:
            return parse_symmetric(content, format, name);
        case SecretFormat::kPem:
            return parse_pem_secret(content, name);
        case SecretFormat::kJwk:
            return parse_jwk_secret(content, name);
    }
    return ConfigError{"unknown format"};
}

}  // namespace

const char* unfitness(const Key& key, KeyPurposes purposes) {
    if (purposes.verify && !key.may_verify()) {
        return "it may not verify: see its \"use\", \"key_ops\", \"alg\" and curve, or its "
               "certificate's key usage";
    }
    if (purposes.decrypt && !key.may_decrypt()) {
        return "it can't decrypt: it must be symmetric, or a private key whose \"use\", "
               "\"key_ops\", \"alg\" and curve, or its certificate's key usage, allow it";
    }
    return key.weakness(purposes);
}

std::optional<SecretFormat> find_secret_format(std::string_view name) {
    for (const FormatName& entry : kFormats) {
        if (entry.name == name) {
            return entry.format;
        }
    }
    return std::nullopt;
}

ConfigError unknown_secret_format() {
    return {"unknown format; the formats are base64, plain, pem and jwk"};
}

Configured<std::optional<SecretBytes>> parse_bytes(const SecretBytes& content,
                                                   SecretFormat format) {
    if (format == SecretFormat::kPlain) {
        return std::optional<SecretBytes>(content);
    }
    if (format != SecretFormat::kBase64) {
        return std::optional<SecretBytes>();
    }
    SecretBytes bytes;
    if (!decode_base64(as_text(content), &bytes)) {
        return ConfigError{"it isn't base64 (RFC 4648 section 4, with padding)"};
    }
    return std::optional<SecretBytes>(std::move(bytes));
}

Configured<FormattedSecret> parse_secret(const SecretBytes& content, SecretFormat format,
                                         const std::string& name, KeyPurposes purposes) {
    auto secret = parse(content, format, name);
    if (!secret.ok()) {
        return secret;
    }
    const char* unfit = unfitness(*secret.value().key, purposes);
    if (unfit != nullptr) {
        return ConfigError{unfit};
    }
    return secret;
}

}  // namespace oauth2_rs
