#include "jwk_convert.h"

#include <openssl/core_names.h>

#include <vector>

#include "encode.h"
#include "failure.h"

namespace oauth2_rs::mint {

namespace {

struct RsaMember {
    const char *jwk_name;  // RFC 7518 section 6.3
    const char *openssl_name;
};

constexpr RsaMember kRsaMembers[] = {
    {"n", OSSL_PKEY_PARAM_RSA_N},          {"e", OSSL_PKEY_PARAM_RSA_E},
    {"d", OSSL_PKEY_PARAM_RSA_D},          {"p", OSSL_PKEY_PARAM_RSA_FACTOR1},
    {"q", OSSL_PKEY_PARAM_RSA_FACTOR2},    {"dp", OSSL_PKEY_PARAM_RSA_EXPONENT1},
    {"dq", OSSL_PKEY_PARAM_RSA_EXPONENT2}, {"qi", OSSL_PKEY_PARAM_RSA_COEFFICIENT1},
};

const unsigned char *unsigned_data(const std::string &octets) {
    return reinterpret_cast<const unsigned char *>(octets.data());
}

bool has(const json_t *jwk, const char *name) { return json_object_get(jwk, name) != nullptr; }

/* Collects OpenSSL's parameters. The builder only borrows the numbers, so they are kept here. */
class KeyParams {
  public:
    KeyParams() : builder_(OSSL_PARAM_BLD_new()) {
        if (!builder_) {
            throw crypto_failure("no memory");
        }
    }

    void add_number(const char *name, const std::string &octets) {
        Bignum number(BN_bin2bn(unsigned_data(octets), static_cast<int>(octets.size()), nullptr));
        if (!number || OSSL_PARAM_BLD_push_BN(builder_.get(), name, number.get()) != 1) {
            throw crypto_failure("cannot read the key");
        }
        numbers_.push_back(std::move(number));
    }

    void add_text(const char *name, const char *text) {
        check(OSSL_PARAM_BLD_push_utf8_string(builder_.get(), name, text, 0));
    }

    void add_octets(const char *name, const std::string &octets) {
        check(OSSL_PARAM_BLD_push_octet_string(builder_.get(), name, octets.data(), octets.size()));
    }

    Pkey import(const char *type, int selection) const {
        const Params params(OSSL_PARAM_BLD_to_param(builder_.get()));
        const PkeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr));
        EVP_PKEY *pkey = nullptr;
        if (!params || !context || EVP_PKEY_fromdata_init(context.get()) != 1 ||
            EVP_PKEY_fromdata(context.get(), &pkey, selection, params.get()) != 1) {
            throw crypto_failure("cannot read the key");
        }
        return Pkey(pkey);
    }

  private:
    static void check(int pushed) {
        if (pushed != 1) {
            throw crypto_failure("cannot read the key");
        }
    }

    ParamBuilder builder_;
    std::vector<Bignum> numbers_;
};

int selection(const json_t *jwk) { return has(jwk, "d") ? EVP_PKEY_KEYPAIR : EVP_PKEY_PUBLIC_KEY; }

std::string coordinate(const json_t *jwk, const char *name, const Curve &curve) {
    std::string octets = octets_member(jwk, name);
    if (octets.size() != curve.octets) {
        throw Failure("the key's member \"" + std::string(name) + "\" must have " +
                      std::to_string(curve.octets) + " octets");
    }
    return octets;
}

/* `length` 0 is as many octets as the number needs (RFC 7518 section 2, Base64urlUInt). */
void export_number(const EVP_PKEY *pkey, const char *openssl_name, size_t length, json_t *jwk,
                   const char *jwk_name) {
    BIGNUM *found = nullptr;
    if (EVP_PKEY_get_bn_param(pkey, openssl_name, &found) != 1) {
        throw crypto_failure("cannot export the key");
    }
    const Bignum number(found);
    std::string octets(length != 0 ? length : static_cast<size_t>(BN_num_bytes(found)), '\0');
    if (BN_bn2binpad(found, reinterpret_cast<unsigned char *>(octets.data()),
                     static_cast<int>(octets.size())) < 0) {
        throw crypto_failure("cannot export the key");
    }
    set_text(jwk, jwk_name, base64url(octets));
}

void export_okp(const EVP_PKEY *pkey, const Curve &curve, json_t *jwk) {
    std::string octets(curve.octets, '\0');
    auto *const data = reinterpret_cast<unsigned char *>(octets.data());
    size_t length = octets.size();
    if (EVP_PKEY_get_raw_public_key(pkey, data, &length) != 1) {
        throw crypto_failure("cannot export the key");
    }
    set_text(jwk, "x", base64url(octets));
    length = octets.size();
    if (EVP_PKEY_get_raw_private_key(pkey, data, &length) != 1) {
        throw crypto_failure("cannot export the key");
    }
    set_text(jwk, "d", base64url(octets));
}

}  // namespace

std::string text_member(const json_t *jwk, const char *name) {
    const char *const text = json_string_value(json_object_get(jwk, name));
    return text == nullptr ? "" : text;
}

std::string octets_member(const json_t *jwk, const char *name) {
    const std::string what = "the key's member \"" + std::string(name) + "\"";
    if (!json_is_string(json_object_get(jwk, name))) {
        throw Failure(what + " is missing");
    }
    return base64url_decode(text_member(jwk, name), what);
}

void set_text(json_t *jwk, const char *name, const std::string &value) {
    if (json_object_set_new(jwk, name, json_stringn(value.data(), value.size())) != 0) {
        throw Failure("'" + value + "' is not UTF-8 text");
    }
}

Pkey import_rsa(const json_t *jwk) {
    KeyParams params;
    for (const RsaMember &member : kRsaMembers) {
        const bool required = std::string(member.jwk_name) == "n" || member.jwk_name[0] == 'e';
        if (required || has(jwk, member.jwk_name)) {
            params.add_number(member.openssl_name, octets_member(jwk, member.jwk_name));
        }
    }
    return params.import("RSA", selection(jwk));
}

Pkey import_ec(const json_t *jwk, const Curve &curve) {
    // SEC 1 section 2.3.3: 4 marks an uncompressed point.
    const std::string point = '\4' + coordinate(jwk, "x", curve) + coordinate(jwk, "y", curve);
    KeyParams params;
    params.add_text(OSSL_PKEY_PARAM_GROUP_NAME, curve.openssl_name);
    params.add_octets(OSSL_PKEY_PARAM_PUB_KEY, point);
    if (has(jwk, "d")) {
        params.add_number(OSSL_PKEY_PARAM_PRIV_KEY, coordinate(jwk, "d", curve));
    }
    return params.import("EC", selection(jwk));
}

Pkey import_okp(const json_t *jwk, const Curve &curve) {
    const bool is_private = has(jwk, "d");
    const std::string octets = coordinate(jwk, is_private ? "d" : "x", curve);
    const auto import =
        is_private ? EVP_PKEY_new_raw_private_key_ex : EVP_PKEY_new_raw_public_key_ex;
    Pkey pkey(import(nullptr, curve.openssl_name, nullptr, unsigned_data(octets), octets.size()));
    if (!pkey) {
        throw crypto_failure("cannot read the key");
    }
    return pkey;
}

void export_members(const EVP_PKEY *pkey, const Curve *curve, json_t *jwk) {
    if (curve == nullptr) {
        for (const RsaMember &member : kRsaMembers) {
            export_number(pkey, member.openssl_name, 0, jwk, member.jwk_name);
        }
        return;
    }
    set_text(jwk, "crv", curve->name);
    if (curve->type == KeyType::kOkp) {
        export_okp(pkey, *curve, jwk);
        return;
    }
    export_number(pkey, OSSL_PKEY_PARAM_EC_PUB_X, curve->octets, jwk, "x");
    export_number(pkey, OSSL_PKEY_PARAM_EC_PUB_Y, curve->octets, jwk, "y");
    export_number(pkey, OSSL_PKEY_PARAM_PRIV_KEY, curve->octets, jwk, "d");
}

}  // namespace oauth2_rs::mint
