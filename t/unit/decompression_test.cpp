// link: -Wl,--wrap=inflateInit2_
#include "jose/decompression.h"

#include <zlib.h>

#include <string>

#include "checks.h"
#include "recipient.h"
#include "told_failures.h"

using namespace oauth2_rs;
using namespace oauth2_rs::fakes;

namespace {

bool memory_is_short = false;

}  // namespace

extern "C" {

decltype(inflateInit2_) __real_inflateInit2_;
int __wrap_inflateInit2_(z_streamp stream, int bits, const char* version, int size);
int __wrap_inflateInit2_(z_streamp stream, int bits, const char* version, int size) {
    if (memory_is_short) {
        tell_failed("inflateInit2_");
        return Z_MEM_ERROR;
    }
    return __real_inflateInit2_(stream, bits, version, size);
}
}

namespace {

constexpr std::size_t kMost = 64 * 1024;

Result<SecretBytes> inflated(const std::string& text) { return decompress(to_secret(text)); }

void check_inflates(const std::string& text, Place place = Place::here()) {
    const auto content = inflated(deflated(text));
    check_good(content, place);
    check_text(as_text(content.value()), text, place);
}

/* What no compressor makes shorter. */
std::string noise(std::size_t size) {
    std::string text;
    for (unsigned state = 1; text.size() < size; state = state * 1664525 + 1013904223) {
        text += static_cast<char>(state >> 24);
    }
    return text;
}

void test_text_comes_back(void** /*state*/) {
    check_inflates("");
    check_inflates("a");
    check_inflates(R"({"iss":"somebody"})");
    check_inflates(noise(1000));
    check_inflates(std::string(kMost, 'a'));
    check_inflates(noise(kMost));
}

/* CVE-2024-28180 and its like: it stops there, however much more there is. */
void test_there_is_a_bound(void** /*state*/) {
    for (const std::size_t size : {kMost + 1, 2 * kMost, 100 * kMost}) {
        check_denied(inflated(deflated(std::string(size, 'a'))), Code::kMalformedToken);
    }
    check_denied(inflated(deflated(noise(kMost + 1))), Code::kMalformedToken);
}

void test_what_is_no_deflate_stream(void** /*state*/) {
    const std::string good = deflated(R"({"iss":"somebody"})");
    for (std::size_t size = 0; size < good.size(); ++size) {
        check_denied(inflated(good.substr(0, size)), Code::kDecryptionFailed);
    }
    for (const std::string& bad :
         {std::string("text"), std::string(100, '\xff'), std::string("\x78\x9c") + good,
          std::string("\x1f\x8b\x08\0\0\0\0\0\0\x03", 10) + good}) {
        check_denied(inflated(bad), Code::kDecryptionFailed);
    }
}

/* Behind the stream's end nothing may stand, not even a second stream. */
void test_nothing_may_follow(void** /*state*/) {
    const std::string good = deflated("text");
    check_denied(inflated(good + '\0'), Code::kDecryptionFailed);
    check_denied(inflated(good + "x"), Code::kDecryptionFailed);
    check_denied(inflated(good + good), Code::kDecryptionFailed);
}

/* That is no verdict on the token. */
void test_short_memory(void** /*state*/) {
    memory_is_short = true;
    const auto content = inflated(deflated("text"));
    memory_is_short = false;
    check_denied(content, Code::kInternalError);
    check_inflates("text");
}

}  // namespace

int main() {
    const CMUnitTest tests[] = {
        cmocka_unit_test(test_text_comes_back),
        cmocka_unit_test(test_there_is_a_bound),
        cmocka_unit_test(test_what_is_no_deflate_stream),
        cmocka_unit_test(test_nothing_may_follow),
        cmocka_unit_test(test_short_memory),
    };
    return cmocka_run_group_tests(tests, nullptr, nullptr);
}
