#include "jose/jwk.h"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/param_build.h>

#include <array>
#include <optional>
#include <utility>

#include "base/base64url.h"
#include "jose/json.h"

namespace oauth2_rs {

namespace {

using ParameterBuilder = Handle<OSSL_PARAM_BLD, OSSL_PARAM_BLD_free>;
using Parameters = Handle<OSSL_PARAM, OSSL_PARAM_free>;
using Parsed = Result<KeyPointer, JwkProblem>;

/* How OpenSSL names an elliptic curve, and how long its coordinates are (RFC 7518 section 6.2.1).
 */
struct Group {
    Curve curve;
    const char* name;
    std::size_t coordinate_size;
};
constexpr std::array<Group, 4> kGroups{{{Curve::kP256, "prime256v1", 32},
                                        {Curve::kP384, "secp384r1", 48},
                                        {Curve::kP521, "secp521r1", 66},
                                        {Curve::kSecp256k1, "secp256k1", 32}}};

JwkProblem broken(const char* message) {
    ERR_clear_error();
    return {false, message};
}

JwkProblem ignored(const char* message) { return {true, message}; }

/* The bytes of a required base64url member; nothing where it is missing, empty or malformed. */
std::optional<SecretBytes> bytes_of(const json_t* jwk, std::string_view name) {
    const auto text = json_text(jwk, name);
    SecretBytes bytes;
    if (!text || !decode_base64url(*text, &bytes) || bytes.empty()) {
        return std::nullopt;
    }
    return bytes;
}

PublicKeyHandle key_from_parameters(const char* type, OSSL_PARAM_BLD* builder) {
    const Parameters parameters(OSSL_PARAM_BLD_to_param(builder));
    const PublicKeyContextHandle context(EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr));
    EVP_PKEY* key = nullptr;
    if (!parameters || !context || EVP_PKEY_fromdata_init(context.get()) != 1 ||
        EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, parameters.get()) != 1) {
        return nullptr;
    }
    return PublicKeyHandle(key);
}

/* RFC 7518 section 6.3.1. */
Parsed parse_rsa(const json_t* jwk, KeyTerms terms) {
    const auto n = bytes_of(jwk, "n");
    const auto e = bytes_of(jwk, "e");
    if (!n || !e) {
        return broken("\"n\" or \"e\" is missing or isn't base64url");
    }
    const BignumHandle modulus(BN_bin2bn(n->data(), static_cast<int>(n->size()), nullptr));
    const BignumHandle exponent(BN_bin2bn(e->data(), static_cast<int>(e->size()), nullptr));
    const ParameterBuilder builder(OSSL_PARAM_BLD_new());
    if (!modulus || !exponent || !builder ||
        OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, modulus.get()) != 1 ||
        OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, exponent.get()) != 1) {
        return broken("OpenSSL refused it");
    }
    PublicKeyHandle key = key_from_parameters("RSA", builder.get());
    if (!key) {
        return broken("it is no RSA key");
    }
    return KeyPointer(new Key(KeyType::kRsa, Curve::kNone, std::move(key), std::move(terms)));
}

/* SEC 1 section 2.3.3: the uncompressed point; OpenSSL refuses one that is not on the curve. */
PublicKeyHandle key_from_point(const Group& group, const SecretBytes& x, const SecretBytes& y) {
    SecretBytes point{0x04};
    point.insert(point.end(), x.begin(), x.end());
    point.insert(point.end(), y.begin(), y.end());
    const ParameterBuilder builder(OSSL_PARAM_BLD_new());
    if (!builder ||
        OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, group.name, 0) !=
            1 ||
        OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(),
                                         point.size()) != 1) {
        return nullptr;
    }
    PublicKeyHandle key = key_from_parameters("EC", builder.get());
    const PublicKeyContextHandle context(
        key ? EVP_PKEY_CTX_new_from_pkey(nullptr, key.get(), nullptr) : nullptr);
    if (!context || EVP_PKEY_public_check(context.get()) != 1) {
        return nullptr;
    }
    return key;
}

/* RFC 7518 section 6.2.1, RFC 8812 section 3.1. */
Parsed parse_ec(const json_t* jwk, KeyTerms terms) {
    const auto name = json_text(jwk, "crv");
    const Curve curve = name ? find_curve(*name) : Curve::kNone;
    for (const Group& group : kGroups) {
        if (group.curve != curve) {
            continue;
        }
        const auto x = bytes_of(jwk, "x");
        const auto y = bytes_of(jwk, "y");
        if (!x || !y || x->size() != group.coordinate_size || y->size() != group.coordinate_size) {
            return broken("\"x\" or \"y\" is missing, isn't base64url or has the wrong length");
        }
        PublicKeyHandle key = key_from_point(group, *x, *y);
        if (!key) {
            return broken("its point isn't on the curve");
        }
        return KeyPointer(new Key(KeyType::kEc, curve, std::move(key), std::move(terms)));
    }
    return ignored("its \"crv\" is not one that signs");
}

/* RFC 8037 section 2. */
Parsed parse_okp(const json_t* jwk, KeyTerms terms) {
    const auto name = json_text(jwk, "crv");
    const Curve curve = name ? find_curve(*name) : Curve::kNone;
    if (curve != Curve::kEd25519 && curve != Curve::kEd448) {
        return ignored("its \"crv\" is not one that signs");
    }
    const auto x = bytes_of(jwk, "x");
    if (!x) {
        return broken("\"x\" is missing or isn't base64url");
    }
    PublicKeyHandle key(EVP_PKEY_new_raw_public_key_ex(
        nullptr, curve == Curve::kEd25519 ? "ED25519" : "ED448", nullptr, x->data(), x->size()));
    if (!key) {
        return broken("\"x\" has the wrong length");
    }
    return KeyPointer(new Key(KeyType::kOkp, curve, std::move(key), std::move(terms)));
}

/* RFC 7518 section 6.4. */
Parsed parse_oct(const json_t* jwk, KeyTerms terms) {
    auto secret = bytes_of(jwk, "k");
    if (!secret) {
        return broken("\"k\" is missing, empty or isn't base64url");
    }
    return KeyPointer(new Key(std::move(*secret), std::move(terms)));
}

/* RFC 7517 sections 4.2 and 4.3; what is there must allow it. */
bool may_verify(const json_t* jwk) {
    const json_t* use = json_member(jwk, "use");
    const json_t* operations = json_member(jwk, "key_ops");
    return (use == nullptr || json_text(use) == "sig") &&
           (operations == nullptr || json_array_holds(operations, "verify"));
}

/* An optional text member: false where it is there and no text. */
bool read_text(const json_t* jwk, std::string_view name, std::string* out) {
    const json_t* value = json_member(jwk, name);
    if (value == nullptr) {
        return true;
    }
    *out = json_text(value).value_or(std::string_view());
    return json_is_string(value);
}

}  // namespace

Parsed parse_jwk(const json_t* jwk) {
    KeyTerms terms;
    if (!json_is_object(jwk) || !read_text(jwk, "kid", &terms.name) ||
        !read_text(jwk, "alg", &terms.algorithm)) {
        return broken("it is no JSON object, or its \"kid\" or \"alg\" is no text");
    }
    terms.may_verify = may_verify(jwk);
    const auto type = json_text(jwk, "kty");
    if (type == "RSA") {
        return parse_rsa(jwk, std::move(terms));
    }
    if (type == "EC") {
        return parse_ec(jwk, std::move(terms));
    }
    if (type == "OKP") {
        return parse_okp(jwk, std::move(terms));
    }
    if (type == "oct") {
        return parse_oct(jwk, std::move(terms));
    }
    return ignored("its \"kty\" is not known");
}

bool is_private_jwk(const json_t* jwk) {
    return json_member(jwk, "d") != nullptr || json_member(jwk, "k") != nullptr;
}

}  // namespace oauth2_rs
