// args: t/data/rfc7520/jwe/*.json t/data/rfc7520/curve25519/ecdh-es.json t/data/rfc7520/6.*.json
#include <string>
#include <string_view>
#include <vector>

#include "base/handles.h"
#include "checks.h"
#include "fakes.h"
#include "jose/json.h"
#include "jose/jwe.h"
#include "jose/jwk.h"
#include "jose/jws.h"

using namespace oauth2_rs;
using namespace oauth2_rs::fakes;

namespace {

std::vector<std::string> files;

JsonHandle read(const std::string& path) {
    json_error_t error;
    JsonHandle document(json_load_file(path.c_str(), 0, &error));
    if (!document) {
        fail_msg("%s: %s", path.c_str(), error.text);
    }
    return document;
}

/* The text or object at a path of member names. */
const json_t* at(const json_t* document, std::initializer_list<const char*> path) {
    for (const char* name : path) {
        document = json_member(document, name);
    }
    return document;
}

std::string text_at(const json_t* document, std::initializer_list<const char*> path) {
    return std::string(json_text(at(document, path)).value_or(""));
}

KeyPointer key_of(const json_t* jwk) {
    auto key = parse_jwk(jwk);
    check_good(key);
    return std::move(key.value());
}

bool is_offered(std::string_view alg) {
    return find_algorithm(AlgorithmKind::kKeyManagement, alg) != nullptr;
}

/* Sections 5.1 to 5.9, and RFC 8037's example; how many could be decrypted. */
std::size_t check_encryption(const json_t* document) {
    const std::string token = text_at(document, {"output", "compact"});
    const std::string alg = text_at(document, {"input", "alg"});
    assert_false(token.empty());
    const auto jwe = parse_jwe(token);
    if (!is_offered(alg)) {
        assert_true(alg == "RSA1_5" || alg == "PBES2-HS512+A256KW");
        check_denied(jwe, Code::kUnsupportedAlgorithm);
        return 0;
    }
    check_good(jwe);
    const auto content = decrypt(jwe.value(), *key_of(at(document, {"input", "key"})));
    check_good(content);
    check_text(as_text(content.value()), text_at(document, {"input", "plaintext"}));
    return 1;
}

bool is_nested(const std::string& file) { return file.find("/6.") != std::string::npos; }

void test_encryption(void** /*state*/) {
    std::size_t examples = 0;
    std::size_t decrypted = 0;
    for (const std::string& file : files) {
        if (!is_nested(file)) {
            ++examples;
            decrypted += check_encryption(read(file).get());
        }
    }
    assert_int_equal(examples, 10);
    assert_int_equal(decrypted, 8);
}

/* Section 6: what is decrypted is a JWS, and that verifies. */
void test_nesting(void** /*state*/) {
    std::size_t examples = 0;
    for (const std::string& file : files) {
        if (!is_nested(file)) {
            continue;
        }
        ++examples;
        const JsonHandle document = read(file);
        const std::string token = text_at(document.get(), {"encrypt", "output", "compact"});
        const auto jwe = parse_jwe(token);
        check_good(jwe);
        const auto content =
            decrypt(jwe.value(), *key_of(at(document.get(), {"encrypt", "input", "key"})));
        check_good(content);
        const auto jws = parse_jws(as_text(content.value()));
        check_good(jws);
        check_text(jws.value().payload, text_at(document.get(), {"sign", "input", "payload"}));
        const KeyPointer key = key_of(at(document.get(), {"sign", "input", "key"}));
        assert_true(key->verify(*find_algorithm(AlgorithmKind::kSignature, jws.value().header.alg),
                                jws.value().signing_input, jws.value().signature));
        check_no_error_queued();
    }
    assert_int_equal(examples, 1);
}

}  // namespace

int main(int argc, char** argv) {
    files.assign(argv + 1, argv + argc);
    const CMUnitTest tests[] = {
        cmocka_unit_test(test_encryption),
        cmocka_unit_test(test_nesting),
    };
    return cmocka_run_group_tests(tests, nullptr, nullptr);
}
