#include "keys.h"

#include <openssl/core_names.h>
#include <openssl/pem.h>

#include <algorithm>

#include "encode.h"
#include "failure.h"
#include "files.h"
#include "jwk_convert.h"

namespace oauth2_rs::mint {

namespace {

constexpr const char *kPrivateMembers[] = {"d", "p", "q", "dp", "dq", "qi", "oth"};

const char *type_name(KeyType type) {
    switch (type) {
        case KeyType::kRsa:
            return "RSA";
        case KeyType::kEc:
            return "EC";
        case KeyType::kOkp:
            return "OKP";
        default:
            return "oct";
    }
}

/* RSA where there is no curve. */
Pkey generate_pkey(const Curve *curve, int64_t bits) {
    EVP_PKEY *pkey = nullptr;
    if (curve == nullptr) {
        pkey = EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", static_cast<size_t>(bits));
    } else if (curve->type == KeyType::kEc) {
        pkey = EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", curve->openssl_name);
    } else {
        pkey = EVP_PKEY_Q_keygen(nullptr, nullptr, curve->openssl_name);
    }
    if (pkey == nullptr) {
        throw crypto_failure("cannot make the key");
    }
    return Pkey(pkey);
}

/* A key of that kind whose JWK has the members of the key itself and no others yet. */
Key generate_material(KeyType type, const Curve *curve, int64_t bits) {
    Key key{type, curve, Json(json_object()), nullptr, ""};
    set_text(key.jwk.get(), "kty", type_name(type));
    if (type == KeyType::kOct) {
        key.octets = random_octets(static_cast<size_t>(bits / 8));
        set_text(key.jwk.get(), "k", base64url(key.octets));
    } else {
        key.pkey = generate_pkey(curve, bits);
        export_members(key.pkey.get(), curve, key.jwk.get());
    }
    return key;
}

void set_unless_empty(json_t *jwk, const char *name, const std::string &value) {
    if (!value.empty()) {
        set_text(jwk, name, value);
    }
}

std::string bio_text(BIO *bio) {
    char *data = nullptr;
    const long length = BIO_get_mem_data(bio, &data);
    return std::string(data, static_cast<size_t>(length));
}

Bio memory_bio() {
    Bio bio(BIO_new(BIO_s_mem()));
    if (!bio) {
        throw crypto_failure("no memory");
    }
    return bio;
}

std::string json_dump(const json_t *value, size_t flags) {
    const std::unique_ptr<char, FreeWith<free>> text(json_dumps(value, flags));
    if (!text) {
        throw Failure("no memory");
    }
    return text.get();
}

void require_asymmetric(const Key &key) {
    if (!key.pkey) {
        throw Failure("an oct key has no PEM form; 'mint secret' writes its bytes");
    }
}

const Curve *curve_of(const json_t *jwk, KeyType type) {
    const std::string name = text_member(jwk, "crv");
    const Curve *const curve = find_curve(name);
    if (curve == nullptr || curve->type != type) {
        throw Failure("the key's curve '" + name + "' is not known");
    }
    return curve;
}

Key key_from_jwk(Json jwk) {
    const std::string kty = text_member(jwk.get(), "kty");
    Key key{KeyType::kRsa, nullptr, std::move(jwk), nullptr, ""};
    const json_t *const members = key.jwk.get();
    if (kty == "RSA") {
        key.pkey = import_rsa(members);
    } else if (kty == "EC") {
        key.type = KeyType::kEc;
        key.curve = curve_of(members, key.type);
        key.pkey = import_ec(members, *key.curve);
    } else if (kty == "OKP") {
        key.type = KeyType::kOkp;
        key.curve = curve_of(members, key.type);
        key.pkey = import_okp(members, *key.curve);
    } else if (kty == "oct") {
        key.type = KeyType::kOct;
        key.octets = octets_member(members, "k");
    } else {
        throw Failure("the key's type '" + kty + "' is not known");
    }
    return key;
}

}  // namespace

std::string Key::member(const char *name) const { return text_member(jwk.get(), name); }

bool Key::has_private() const {
    return type == KeyType::kOct || json_object_get(jwk.get(), "d") != nullptr;
}

Key generate_key(const KeyRequest &request) {
    const Algorithm &algorithm = *request.algorithm;
    const int64_t bits = request.bits != 0 ? request.bits : static_cast<int64_t>(algorithm.bits);
    Key key = algorithm.curves.empty() ? generate_material(algorithm.key_type, nullptr, bits)
                                       : generate_on_curve(*find_curve(request.curve));
    set_unless_empty(key.jwk.get(), "kid", request.kid);
    set_unless_empty(key.jwk.get(), "use", request.use);
    if (request.names_algorithm) {
        set_text(key.jwk.get(), "alg", algorithm.name);
    }
    return key;
}

Key generate_similar(const Key &key) {
    const int64_t bits = key.type == KeyType::kOct ? static_cast<int64_t>(key.octets.size() * 8)
                                                   : EVP_PKEY_get_bits(key.pkey.get());
    Key fresh = generate_material(key.type, key.curve, bits);
    for (const char *name : {"kid", "use", "alg"}) {
        set_unless_empty(fresh.jwk.get(), name, key.member(name));
    }
    return fresh;
}

Key generate_on_curve(const Curve &curve) { return generate_material(curve.type, &curve, 0); }

const Algorithm &choose_algorithm(const std::vector<Algorithm> &table, const std::string &name,
                                  const Key &key) {
    const auto suits = [&](const Algorithm &known) {
        return name.empty() ? fits(known, key) : name == known.name;
    };
    const auto found = std::find_if(table.begin(), table.end(), suits);
    if (found == table.end()) {
        throw Failure((name.empty() ? "the key fits none of: " : "'" + name + "' is none of: ") +
                      algorithm_names(table));
    }
    return *found;
}

bool fits(const Algorithm &algorithm, const Key &key) {
    if (key.curve != nullptr) {
        return uses_curve(algorithm, key.curve->name);
    }
    const bool wraps = algorithm.scheme == Scheme::kAesKw || algorithm.scheme == Scheme::kAesGcmKw;
    return algorithm.curves.empty() && algorithm.key_type == key.type &&
           (!wraps || key.octets.size() * 8 == algorithm.bits);
}

Json read_jwk(const std::string &path) {
    const std::string text = read_file(path);
    json_error_t error;
    Json jwk(json_loadb(text.data(), text.size(), JSON_REJECT_DUPLICATES, &error));
    if (!jwk) {
        throw Failure(path + " is not JSON: " + error.text);
    }
    if (!json_is_string(json_object_get(jwk.get(), "kty"))) {
        throw Failure(path + " is not a JWK: it has no \"kty\"");
    }
    return jwk;
}

Key read_key(const std::string &path) {
    try {
        return key_from_jwk(read_jwk(path));
    } catch (const Failure &failure) {
        const std::string why = failure.what();
        throw why.find(path) == std::string::npos ? Failure(path + ": " + why) : failure;
    }
}

Json public_half(const json_t *jwk) {
    Json half(json_copy(const_cast<json_t *>(jwk)));
    if (text_member(jwk, "kty") != "oct") {
        for (const char *name : kPrivateMembers) {
            json_object_del(half.get(), name);
        }
    }
    return half;
}

std::string json_line(const json_t *value) { return json_dump(value, JSON_COMPACT); }

std::string json_indented(const json_t *value) { return json_dump(value, JSON_INDENT(2)); }

std::string public_pem(const Key &key) {
    require_asymmetric(key);
    const Bio bio = memory_bio();
    if (PEM_write_bio_PUBKEY(bio.get(), key.pkey.get()) != 1) {
        throw crypto_failure("cannot write the public key");
    }
    return bio_text(bio.get());
}

std::string private_pem(const Key &key) {
    require_asymmetric(key);
    if (!key.has_private()) {
        throw Failure("the key has no private half");
    }
    const Bio bio = memory_bio();
    if (PEM_write_bio_PKCS8PrivateKey(bio.get(), key.pkey.get(), nullptr, nullptr, 0, nullptr,
                                      nullptr) != 1) {
        throw crypto_failure("cannot write the private key");
    }
    return bio_text(bio.get());
}

}  // namespace oauth2_rs::mint
