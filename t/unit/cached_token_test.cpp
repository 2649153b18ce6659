#include "token/cached_token.h"

#include <cstring>
#include <string>

#include "checks.h"
#include "fakes.h"
#include "jose/json.h"

using namespace oauth2_rs;
using namespace oauth2_rs::fakes;

namespace {

constexpr std::int64_t kStored = kNow * 1000;
constexpr const char* kBound =
    R"({"sub":"alice","scope":"a b","exp":1700003600,)"
    R"("cnf":{"x5t#S256":"0123456789012345678901234567890123456789012"}})";

/* A token with all that can be known of one. */
ResolvedToken rich_token() {
    ResolvedToken::Facts facts = resolved_token(kBound).facts();
    facts.keys.add({1, 2});
    facts.keys.add({3});
    return {kBound, nullptr, std::move(facts)};
}

void test_all_that_is_known_comes_back(void** /*state*/) {
    const std::string bytes = encode_cached_token("opaque", rich_token(), kStored);
    const auto cached = decode_cached_token("opaque", bytes);
    assert_true(cached.has_value());
    assert_int_equal(cached->stored_ms, kStored);
    const ResolvedToken::Facts& facts = cached->token.facts();
    check_text(facts.scope, "a b");
    assert_int_equal(*facts.valid_until_ms, 1700003600000);
    assert_true(facts.confirmation.kind == Confirmation::Kind::kThumbprint);
    check_text({facts.confirmation.thumbprint.data(), facts.confirmation.thumbprint.size()},
               "0123456789012345678901234567890123456789012");
    assert_int_equal(facts.keys.size(), 2);
    assert_true(facts.keys.begin()[0] == Digest({1, 2}));
    assert_true(facts.keys.begin()[1] == Digest({3}));
    check_text(cached->token.text(), kBound);
}

void test_what_is_not_there_stays_away(void** /*state*/) {
    const std::string bytes = encode_cached_token("opaque", resolved_token("{}"), kStored);
    const auto cached = decode_cached_token("opaque", bytes);
    assert_true(cached.has_value());
    const ResolvedToken::Facts& facts = cached->token.facts();
    check_text(facts.scope, "");
    assert_false(facts.valid_until_ms.has_value());
    assert_true(facts.confirmation.kind == Confirmation::Kind::kNone);
    assert_int_equal(facts.keys.size(), 0);
    check_text(cached->token.text(), "{}");
}

/* A binding that can't be satisfied must not turn into none. */
void test_a_strange_binding_stays_one(void** /*state*/) {
    for (const char* binding : {R"({"cnf":{"jkt":"x"}})", R"({"cnf":{}})", R"({"cnf":1})"}) {
        const ResolvedToken token = resolved_token(binding);
        const std::string bytes = encode_cached_token("opaque", token, kStored);
        const auto cached = decode_cached_token("opaque", bytes);
        assert_true(cached.has_value());
        assert_true(cached->token.facts().confirmation.kind == token.facts().confirmation.kind);
        assert_true(cached->token.facts().confirmation.kind != Confirmation::Kind::kNone);
    }
}

/* Bytes that what `token` says takes in the cache under `text`; checks what comes out again. */
std::size_t kept_bytes(std::string_view text, std::string_view claims, std::string_view token) {
    ResolvedToken resolved = resolved_token(std::string(claims));
    resolved.be_payload_of(token);
    const std::string bytes = encode_cached_token(text, resolved, kStored);
    const auto cached = decode_cached_token(text, bytes);
    assert_true(cached.has_value());
    check_text(cached->token.text(), claims);
    check_text(json_text(cached->token.claims(), "sub").value(), "alice");
    return bytes.size();
}

/* Of a signed token nothing is kept that it says itself; of others all is. */
void test_claims_that_stand_in_the_token(void** /*state*/) {
    const std::string claims = R"({"sub":"alice"})";
    const std::string token = compact("{}", claims, "s");
    const std::size_t least = kept_bytes(token, claims, token);
    const std::size_t all = least + claims.size();
    assert_int_equal(kept_bytes(token, claims, compact("{}", claims, "t")), all);
    assert_int_equal(kept_bytes(token, claims, ""), all);
    assert_int_equal(kept_bytes("opaque", claims, ""), all);
    assert_int_equal(kept_bytes("", claims, ""), all);
}

/* Whatever stands in the shared memory: no byte of it is believed beyond its end. */
void test_bytes_that_were_cut(void** /*state*/) {
    const std::string bytes = encode_cached_token("opaque", rich_token(), kStored);
    const std::size_t claims = std::strlen(kBound);
    for (std::size_t size = 0; size < bytes.size() - claims; ++size) {
        // A copy, so that a read beyond its end is one beyond what was allocated.
        const std::string cut(bytes, 0, size);
        assert_false(decode_cached_token("opaque", cut).has_value());
    }
    assert_false(decode_cached_token("opaque", std::string(200, '\xff')).has_value());
}

/* Nor is more of it believed than a token can have. */
void test_bytes_that_were_changed(void** /*state*/) {
    const std::string bytes = encode_cached_token("opaque", rich_token(), kStored);
    const std::size_t behind_head = bytes.find(std::string("\1\2\0", 3));
    assert_true(behind_head >= 1 && behind_head <= bytes.size());
    for (std::size_t place = 0; place < behind_head; ++place) {
        std::string changed = bytes;
        changed[place] = static_cast<char>(KeyDigests::kMost + 1);
        const auto cached = decode_cached_token("opaque", changed);
        assert_true(!cached || cached->token.facts().keys.size() <= KeyDigests::kMost);
    }
}

}  // namespace

int main() {
    const CMUnitTest tests[] = {
        cmocka_unit_test(test_all_that_is_known_comes_back),
        cmocka_unit_test(test_what_is_not_there_stays_away),
        cmocka_unit_test(test_a_strange_binding_stays_one),
        cmocka_unit_test(test_claims_that_stand_in_the_token),
        cmocka_unit_test(test_bytes_that_were_cut),
        cmocka_unit_test(test_bytes_that_were_changed),
    };
    return cmocka_run_group_tests(tests, nullptr, nullptr);
}
