#include "token/scope.h"

#include <string>
#include <utility>
#include <vector>

#include "base/strings.h"
#include "checks.h"
#include "fakes.h"

using namespace oauth2_rs;
using namespace oauth2_rs::fakes;

namespace {

using namespace std::string_view_literals;

void check_granted(const std::string& claims, std::string_view scopes,
                   Place place = Place::here()) {
    const JsonHandle object = json(claims);
    const auto granted = granted_scopes(object.get());
    check_good(granted, place);
    check_text(join(granted.value(), '|'), scopes, place);
}

void check_malformed(const std::string& claims, Place place = Place::here()) {
    const JsonHandle object = json(claims);
    check_denied(granted_scopes(object.get()), Code::kMalformedClaims, place);
}

void test_scope_as_text(void** /*state*/) {
    check_granted(R"({"scope":"read write"})", "read|write");
    check_granted(R"({"scope":"read"})", "read");
    check_granted(R"({"scope":"  read   write "})", "read|write");
    check_granted(R"({"scope":""})", "");
    check_granted(R"({"scope":" "})", "");
}

/* The gateway's own issuer writes an array. */
void test_scope_as_an_array(void** /*state*/) {
    check_granted(R"({"scope":["read","write"]})", "read|write");
    check_granted(R"({"scope":["read"]})", "read");
    check_granted(R"({"scope":[]})", "");
}

void test_scp_where_there_is_no_scope(void** /*state*/) {
    check_granted(R"({"scp":"read write"})", "read|write");
    check_granted(R"({"scp":["read","write"]})", "read|write");
    check_granted(R"({"scope":"read","scp":"write"})", "read");
    check_granted(R"({"scope":"","scp":"write"})", "");
    check_malformed(R"({"scope":null,"scp":"write"})");
}

void test_no_scope_is_none(void** /*state*/) {
    check_granted("{}", "");
    check_granted(R"({"Scope":"read","scopes":"read"})", "");
}

void test_other_types_are_malformed(void** /*state*/) {
    for (const char* value : {"1", "null", "true", "{}", R"({"read":true})", R"(["read",1])",
                              R"([["read"]])", "[null]", R"([{"scope":"read"}])"}) {
        check_malformed(R"({"scope":)" + std::string(value) + "}");
        check_malformed(R"({"scp":)" + std::string(value) + "}");
    }
}

/* One scope must not become two where they are joined. */
void test_a_scope_of_an_array_holds_no_space(void** /*state*/) {
    check_malformed(R"({"scope":["read write"]})");
    check_malformed(R"({"scope":["read"," "]})");
    check_malformed(R"({"scope":["read","write "]})");
}

void check_required(const std::vector<std::string_view>& values, std::string_view scopes,
                    Place place = Place::here()) {
    const auto required = required_scopes(values);
    check_good(required, place);
    check_text(join(required.value(), '|'), scopes, place);
}

void test_required_scopes(void** /*state*/) {
    check_required({}, "");
    check_required({"read"}, "read");
    check_required({"read", "write"}, "read|write");
    check_required({"read  write", " admin "}, "read|write|admin");
    check_required({"a!b#c[d]e~f"}, "a!b#c[d]e~f");
}

/* A variable that is empty must not open the location. */
void test_a_value_without_a_scope_is_undefined(void** /*state*/) {
    for (const std::vector<std::string_view>& values : {std::vector<std::string_view>{""},
                                                        {" "},
                                                        {"read", ""},
                                                        {"", "read"},
                                                        {"read", "  ", "x"}}) {
        check_denied(required_scopes(values), Code::kScopeUndefined);
    }
}

/* RFC 6749 section 3.3; the answer quotes them. */
void test_characters_no_scope_has_are_undefined(void** /*state*/) {
    for (const std::string_view value : {"re\"ad"sv, "re\\ad"sv, "read\twrite"sv, "re\x7f"sv,
                                         "read\r\nX: y"sv, "\xc3\xa4"sv, "a\0b"sv}) {
        check_denied(required_scopes({value}), Code::kScopeUndefined);
        check_denied(required_scopes({"read", value}), Code::kScopeUndefined);
    }
}

void test_all_must_be_granted(void** /*state*/) {
    assert_true(grants_all("", {}));
    assert_true(grants_all("read", {}));
    assert_true(grants_all("read write", {"read"}));
    assert_true(grants_all("read write", {"write", "read"}));
    assert_true(grants_all("read", {"read", "read"}));
    assert_false(grants_all("", {"read"}));
    assert_false(grants_all("read", {"read", "write"}));
    assert_false(grants_all("read", {"write", "read"}));
    assert_false(grants_all("read write", {"read write"}));
    for (const char* near : {"READ", "rea", "reads", "r ead", " ", "read:all"}) {
        assert_false(grants_all(near, {"read"}));
    }
}

}  // namespace

int main() {
    const CMUnitTest tests[] = {
        cmocka_unit_test(test_scope_as_text),
        cmocka_unit_test(test_scope_as_an_array),
        cmocka_unit_test(test_scp_where_there_is_no_scope),
        cmocka_unit_test(test_no_scope_is_none),
        cmocka_unit_test(test_other_types_are_malformed),
        cmocka_unit_test(test_a_scope_of_an_array_holds_no_space),
        cmocka_unit_test(test_required_scopes),
        cmocka_unit_test(test_a_value_without_a_scope_is_undefined),
        cmocka_unit_test(test_characters_no_scope_has_are_undefined),
        cmocka_unit_test(test_all_must_be_granted),
    };
    return cmocka_run_group_tests(tests, nullptr, nullptr);
}
