// link: -Wl,--wrap=CRYPTO_memcmp
#include "token/confirmation_key_verifier_access_token_resolver.h"

#include <openssl/crypto.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "checks.h"
#include "fakes.h"

namespace {

int comparisons = 0;
std::size_t compared_bytes = 0;

}  // namespace

extern "C" {

decltype(CRYPTO_memcmp) __real_CRYPTO_memcmp;
int __wrap_CRYPTO_memcmp(const void* left, const void* right, std::size_t size) {
    ++comparisons;
    compared_bytes += size;
    return __real_CRYPTO_memcmp(left, right, size);
}

}  // extern "C"

using namespace oauth2_rs;
using namespace oauth2_rs::fakes;

namespace {

using Modes = std::vector<ConfirmationMode>;

const Modes kAllModes = {ConfirmationMode::kOn, ConfirmationMode::kOff,
                         ConfirmationMode::kRequired};
const Modes kLookingModes = {ConfirmationMode::kOn, ConfirmationMode::kRequired};

const std::string kOurs = "A4DtL2JmUMhAsvJj5tKyn64SqzmuXbMrJa0n761y5v0";
const std::string kOther = "bwcK0esc3ACC3DB2Y5_lESsXE8o9ltc05O89jdN-dg2";

Thumbprint thumbprint(const std::string& text) {
    Thumbprint made{};
    std::copy(text.begin(), text.end(), made.begin());
    return made;
}

/* A client with a certificate. */
FakeRequestContext client(const std::string& presented = kOurs) {
    FakeRequestContext request;
    request.thumbprint = thumbprint(presented);
    return request;
}

std::string confirmed_by(const std::string& confirmation) {
    return R"({"sub":"alice","scope":"read","cnf":)" + confirmation + "}";
}

std::string bound_to(const std::string& text) {
    return confirmed_by(R"({"x5t#S256":")" + text + R"("})");
}

/* What the verifier says of a token with these claims. */
Resolution verify(const std::string& claims, ConfirmationMode mode, FakeRequestContext* request) {
    FakeResolver delegate;
    delegate.claims = claims;
    const ConfirmationKeyVerifierAccessTokenResolver resolver(delegate, mode);
    return resolver.resolve("token", *request);
}

void check_passes(const std::string& claims, const Modes& modes, Place place = Place::here()) {
    for (const ConfirmationMode mode : modes) {
        FakeRequestContext request = client();
        check_good(verify(claims, mode, &request), place);
    }
}

void check_refused_by(const std::string& claims, const Modes& modes, Code code,
                      Place place = Place::here()) {
    for (const ConfirmationMode mode : modes) {
        FakeRequestContext request = client();
        check_denied(verify(claims, mode, &request), code, place);
    }
}

void test_no_confirmation_key(void** /*state*/) {
    for (const char* claims :
         {"{}", R"({"sub":"alice"})", R"({"Cnf":{"jkt":"x"}})", R"({"act":{"cnf":{"jkt":"x"}}})"}) {
        check_passes(claims, {ConfirmationMode::kOn, ConfirmationMode::kOff});
        check_refused_by(claims, {ConfirmationMode::kRequired}, Code::kConfirmationMissing);
    }
}

void test_the_certificate_of_the_client(void** /*state*/) {
    check_passes(bound_to(kOurs), kAllModes);
}

void test_another_certificate(void** /*state*/) {
    check_refused_by(bound_to(kOther), kLookingModes, Code::kConfirmationMismatch);
    check_passes(bound_to(kOther), {ConfirmationMode::kOff});
}

/* Each of the 43 characters counts. */
void test_almost_the_same_certificate(void** /*state*/) {
    for (std::size_t at = 0; at < kOurs.size(); ++at) {
        std::string changed = kOurs;
        changed[at] = changed[at] == 'A' ? 'B' : 'A';
        check_refused_by(bound_to(changed), kLookingModes, Code::kConfirmationMismatch);
    }
}

void test_no_certificate(void** /*state*/) {
    for (const ConfirmationMode mode : kLookingModes) {
        FakeRequestContext request;
        check_denied(verify(bound_to(kOurs), mode, &request), Code::kCertificateMissing);
    }
    FakeRequestContext request;
    check_good(verify(bound_to(kOurs), ConfirmationMode::kOff, &request));
}

/* Whatever keeps the certificate from being known is the answer. */
void test_a_certificate_that_cannot_be_looked_at(void** /*state*/) {
    FakeRequestContext request;
    request.thumbprint = Denial{Code::kInternalError, "the test wants it so"};
    check_denied(verify(bound_to(kOurs), ConfirmationMode::kOn, &request), Code::kInternalError);
}

/* RFC 9449, RFC 7800: what nobody here can verify, alone or beside what can be. */
void test_methods_that_are_not_supported(void** /*state*/) {
    const std::string ours = R"("x5t#S256":")" + kOurs + "\"";
    const std::string others[] = {R"("jkt":")" + kOurs + "\"", R"("jwk":{"kty":"oct"})",
                                  R"("kid":"alice")", R"("x5t":"AAAA")", R"("future":null)"};
    for (const std::string& other : others) {
        for (const std::string& members : {other, ours + "," + other, other + "," + ours}) {
            check_refused_by(confirmed_by("{" + members + "}"), kLookingModes,
                             Code::kConfirmationUnsupported);
            check_passes(confirmed_by("{" + members + "}"), {ConfirmationMode::kOff});
        }
    }
}

void test_confirmations_that_are_none(void** /*state*/) {
    const std::string ours = "\"" + kOurs + "\"";
    const std::string confirmations[] = {
        "null", "1", "true", "\"\"", ours, "[]", "[" + ours + "]", R"([{"x5t#S256":)" + ours + "}]",
        "{}"};
    for (const std::string& confirmation : confirmations) {
        check_refused_by(confirmed_by(confirmation), kLookingModes, Code::kConfirmationUnsupported);
        check_passes(confirmed_by(confirmation), {ConfirmationMode::kOff});
    }
}

void test_thumbprints_that_are_none(void** /*state*/) {
    for (const std::string& text : {std::string(), kOurs.substr(1), kOurs + "=", kOurs + "A",
                                    std::string(43, '+'), kOurs.substr(1) + "/"}) {
        check_refused_by(bound_to(text), kLookingModes, Code::kConfirmationUnsupported);
    }
    for (const char* value : {"1", "null", "[]", "{}", "false"}) {
        check_refused_by(confirmed_by(R"({"x5t#S256":)" + std::string(value) + "}"), kLookingModes,
                         Code::kConfirmationUnsupported);
    }
}

/* What is wrong with the token is said before it is asked who presents it. */
void test_the_client_is_asked_only_where_that_decides(void** /*state*/) {
    const std::string unsupported = confirmed_by(R"({"jkt":"x"})");
    for (const std::string& claims : {std::string("{}"), unsupported}) {
        for (const ConfirmationMode mode : kAllModes) {
            FakeRequestContext request = client();
            (void)verify(claims, mode, &request);
            assert_int_equal(request.certificate_questions, 0);
        }
    }
    FakeRequestContext request = client();
    check_good(verify(bound_to(kOurs), ConfirmationMode::kOff, &request));
    assert_int_equal(request.certificate_questions, 0);
    check_good(verify(bound_to(kOurs), ConfirmationMode::kOn, &request));
    assert_int_equal(request.certificate_questions, 1);
}

/* However alike two thumbprints are: one comparison, of all characters. */
void test_the_comparison_takes_its_time(void** /*state*/) {
    for (const std::string& bound : {kOurs, kOther, "B" + kOurs.substr(1), kOurs.substr(1) + "A"}) {
        comparisons = 0;
        compared_bytes = 0;
        FakeRequestContext request = client();
        (void)verify(bound_to(bound), ConfirmationMode::kOn, &request);
        assert_int_equal(comparisons, 1);
        assert_int_equal(compared_bytes, kOurs.size());
    }
}

void test_what_is_accepted_is_what_the_delegate_says(void** /*state*/) {
    for (const ConfirmationMode mode : kAllModes) {
        FakeRequestContext request = client();
        const Resolution resolution = verify(bound_to(kOurs), mode, &request);
        check_good(resolution);
        assert_true(json_equal(resolution.value().claims(), json(bound_to(kOurs)).get()));
        check_text(resolution.value().facts().scope, "read");
    }
}

/* A resolver of another kind, which tells what was asked of it. */
class ScriptedResolver final : public AccessTokenResolver {
  public:
    explicit ScriptedResolver(Resolution answer) : answer_(std::move(answer)) {}

    Resolution resolve(std::string_view token, RequestContext& request) const override {
        tokens.emplace_back(token);
        asked_by = &request;
        return answer_;
    }

    mutable std::vector<std::string> tokens;
    mutable const RequestContext* asked_by = nullptr;

  private:
    Resolution answer_;
};

void test_the_delegates_denial_passes_through(void** /*state*/) {
    for (const ConfirmationMode mode : kAllModes) {
        FakeRequestContext request = client();
        const ScriptedResolver delegate(Denial{Code::kExpired, "it was good once"});
        const ConfirmationKeyVerifierAccessTokenResolver resolver(delegate, mode);
        const Resolution resolution = resolver.resolve("the.token.itself", request);
        check_denied(resolution, Code::kExpired);
        check_text(resolution.denial().why, "it was good once");
        assert_int_equal(request.certificate_questions, 0);
    }
}

void test_the_delegate_is_asked_once_for_that_token_and_request(void** /*state*/) {
    for (const ConfirmationMode mode : kAllModes) {
        FakeRequestContext request = client();
        const ScriptedResolver delegate(resolved_token(bound_to(kOurs)));
        const ConfirmationKeyVerifierAccessTokenResolver resolver(delegate, mode);
        check_good(resolver.resolve("the.token.itself", request));
        assert_int_equal(delegate.tokens.size(), 1);
        check_text(delegate.tokens[0], "the.token.itself");
        assert_ptr_equal(delegate.asked_by, &request);
    }
}

void test_pending_passes_through(void** /*state*/) {
    for (const ConfirmationMode mode : kAllModes) {
        FakeRequestContext request = client();
        const FakeResolver delegate;
        const ConfirmationKeyVerifierAccessTokenResolver resolver(delegate, mode);
        assert_true(resolver.resolve("token", request).pending());
        assert_int_equal(delegate.questions, 1);
        assert_int_equal(request.certificate_questions, 0);
    }
}

/* The delegate has its answer at the second call; the verifier keeps nothing of the first. */
void test_an_answer_that_comes_later(void** /*state*/) {
    FakeRequestContext request = client();
    FakeResolver delegate;
    const ConfirmationKeyVerifierAccessTokenResolver resolver(delegate, ConfirmationMode::kOn);
    assert_true(resolver.resolve("token", request).pending());
    delegate.claims = bound_to(kOther);
    check_denied(resolver.resolve("token", request), Code::kConfirmationMismatch);
    delegate.claims = bound_to(kOurs);
    check_good(resolver.resolve("token", request));
    assert_int_equal(delegate.questions, 3);
}

/* One answer of the delegate, judged anew for every client: nothing is remembered between them. */
void test_each_request_is_judged_by_itself(void** /*state*/) {
    FakeResolver delegate;
    delegate.claims = bound_to(kOurs);
    const ConfirmationKeyVerifierAccessTokenResolver resolver(delegate, ConfirmationMode::kOn);
    FakeRequestContext ours = client();
    FakeRequestContext thief = client(kOther);
    FakeRequestContext nobody;
    for (int round = 0; round < 2; ++round) {
        check_good(resolver.resolve("token", ours));
        check_denied(resolver.resolve("token", thief), Code::kConfirmationMismatch);
        check_denied(resolver.resolve("token", nobody), Code::kCertificateMissing);
    }
    assert_int_equal(delegate.questions, 6);
}

/* It is a resolver like any other, and may itself be wrapped. */
void test_a_verifier_over_a_verifier(void** /*state*/) {
    FakeResolver leaf;
    const ConfirmationKeyVerifierAccessTokenResolver inner(leaf, ConfirmationMode::kOn);
    const ConfirmationKeyVerifierAccessTokenResolver outer(inner, ConfirmationMode::kRequired);
    FakeRequestContext request = client();
    leaf.claims = "{}";
    check_denied(outer.resolve("token", request), Code::kConfirmationMissing);
    leaf.claims = bound_to(kOther);
    check_denied(outer.resolve("token", request), Code::kConfirmationMismatch);
    leaf.claims = bound_to(kOurs);
    check_good(outer.resolve("token", request));
}

}  // namespace

int main() {
    const CMUnitTest tests[] = {
        cmocka_unit_test(test_no_confirmation_key),
        cmocka_unit_test(test_the_certificate_of_the_client),
        cmocka_unit_test(test_another_certificate),
        cmocka_unit_test(test_almost_the_same_certificate),
        cmocka_unit_test(test_no_certificate),
        cmocka_unit_test(test_a_certificate_that_cannot_be_looked_at),
        cmocka_unit_test(test_methods_that_are_not_supported),
        cmocka_unit_test(test_confirmations_that_are_none),
        cmocka_unit_test(test_thumbprints_that_are_none),
        cmocka_unit_test(test_the_client_is_asked_only_where_that_decides),
        cmocka_unit_test(test_the_comparison_takes_its_time),
        cmocka_unit_test(test_what_is_accepted_is_what_the_delegate_says),
        cmocka_unit_test(test_the_delegates_denial_passes_through),
        cmocka_unit_test(test_the_delegate_is_asked_once_for_that_token_and_request),
        cmocka_unit_test(test_pending_passes_through),
        cmocka_unit_test(test_an_answer_that_comes_later),
        cmocka_unit_test(test_each_request_is_judged_by_itself),
        cmocka_unit_test(test_a_verifier_over_a_verifier),
    };
    return cmocka_run_group_tests(tests, nullptr, nullptr);
}
