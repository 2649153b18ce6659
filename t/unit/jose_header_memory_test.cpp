#include "jose/jose_header_memory.h"

#include <string>

#include "checks.h"
#include "fakes.h"
#include "jose/json.h"

using namespace oauth2_rs;
using namespace oauth2_rs::fakes;

namespace {

std::string header_of(const std::string& kid) {
    return encode_base64url(R"({"alg":"RS256","typ":"JWT","kid":")" + kid + "\"}");
}

JoseHeader parsed(const std::string& encoded) {
    auto header = parse_jose_header(encoded);
    check_good(header);
    return std::move(header.value());
}

const json_t* tree_of(const JoseHeaderMemory& memory, const std::string& encoded) {
    const auto header = memory.parse(encoded);
    check_good(header);
    return header.value().json.get();
}

/* Whether the text is read once for good. */
bool remembers(const JoseHeaderMemory& memory, const std::string& encoded) {
    const auto first = memory.parse(encoded);
    const auto second = memory.parse(encoded);
    check_good(first);
    check_good(second);
    return first.value().json == second.value().json;
}

void test_it_reads_what_it_does_not_know(void** /*state*/) {
    const JoseHeaderMemory memory;
    const auto header = memory.parse(header_of("a"));
    check_good(header);
    check_text(header.value().kid.value(), "a");
    assert_false(remembers(memory, header_of("a")));
    check_denied(memory.parse(""), Code::kMalformedToken);
    check_denied(memory.parse("!"), Code::kMalformedToken);
    check_denied(memory.parse(encode_base64url(R"({"crit":["b64"]})")), Code::kUnsupportedHeader);
}

void test_it_gives_what_it_was_told(void** /*state*/) {
    JoseHeaderMemory memory;
    const JoseHeader header = parsed(header_of("a"));
    memory.remember(header_of("a"), header);
    const auto known = memory.parse(header_of("a"));
    check_good(known);
    assert_ptr_equal(known.value().json.get(), header.json.get());
    check_text(known.value().alg, "RS256");
    check_text(known.value().kid.value(), "a");
    check_text(json_text(known.value().typ).value(), "JWT");
    assert_null(known.value().zip);
}

void test_only_the_very_text_counts(void** /*state*/) {
    JoseHeaderMemory memory;
    const std::string text = header_of("a");
    memory.remember(text, parsed(text));
    const auto other = memory.parse(header_of("b"));
    check_good(other);
    check_text(other.value().kid.value(), "b");
    for (const std::string& near : {text + "=", text + "!", " " + text, text.substr(1)}) {
        check_denied(memory.parse(near), Code::kMalformedToken);
    }
}

/* What is handed out outlives both the memory and the token. */
void test_a_header_outlives_the_memory(void** /*state*/) {
    auto header = Result<JoseHeader>(Denial{});
    {
        JoseHeaderMemory memory;
        memory.remember(header_of("a"), parsed(header_of("a")));
        header = memory.parse(header_of("a"));
    }
    check_good(header);
    check_text(header.value().kid.value(), "a");
    check_text(json_text(header.value().typ).value(), "JWT");
}

void test_the_oldest_goes(void** /*state*/) {
    JoseHeaderMemory memory;
    for (std::size_t count = 0; count <= JoseHeaderMemory::kMost; ++count) {
        const std::string text = header_of(std::to_string(count));
        memory.remember(text, parsed(text));
    }
    assert_false(remembers(memory, header_of("0")));
    for (std::size_t count = 1; count <= JoseHeaderMemory::kMost; ++count) {
        assert_true(remembers(memory, header_of(std::to_string(count))));
    }
}

void test_one_text_is_kept_once(void** /*state*/) {
    JoseHeaderMemory memory;
    memory.remember(header_of("first"), parsed(header_of("first")));
    const json_t* const tree = tree_of(memory, header_of("first"));
    for (std::size_t count = 0; count < 2 * JoseHeaderMemory::kMost; ++count) {
        memory.remember(header_of("again"), parsed(header_of("again")));
    }
    assert_ptr_equal(tree_of(memory, header_of("first")), tree);
}

void test_a_long_text_is_not_kept(void** /*state*/) {
    JoseHeaderMemory memory;
    const std::string text = header_of(std::string(JoseHeaderMemory::kMostBytes, 'k'));
    memory.remember(text, parsed(text));
    assert_false(remembers(memory, text));
}

}  // namespace

int main() {
    const CMUnitTest tests[] = {
        cmocka_unit_test(test_it_reads_what_it_does_not_know),
        cmocka_unit_test(test_it_gives_what_it_was_told),
        cmocka_unit_test(test_only_the_very_text_counts),
        cmocka_unit_test(test_a_header_outlives_the_memory),
        cmocka_unit_test(test_the_oldest_goes),
        cmocka_unit_test(test_one_text_is_kept_once),
        cmocka_unit_test(test_a_long_text_is_not_kept),
    };
    return cmocka_run_group_tests(tests, nullptr, nullptr);
}
