#include "jose/key_set.h"

#include <string>
#include <utility>
#include <vector>

#include "checks.h"
#include "fakes.h"

using namespace oauth2_rs;
using namespace oauth2_rs::fakes;

namespace {

std::string set_of(const std::vector<std::string>& jwks) {
    std::string text = R"({"keys":[)";
    for (const std::string& jwk : jwks) {
        text += text.back() == '[' ? "" : ",";
        text += jwk;
    }
    return text + "]}";
}

std::string kid(const std::string& name) { return R"(,"kid":")" + name + "\""; }

void test_keys_keep_their_order(void** /*state*/) {
    const auto content = parse_jwk_set(set_of(
        {rsa_signer().jwk(kid("c")), ec_signer().jwk(kid("a")), oct_signer().jwk(kid("b"))}));
    check_good(content);
    assert_int_equal(content.value().keys.size(), 3);
    check_text(content.value().keys[0]->name(), "c");
    check_text(content.value().keys[1]->name(), "a");
    check_text(content.value().keys[2]->name(), "b");
    assert_true(content.value().problems.empty());
}

void test_what_is_no_set_is_refused(void** /*state*/) {
    for (const char* text :
         {"", "{}", "[]", "null", R"({"keys":{}})", R"({"keys":null})", R"({"Keys":[]})",
          R"({"keys":[],"keys":[]})", R"({"keys":[]} x)", R"({"kty":"oct","k":"AQ"})"}) {
        check_refused(parse_jwk_set(text), "no JSON Web Key Set");
    }
    const auto empty = parse_jwk_set(R"({"keys":[],"other":1})");
    check_good(empty);
    assert_true(empty.value().keys.empty());
    assert_true(empty.value().problems.empty());
}

/* RFC 7517 section 5: keys of kinds that we don't know, or for other uses. */
void test_keys_for_others_are_passed_over(void** /*state*/) {
    const auto content = parse_jwk_set(
        set_of({R"({"kty":"AKP","alg":"ML-DSA-44"})", R"({"kty":"OKP","crv":"X25519","x":"AQ"})",
                rsa_signer().jwk(R"(,"use":"enc")"), oct_signer().jwk(R"(,"key_ops":["sign"])"),
                ec_signer().jwk(kid("mine"))}));
    check_good(content);
    assert_int_equal(content.value().keys.size(), 1);
    check_text(content.value().keys[0]->name(), "mine");
    assert_true(content.value().problems.empty());
}

void test_problems_name_the_key(void** /*state*/) {
    const auto content =
        parse_jwk_set(set_of({ec_signer().jwk(), R"({"kty":"RSA","kid":"r\n\u00e4","e":"AQAB"})",
                              "7", Signer::oct("short").jwk(kid("s")), R"({"kty":"oct","kid":5})",
                              Signer::oct("short").jwk(kid("e") + R"(,"use":"enc")")}));
    check_good(content);
    assert_int_equal(content.value().keys.size(), 1);
    const auto& problems = content.value().problems;
    assert_int_equal(problems.size(), 5);
    check_text(problems[0].message, "key 2 \"r???\": \"n\" or \"e\" is missing or isn't base64url");
    check_holds(problems[1].message, "key 3: it is no JSON object");
    check_holds(problems[2].message,
                "key 4 \"s\": it is shorter than the 32 bytes that HS256 wants");
    check_holds(problems[3].message, "key 5: ");
    check_holds(problems[4].message, "key 6 \"e\": its length is that of no encryption");
    for (const KeyProblem& problem : problems) {
        check_lacks(problem.message, encode_base64url("short"));
    }
}

/* A key concerns those alone whom it would have served. */
void test_problems_concern_a_purpose(void** /*state*/) {
    const std::string rsa = R"({"kty":"RSA","e":"AQAB")";
    const std::string x25519 = R"({"kty":"OKP","crv":"X25519","x":"AQ")";
    const struct {
        std::string jwk;
        bool verify;
        bool decrypt;
    } rows[] = {
        {rsa + "}", true, false},  // a public key, if any
        {rsa + R"(,"d":"AQ"})", true, true},
        {rsa + R"(,"use":"sig","d":"AQ"})", true, false},
        {rsa + R"(,"use":"enc","d":"AQ"})", false, true},
        {rsa + R"(,"use":"enc"})", false, false},
        {rsa + R"(,"alg":"RSA-OAEP","d":"AQ"})", false, true},
        {x25519 + R"(,"d":"AQ"})", false, true},
        {Signer::oct("short").jwk(R"(,"use":"sig")"), true, false},
        {Signer::oct("short").jwk(R"(,"use":"enc")"), false, true},
        {R"({"kty":"oct","kid":5,"use":"enc"})", true, true},
    };
    for (const auto& row : rows) {
        const auto content = parse_jwk_set(set_of({row.jwk}));
        check_good(content);
        assert_int_equal(content.value().keys.size(), 0);
        assert_int_equal(content.value().problems.size(), 1);
        const KeyPurposes purposes = content.value().problems[0].purposes;
        assert_int_equal(purposes.verify, row.verify);
        assert_int_equal(purposes.decrypt, row.decrypt);
    }
}

/* One that fits but one purpose is a problem of the other. */
void test_weakness_for_one_purpose(void** /*state*/) {
    const auto content = [](std::size_t size) {
        return parse_jwk_set(set_of({Signer::oct(std::string(size, 'k')).jwk()}));
    };
    assert_true(content(32).value().problems.empty());
    const auto decrypting = content(16);
    assert_int_equal(decrypting.value().keys.size(), 1);
    assert_int_equal(decrypting.value().problems.size(), 1);
    check_holds(decrypting.value().problems[0].message, "32 bytes");
    assert_true(decrypting.value().problems[0].purposes.verify);
    assert_false(decrypting.value().problems[0].purposes.decrypt);
    const auto verifying = content(40);
    assert_int_equal(verifying.value().keys.size(), 1);
    assert_int_equal(verifying.value().problems.size(), 1);
    check_holds(verifying.value().problems[0].message, "no encryption");
    assert_false(verifying.value().problems[0].purposes.verify);
    assert_true(verifying.value().problems[0].purposes.decrypt);
    assert_int_equal(content(5).value().keys.size(), 0);
    const auto useless = content(5);
    assert_int_equal(useless.value().problems.size(), 1);
    check_holds(useless.value().problems[0].message, "32 bytes");
    const struct {
        const KeyProblem* problem;
        bool verifying;
        bool decrypting;
        bool both;
    } rows[] = {{&decrypting.value().problems[0], true, false, false},
                {&verifying.value().problems[0], false, true, false},
                {&useless.value().problems[0], true, true, true}};
    for (const auto& row : rows) {
        assert_int_equal(row.problem->matters({true, false}), row.verifying);
        assert_int_equal(row.problem->matters({false, true}), row.decrypting);
        assert_int_equal(row.problem->matters({true, true}), row.both);
        assert_false(row.problem->matters({false, false}));
    }
}

/* A private half that fits no public one: who but verifies is not told of it. */
void test_a_broken_private_half_leaves_the_public_one(void** /*state*/) {
    for (const Signer* signer : {&rsa_signer(), &ec_signer()}) {
        const auto content = parse_jwk_set(set_of({signer->jwk(R"(,"d":"AQ")")}));
        check_good(content);
        assert_int_equal(content.value().keys.size(), 1);
        assert_true(content.value().keys[0]->may_verify());
        assert_false(content.value().keys[0]->may_decrypt());
        assert_int_equal(content.value().problems.size(), 1);
        check_holds(content.value().problems[0].message, "key 1: its private half");
        assert_false(content.value().problems[0].purposes.verify);
        assert_true(content.value().problems[0].purposes.decrypt);
    }
}

void test_private_keys_are_noticed(void** /*state*/) {
    const auto content = [](const std::string& jwk) { return parse_jwk_set(set_of({jwk})); };
    assert_false(content(rsa_signer().jwk()).value().holds_private);
    assert_true(content(rsa_signer().jwk(R"(,"d":"AQ")")).value().holds_private);
    assert_true(content(oct_signer().jwk()).value().holds_private);
    // Not ours to use, but somebody's secret.
    assert_true(content(rsa_signer().jwk(R"(,"d":"AQ","use":"enc")")).value().holds_private);
    assert_true(content(R"({"kty":"AKP","d":"AQ"})").value().holds_private);
    assert_false(parse_jwk_set(R"({"keys":[]})").value().holds_private);
    const std::string mixed = oct_signer().jwk() + "," + rsa_signer().jwk();
    assert_true(content(mixed).value().holds_private);
}

void test_keys_are_found_by_name(void** /*state*/) {
    const KeySet set(key_list(rsa_signer().key(kid("a")), ec_signer().key(kid("b")),
                              oct_signer().key(), Signer::okp("Ed25519").key(kid("a"))));
    assert_int_equal(set.keys().size(), 4);
    const auto b = set.named("b", KeyPurpose::kVerify);
    assert_int_equal(b.size(), 1);
    assert_ptr_equal(b[0], set.keys()[1].get());
    const auto a = set.named("a", KeyPurpose::kVerify);
    assert_int_equal(a.size(), 2);
    assert_true(a[0] != a[1]);
    for (const Key* key : a) {
        check_text(key->name(), "a");
    }
    for (const char* name : {"c", "", "A", "a ", "ab"}) {
        assert_true(set.named(name, KeyPurpose::kVerify).empty());
    }
}

/* The first is the active one, the others are still good: which is which is the administrator's. */
void test_keys_of_one_name_keep_their_order(void** /*state*/) {
    std::vector<KeyPointer> keys;
    for (int count = 0; count < 12; ++count) {
        const std::string secret(32, static_cast<char>('a' + count));
        keys.push_back(Signer::oct(secret).key(kid(count % 4 == 3 ? "other" : "same")));
    }
    const KeySet set(std::move(keys));
    for (const KeyPurpose purpose : {KeyPurpose::kVerify, KeyPurpose::kDecrypt}) {
        std::vector<const Key*> expected;
        for (const KeyPointer& key : set.keys()) {
            if (key->name() == "same") {
                expected.push_back(key.get());
            }
        }
        assert_int_equal(expected.size(), 9);
        assert_true(set.named("same", purpose) == expected);
        assert_int_equal(set.named("other", purpose).size(), 3);
    }
}

/* Messages go to a log whose lines end somewhere. */
void test_long_names_are_cut_in_messages(void** /*state*/) {
    const auto content =
        parse_jwk_set(set_of({Signer::oct("short").jwk(kid(std::string(5000, 'k')))}));
    check_good(content);
    const std::string& message = content.value().problems.at(0).message;
    assert_true(message.size() < 200);
    check_holds(message, "kkk...\": it is shorter than the 32 bytes");
}

/* A name of a key that may not verify names none for us. */
void test_keys_that_may_not_verify_have_no_name(void** /*state*/) {
    const KeySet set(
        key_list(rsa_signer().key(kid("a") + R"(,"use":"enc")"), ec_signer().key(kid("a"))));
    const auto named = set.named("a", KeyPurpose::kVerify);
    assert_int_equal(named.size(), 1);
    assert_ptr_equal(named[0], set.keys()[1].get());
}

void test_a_set_can_be_moved(void** /*state*/) {
    KeySet set(key_list(rsa_signer().key(kid("a")), ec_signer().key(kid("b"))));
    const Key* const first = set.keys()[0].get();
    const KeySet moved = std::move(set);
    assert_int_equal(moved.named("a", KeyPurpose::kVerify).size(), 1);
    assert_ptr_equal(moved.named("a", KeyPurpose::kVerify)[0], first);
}

void test_an_empty_set(void** /*state*/) {
    const KeySet set({});
    assert_true(set.keys().empty());
    assert_true(set.named("a", KeyPurpose::kVerify).empty());
}

}  // namespace

int main() {
    const CMUnitTest tests[] = {
        cmocka_unit_test(test_keys_keep_their_order),
        cmocka_unit_test(test_what_is_no_set_is_refused),
        cmocka_unit_test(test_keys_for_others_are_passed_over),
        cmocka_unit_test(test_problems_name_the_key),
        cmocka_unit_test(test_problems_concern_a_purpose),
        cmocka_unit_test(test_weakness_for_one_purpose),
        cmocka_unit_test(test_a_broken_private_half_leaves_the_public_one),
        cmocka_unit_test(test_private_keys_are_noticed),
        cmocka_unit_test(test_keys_are_found_by_name),
        cmocka_unit_test(test_keys_of_one_name_keep_their_order),
        cmocka_unit_test(test_long_names_are_cut_in_messages),
        cmocka_unit_test(test_keys_that_may_not_verify_have_no_name),
        cmocka_unit_test(test_a_set_can_be_moved),
        cmocka_unit_test(test_an_empty_set),
    };
    return cmocka_run_group_tests(tests, nullptr, nullptr);
}
