#include "jose/jwk.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/base64url.h"
#include "jose/evp_key.h"
#include "jose/json.h"

namespace oauth2_rs {

namespace {

using Parsed = Result<KeyPointer, JwkProblem>;

const char* const kForeignHalf = "its private half isn't base64url or doesn't fit the public one";

JwkProblem broken(const char* message) { return {false, message, {true, true}}; }

JwkProblem ignored(const char* message) { return {true, message, {true, true}}; }

/* The bytes of a required base64url member; nothing where it is missing, empty or malformed. */
std::optional<SecretBytes> bytes_of(const json_t* jwk, std::string_view name) {
    const auto text = json_text(jwk, name);
    SecretBytes bytes;
    if (!text || !decode_base64url(*text, &bytes) || bytes.empty()) {
        return std::nullopt;
    }
    return bytes;
}

/* Nothing where it is none of ours, or of another key type. */
const CurveTraits* curve_of(const json_t* jwk, KeyType type) {
    const auto name = json_text(jwk, "crv");
    const CurveTraits* traits = name ? traits_of(find_curve(*name)) : nullptr;
    return traits != nullptr && traits->key_type == type ? traits : nullptr;
}

bool holds_private_half(const json_t* jwk, const KeyTerms& terms) {
    return terms.may_decrypt && json_member(jwk, "d") != nullptr;
}

/* RFC 7518 section 6.3.2: with one of the primes' numbers come all; we know no third prime. */
bool read_private_rsa(const json_t* jwk, RsaNumbers* numbers) {
    const std::array<std::pair<const char*, SecretBytes*>, 6> members{{{"d", &numbers->d},
                                                                       {"p", &numbers->p},
                                                                       {"q", &numbers->q},
                                                                       {"dp", &numbers->dp},
                                                                       {"dq", &numbers->dq},
                                                                       {"qi", &numbers->qi}}};
    const bool primes = std::any_of(members.begin() + 1, members.end(), [jwk](const auto& member) {
        return json_member(jwk, member.first) != nullptr;
    });
    for (const auto& [name, number] : members) {
        auto bytes = bytes_of(jwk, name);
        if (!bytes || json_member(jwk, "oth") != nullptr) {
            return false;
        }
        *number = std::move(*bytes);
        if (!primes) {
            return true;
        }
    }
    return true;
}

/* RFC 7518 section 6.3. */
Parsed parse_rsa(const json_t* jwk, KeyTerms terms) {
    auto n = bytes_of(jwk, "n");
    auto e = bytes_of(jwk, "e");
    if (!n || !e) {
        return broken("\"n\" or \"e\" is missing or isn't base64url");
    }
    RsaNumbers numbers;
    numbers.n = std::move(*n);
    numbers.e = std::move(*e);
    PublicKeyHandle key = make_rsa_key(numbers);
    if (!key) {
        return broken("it is no RSA key");
    }
    if (holds_private_half(jwk, terms)) {
        key = read_private_rsa(jwk, &numbers) ? make_rsa_key(numbers) : nullptr;
        if (!key) {
            return broken(kForeignHalf);
        }
    }
    return KeyPointer(new Key(KeyType::kRsa, Curve::kNone, std::move(key), std::move(terms)));
}

/* RFC 7518 section 6.2, RFC 8812 section 3.1. */
Parsed parse_ec(const json_t* jwk, KeyTerms terms) {
    const CurveTraits* traits = curve_of(jwk, KeyType::kEc);
    if (traits == nullptr) {
        return ignored("its \"crv\" is none of ours");
    }
    const auto x = bytes_of(jwk, "x");
    const auto y = bytes_of(jwk, "y");
    if (!x || !y || x->size() != traits->coordinate_size || y->size() != traits->coordinate_size) {
        return broken("\"x\" or \"y\" is missing, isn't base64url or has the wrong length");
    }
    PublicKeyHandle key = make_ec_key(*traits, *x, *y, {});
    if (!key) {
        return broken("its point isn't on the curve");
    }
    if (traits->agrees && holds_private_half(jwk, terms)) {
        const auto d = bytes_of(jwk, "d");
        key =
            d && d->size() == traits->coordinate_size ? make_ec_key(*traits, *x, *y, *d) : nullptr;
        if (!key) {
            return broken(kForeignHalf);
        }
    }
    return KeyPointer(new Key(KeyType::kEc, traits->curve, std::move(key), std::move(terms)));
}

/* RFC 8037 section 2. */
Parsed parse_okp(const json_t* jwk, KeyTerms terms) {
    const CurveTraits* traits = curve_of(jwk, KeyType::kOkp);
    const bool decrypts = traits != nullptr && traits->agrees && holds_private_half(jwk, terms);
    if (traits == nullptr || (!traits->signs && !decrypts)) {
        return ignored("its \"crv\" is none of ours, or there is no private half to decrypt with");
    }
    const auto x = bytes_of(jwk, "x");
    if (!x) {
        return broken("\"x\" is missing or isn't base64url");
    }
    PublicKeyHandle key = make_okp_key(*traits, *x, {});
    if (!key) {
        return broken("\"x\" has the wrong length");
    }
    if (decrypts) {
        const auto d = bytes_of(jwk, "d");
        key = d ? make_okp_key(*traits, *x, *d) : nullptr;
        if (!key) {
            return broken(kForeignHalf);
        }
    }
    return KeyPointer(new Key(KeyType::kOkp, traits->curve, std::move(key), std::move(terms)));
}

/* RFC 7518 section 6.4. */
Parsed parse_oct(const json_t* jwk, KeyTerms terms) {
    auto secret = bytes_of(jwk, "k");
    if (!secret) {
        return broken("\"k\" is missing, empty or isn't base64url");
    }
    return KeyPointer(new Key(std::move(*secret), std::move(terms)));
}

/* RFC 7517 sections 4.2 to 4.4: what is there must allow it. */
void read_uses(const json_t* jwk, KeyTerms* terms) {
    const json_t* use = json_member(jwk, "use");
    const json_t* operations = json_member(jwk, "key_ops");
    const auto allows = [use, operations](std::string_view name, auto... names) {
        return (use == nullptr || json_text(use) == name) &&
               (operations == nullptr || (json_array_holds(operations, names) || ...));
    };
    terms->may_verify = allows("sig", "verify");
    terms->may_decrypt = allows("enc", "decrypt", "unwrapKey", "deriveKey", "deriveBits");
    if (!terms->algorithm.empty()) {
        const Algorithm* bound = find_algorithm(terms->algorithm);
        const bool signs = bound != nullptr && bound->kind == AlgorithmKind::kSignature;
        terms->may_verify = terms->may_verify && signs;
        terms->may_decrypt = terms->may_decrypt && bound != nullptr && !signs;
    }
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

Parsed parse_material(const json_t* jwk, KeyTerms terms) {
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

}  // namespace

Parsed parse_jwk(const json_t* jwk, KeyPurposes wanted) {
    KeyTerms terms;
    if (!json_is_object(jwk) || !read_text(jwk, "kid", &terms.name) ||
        !read_text(jwk, "alg", &terms.algorithm)) {
        return broken("it is no JSON object, or its \"kid\" or \"alg\" is no text");
    }
    read_uses(jwk, &terms);
    terms.may_verify = terms.may_verify && wanted.verify;
    terms.may_decrypt = terms.may_decrypt && wanted.decrypt;
    // A public half alone would not have decrypted, be it whole or broken.
    const KeyPurposes purposes{terms.may_verify, terms.may_decrypt && is_private_jwk(jwk)};
    auto parsed = parse_material(jwk, std::move(terms));
    if (!parsed.ok()) {
        return JwkProblem{parsed.error().ignorable, parsed.error().message, purposes};
    }
    return parsed;
}

bool is_private_jwk(const json_t* jwk) {
    return json_member(jwk, "d") != nullptr || json_member(jwk, "k") != nullptr;
}

std::optional<EphemeralKey> parse_ephemeral_key(const json_t* jwk) {
    const auto type = json_text(jwk, "kty");
    const CurveTraits* traits = curve_of(jwk, type == "OKP" ? KeyType::kOkp : KeyType::kEc);
    if ((type != "EC" && type != "OKP") || traits == nullptr || !traits->agrees ||
        is_private_jwk(jwk)) {
        return std::nullopt;
    }
    const auto x = bytes_of(jwk, "x");
    const auto y = traits->key_type == KeyType::kEc ? bytes_of(jwk, "y") : SecretBytes();
    if (!x || !y || x->size() != traits->coordinate_size ||
        (traits->key_type == KeyType::kEc && y->size() != traits->coordinate_size)) {
        return std::nullopt;
    }
    PublicKeyHandle key = traits->key_type == KeyType::kEc ? make_ec_key(*traits, *x, *y, {})
                                                           : make_okp_key(*traits, *x, {});
    if (!key) {
        return std::nullopt;
    }
    return EphemeralKey{traits->curve, std::move(key)};
}

}  // namespace oauth2_rs
