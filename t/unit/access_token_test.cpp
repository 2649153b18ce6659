#include "token/access_token.h"

#include <string>
#include <utility>

#include "checks.h"
#include "fakes.h"
#include "jose/json.h"
#include "token/access_token_resolver.h"
#include "token/scope.h"

using namespace oauth2_rs;
using namespace oauth2_rs::fakes;

namespace {

void test_a_token_owns_its_claims(void** /*state*/) {
    ResolvedToken token = resolved_token(R"({"sub":"alice","scope":"read write"})");
    const ResolvedToken moved = std::move(token);
    check_text(json_text(moved.claims(), "sub").value(), "alice");
    check_text(moved.facts().scope, "read write");
    // A copy shares them.
    const ResolvedToken copy = moved;
    assert_ptr_equal(copy.claims(), moved.claims());
}

/* Out of a cache comes the text alone: it is parsed when somebody asks. */
void test_claims_are_parsed_when_they_are_asked_for(void** /*state*/) {
    const ResolvedToken token(R"({"sub":"alice"})", nullptr, {});
    check_text(token.text(), R"({"sub":"alice"})");
    check_text(json_text(token.claims(), "sub").value(), "alice");
    assert_ptr_equal(token.claims(), token.claims());
}

/* Of a signed token that is known the text is decoded when somebody asks. */
void test_claims_in_the_token(void** /*state*/) {
    const std::string text = compact("{}", R"({"sub":"alice"})", "s");
    const ResolvedToken token = ResolvedToken::of_payload(text, {});
    check_text(json_text(token.claims(), "sub").value(), "alice");
    check_text(token.text(), R"({"sub":"alice"})");
    assert_ptr_equal(token.claims(), ResolvedToken(token).claims());
}

void test_no_more_keys_than_a_token_may_need(void** /*state*/) {
    KeyDigests keys;
    assert_int_equal(keys.end() - keys.begin(), 0);
    keys.add({1});
    keys.add({2});
    assert_int_equal(keys.size(), 2);
    assert_int_equal(keys.begin()[1][0], 2);
    bool thrown = false;
    try {
        keys.add({3});
    } catch (const std::bad_alloc&) {
        thrown = true;
    }
    assert_true(thrown);
}

/* What wraps a resolver knows nothing of what it wraps, nor whether that has to wait. */
class Demanding final : public AccessTokenResolver {
  public:
    explicit Demanding(const AccessTokenResolver* inner) : inner_(inner) {}

    Resolution resolve(std::string_view token, RequestContext& request) const override {
        Resolution resolution = inner_->resolve(token, request);
        if (resolution.ok() && !grants_all(resolution.value().facts().scope, {"read"})) {
            return Denial{Code::kInsufficientScope, "it demands \"read\""};
        }
        return resolution;
    }

  private:
    const AccessTokenResolver* inner_;
};

void test_resolvers_compose_while_they_wait(void** /*state*/) {
    FakeResolver leaf;
    const Demanding inner(&leaf);
    const Demanding outer(&inner);
    FakeRequestContext request;

    assert_true(outer.resolve("t", request).pending());
    assert_true(outer.resolve("t", request).pending());
    leaf.claims = R"({"scope":"write"})";
    check_denied(outer.resolve("t", request), Code::kInsufficientScope);
    leaf.claims = R"({"scope":"read"})";
    const Resolution resolution = outer.resolve("t", request);
    check_good(resolution);
    check_text(resolution.value().facts().scope, "read");
    // Each call ran from the top.
    assert_int_equal(leaf.questions, 4);
}

/* Only what was read once gets there, so it is memory that was short: no claims are not no rules.
 */
void test_a_payload_that_cannot_be_read(void** /*state*/) {
    const auto is_thrown = [](const ResolvedToken& token, bool as_text) {
        try {
            as_text ? static_cast<void>(token.text()) : static_cast<void>(token.claims());
        } catch (const std::bad_alloc&) {
            return true;
        }
        return false;
    };
    const ResolvedToken undecoded = ResolvedToken::of_payload("e30.!.c", {});
    assert_true(is_thrown(undecoded, true));
    assert_true(is_thrown(undecoded, false));
    const std::string no_object = compact("{}", "[]", "s");
    const ResolvedToken unparsed = ResolvedToken::of_payload(no_object, {});
    assert_false(is_thrown(unparsed, true));
    assert_true(is_thrown(unparsed, false));
}

}  // namespace

int main() {
    const CMUnitTest tests[] = {
        cmocka_unit_test(test_a_token_owns_its_claims),
        cmocka_unit_test(test_claims_are_parsed_when_they_are_asked_for),
        cmocka_unit_test(test_claims_in_the_token),
        cmocka_unit_test(test_no_more_keys_than_a_token_may_need),
        cmocka_unit_test(test_resolvers_compose_while_they_wait),
        cmocka_unit_test(test_a_payload_that_cannot_be_read),
    };
    return cmocka_run_group_tests(tests, nullptr, nullptr);
}
