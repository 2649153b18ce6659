// The examples of RFC 7520 and RFC 8037, as far as they are about signatures and keys.

#include <array>
#include <string>
#include <utility>

#include "checks.h"
#include "fakes.h"
#include "jose/json.h"
#include "jose/jwk.h"
#include "jose/jws.h"

using namespace oauth2_rs;
using namespace oauth2_rs::fakes;

namespace {

JsonHandle load(const std::string& name) {
    json_error_t error;
    JsonHandle document(json_load_file(("t/data/rfc7520/" + name).c_str(), 0, &error));
    if (!document) {
        fail_msg("%s: %s", name.c_str(), error.text);
    }
    return document;
}

const json_t* at(const json_t* object, std::string_view first, std::string_view second) {
    return json_member(json_member(object, first), second);
}

std::string text_at(const json_t* object, std::string_view first, std::string_view second) {
    return std::string(json_text(at(object, first, second)).value());
}

KeyPointer import(const json_t* jwk, Place place = Place::here()) {
    auto key = parse_jwk(jwk);
    check_good(key, place);
    return std::move(key.value());
}

/* Whether the key verifies the token by the algorithm that its header names. */
Verdict verify(const Key& key, std::string_view token) {
    const auto jws = parse_jws(token);
    if (!jws.ok()) {
        return jws.error();
    }
    const Algorithm* algorithm = find_algorithm(jws.value().header.alg);
    if (algorithm == nullptr ||
        !key.verify(*algorithm, jws.value().signing_input, jws.value().signature)) {
        return Denial{Code::kBadSignature, "it isn't verified"};
    }
    return Done{};
}

/* The compact form of one signature: what was signed, and the signature. */
std::string reassembled(const json_t* signing) {
    return std::string(json_text(signing, "sig-input").value()) + "." +
           std::string(json_text(signing, "sig").value());
}

void check_compact(const std::string& name, const char* alg, Place place = Place::here()) {
    const JsonHandle example = load(name);
    const KeyPointer key = import(at(example.get(), "input", "key"), place);
    assert_null(key->weakness(KeyPurpose::kVerify));
    const std::string token = text_at(example.get(), "output", "compact");
    check_good(verify(*key, token), place);
    const auto jws = parse_jws(token);
    check_text(jws.value().header.alg, alg, place);
    check_text(jws.value().payload, text_at(example.get(), "input", "payload"), place);
    check_text(jws.value().signing_input, text_at(example.get(), "signing", "sig-input"), place);
    const std::string header = token.substr(0, token.find('.') + 1);
    const std::string signature = token.substr(token.rfind('.'));
    check_denied(verify(*key, header + encode_base64url(jws.value().payload + ".") + signature),
                 Code::kBadSignature, place);
}

/* 4.1 to 4.4, and RFC 8037 appendix A.4. */
void test_compact_signatures(void** /*state*/) {
    check_compact("jws/4_1.rsa_v15_signature.json", "RS256");
    check_compact("jws/4_2.rsa-pss_signature.json", "PS384");
    check_compact("jws/4_3.ecdsa_signature.json", "ES512");
    check_compact("jws/4_4.hmac-sha2_integrity_protection.json", "HS256");
    check_compact("curve25519/jws.json", "EdDSA");
}

/* 4.5: without its content the signature is good for nothing; put in its place again it is. */
void test_detached_content(void** /*state*/) {
    const JsonHandle example = load("jws/4_5.signature_with_detached_content.json");
    const KeyPointer key = import(at(example.get(), "input", "key"));
    check_denied(verify(*key, text_at(example.get(), "output", "compact")), Code::kBadSignature);
    check_good(verify(*key, reassembled(json_member(example.get(), "signing"))));
}

/* 4.6: what isn't protected is no part of a compact token. */
void test_protecting_specific_header_fields(void** /*state*/) {
    const JsonHandle example = load("jws/4_6.protecting_specific_header_fields.json");
    const KeyPointer key = import(at(example.get(), "input", "key"));
    const std::string token = reassembled(json_member(example.get(), "signing"));
    check_good(verify(*key, token));
    assert_false(parse_jws(token).value().header.kid.has_value());
}

/* 4.7: nothing says by which algorithm: that can't be a token. */
void test_protecting_content_only(void** /*state*/) {
    const JsonHandle example = load("jws/4_7.protecting_content_only.json");
    const KeyPointer key = import(at(example.get(), "input", "key"));
    check_denied(verify(*key, reassembled(json_member(example.get(), "signing"))),
                 Code::kMalformedToken);
}

/* 4.8: the second has no protected header; each of the others is good for its own key alone. */
void test_multiple_signatures(void** /*state*/) {
    const JsonHandle example = load("jws/4_8.multiple_signatures.json");
    const json_t* keys = at(example.get(), "input", "key");
    const json_t* signing = json_member(example.get(), "signing");
    assert_int_equal(json_array_size(keys), 3);
    for (std::size_t number = 0; number < 3; ++number) {
        const std::string token = reassembled(json_array_get(signing, number));
        for (std::size_t other = 0; other < 3; ++other) {
            const KeyPointer key = import(json_array_get(keys, other));
            if (number == 1) {
                check_denied(verify(*key, token), Code::kMalformedToken);
            } else if (number == other) {
                check_good(verify(*key, token));
            } else {
                check_denied(verify(*key, token), Code::kBadSignature);
            }
        }
    }
}

/* A token is compact, never JSON. */
void test_json_serializations_are_refused(void** /*state*/) {
    for (const char* name : {"4_1.rsa_v15_signature", "4_4.hmac-sha2_integrity_protection",
                             "4_6.protecting_specific_header_fields", "4_7.protecting_content_only",
                             "4_8.multiple_signatures"}) {
        const JsonHandle example = load("jws/" + std::string(name) + ".json");
        for (const char* form : {"json", "json_flat"}) {
            const json_t* serialized = at(example.get(), "output", form);
            if (serialized != nullptr) {
                check_denied(parse_jws(json_compact(serialized)), Code::kMalformedToken);
            }
        }
    }
}

/* 3.1 to 3.4: a private key verifies what its public half does. */
void test_asymmetric_keys(void** /*state*/) {
    const JsonHandle ecdsa = load("jws/4_3.ecdsa_signature.json");
    const JsonHandle rsa = load("jws/4_1.rsa_v15_signature.json");
    const std::array<std::pair<const char*, const json_t*>, 4> keys{
        {{"jwk/3_1.ec_public_key.json", ecdsa.get()},
         {"jwk/3_2.ec_private_key.json", ecdsa.get()},
         {"jwk/3_3.rsa_public_key.json", rsa.get()},
         {"jwk/3_4.rsa_private_key.json", rsa.get()}}};
    for (const auto& [name, example] : keys) {
        const JsonHandle jwk = load(name);
        const KeyPointer key = import(jwk.get());
        check_text(key->name(), "bilbo.baggins@hobbiton.example");
        assert_null(key->weakness(KeyPurpose::kVerify));
        assert_true(key->may_verify());
        check_good(verify(*key, text_at(example, "output", "compact")));
        assert_int_equal(is_private_jwk(jwk.get()),
                         std::string_view(name).find("private") != std::string_view::npos);
    }
}

/* 3.5 and 3.6: a secret for MACs verifies, one for encryption does not. */
void test_symmetric_keys(void** /*state*/) {
    const JsonHandle example = load("jws/4_4.hmac-sha2_integrity_protection.json");
    const KeyPointer mac = import(load("jwk/3_5.symmetric_key_mac_computation.json").get());
    assert_int_equal(mac->secret_size(), 32);
    assert_null(mac->weakness(KeyPurpose::kVerify));
    check_good(verify(*mac, text_at(example.get(), "output", "compact")));
    const KeyPointer encryption = import(load("jwk/3_6.symmetric_key_encryption.json").get());
    assert_false(encryption->may_verify());
    for (std::size_t index = 0; index < kSignatureAlgorithmCount; ++index) {
        assert_false(encryption->fits(*algorithm_at(index)));
    }
}

}  // namespace

int main() {
    const CMUnitTest tests[] = {
        cmocka_unit_test(test_compact_signatures),
        cmocka_unit_test(test_detached_content),
        cmocka_unit_test(test_protecting_specific_header_fields),
        cmocka_unit_test(test_protecting_content_only),
        cmocka_unit_test(test_multiple_signatures),
        cmocka_unit_test(test_json_serializations_are_refused),
        cmocka_unit_test(test_asymmetric_keys),
        cmocka_unit_test(test_symmetric_keys),
    };
    return cmocka_run_group_tests(tests, nullptr, nullptr);
}
