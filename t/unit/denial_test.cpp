#include "base/denial.h"

#include <algorithm>
#include <set>
#include <string>

#include "checks.h"

using namespace oauth2_rs;
using namespace oauth2_rs::fakes;

namespace {

/* The documented words: access logs and monitoring rely on them. */
void test_words_are_the_documented_ones(void** /*state*/) {
    check_text(reason_word(Code::kInternalError), "internal_error");
    check_text(reason_word(Code::kHttpsRequired), "https_required");
    check_text(reason_word(Code::kNoToken), "no_token");
    check_text(reason_word(Code::kMultipleTokens), "multiple_tokens");
    check_text(reason_word(Code::kMalformedToken), "malformed_token");
    check_text(reason_word(Code::kUnsupportedAlgorithm), "unsupported_algorithm");
    check_text(reason_word(Code::kUnsupportedHeader), "unsupported_header");
    check_text(reason_word(Code::kUnknownKey), "unknown_key");
    check_text(reason_word(Code::kBadSignature), "bad_signature");
    check_text(reason_word(Code::kIssuerMismatch), "issuer_mismatch");
    check_text(reason_word(Code::kExpiryMissing), "expiry_missing");
    check_text(reason_word(Code::kExpired), "expired");
    check_text(reason_word(Code::kNotYetValid), "not_yet_valid");
    check_text(reason_word(Code::kAudienceMismatch), "audience_mismatch");
    check_text(reason_word(Code::kWrongTokenType), "wrong_token_type");
    check_text(reason_word(Code::kMalformedClaims), "malformed_claims");
    check_text(reason_word(Code::kInsufficientScope), "insufficient_scope");
    check_text(reason_word(Code::kScopeUndefined), "scope_undefined");
    check_text(reason_word(Code::kInactive), "inactive");
    check_text(reason_word(Code::kKeysUnavailable), "keys_unavailable");
    check_text(reason_word(Code::kIntrospectionUnavailable), "introspection_unavailable");
}

/* One word, one reason, and fit for a log field. */
void test_every_code_has_a_word_of_its_own(void** /*state*/) {
    std::set<std::string> words;
    for (int code = 0; code < static_cast<int>(Code::kCount); ++code) {
        const std::string word(reason_word(static_cast<Code>(code)));
        assert_false(word.empty());
        assert_true(std::all_of(word.begin(), word.end(),
                                [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; }));
        assert_true(words.insert(word).second);
    }
}

/* What nobody filled in is the strictest answer. */
void test_the_default_is_an_internal_error(void** /*state*/) {
    check_code(Denial{}, Code::kInternalError);
    check_text(reason_word(Code::kCount), "internal_error");
}

}  // namespace

int main() {
    const CMUnitTest tests[] = {
        cmocka_unit_test(test_words_are_the_documented_ones),
        cmocka_unit_test(test_every_code_has_a_word_of_its_own),
        cmocka_unit_test(test_the_default_is_an_internal_error),
    };
    return cmocka_run_group_tests(tests, nullptr, nullptr);
}
