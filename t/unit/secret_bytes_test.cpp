#include "base/secret_bytes.h"

#include <algorithm>
#include <cstdlib>
#include <new>
#include <string>
#include <type_traits>
#include <utility>

#include "checks.h"

namespace {

/* The block whose bytes are looked at in the moment it is given back. */
struct Watch {
    void* block = nullptr;
    std::size_t size = 0;
    bool freed = false;
    bool wiped = false;
};
Watch watch;

void look_at(void* memory) {
    if (memory == nullptr || memory != watch.block) {
        return;
    }
    const auto* bytes = static_cast<const unsigned char*>(memory);
    watch.freed = true;
    watch.wiped =
        std::all_of(bytes, bytes + watch.size, [](unsigned char byte) { return byte == 0; });
    watch.block = nullptr;
}

}  // namespace

void* operator new(std::size_t size) {
    void* memory = std::malloc(size);
    if (memory == nullptr) {
        throw std::bad_alloc();
    }
    return memory;
}

void operator delete(void* memory) noexcept {
    look_at(memory);
    std::free(memory);
}

void operator delete(void* memory, std::size_t /*size*/) noexcept {
    look_at(memory);
    std::free(memory);
}

namespace {

using namespace oauth2_rs;
using namespace oauth2_rs::fakes;

const std::string kSecret = "a secret that is too long to be kept in a string object itself";

void watch_over(const void* block, std::size_t size) {
    watch = Watch{};
    watch.block = const_cast<void*>(block);
    watch.size = size;
}

/* That the watch sees anything: text that is no secret is given back as it is. */
void test_plain_text_stays_in_freed_memory(void** /*state*/) {
    {
        const std::string text = kSecret;
        watch_over(text.data(), text.size());
    }
    assert_true(watch.freed);
    assert_false(watch.wiped);
}

void test_a_secret_is_wiped_when_freed(void** /*state*/) {
    {
        const SecretBytes secret = to_secret(kSecret);
        watch_over(secret.data(), secret.size());
    }
    assert_true(watch.freed);
    assert_true(watch.wiped);
}

void test_growing_wipes_the_smaller_buffer(void** /*state*/) {
    SecretBytes secret = to_secret(kSecret);
    watch_over(secret.data(), secret.size());
    secret.resize(secret.capacity() + 1);
    assert_true(watch.freed);
    assert_true(watch.wiped);
    check_text(as_text(secret).substr(0, kSecret.size()), kSecret);
}

/* Bytes beyond the end are given back with the rest, and may hold what stood there. */
void test_what_was_cut_off_is_wiped_too(void** /*state*/) {
    {
        SecretBytes secret = to_secret(kSecret);
        watch_over(secret.data(), secret.size());
        secret.resize(1);
    }
    assert_true(watch.freed);
    assert_true(watch.wiped);
}

void test_assigning_wipes_what_was_there(void** /*state*/) {
    SecretBytes secret = to_secret(kSecret);
    watch_over(secret.data(), secret.size());
    secret = to_secret("another");
    assert_true(watch.freed);
    assert_true(watch.wiped);
}

/* One owner at a time: nothing is copied on the way. */
void test_moving_hands_the_buffer_on(void** /*state*/) {
    SecretBytes secret = to_secret(kSecret);
    const void* const block = secret.data();
    const SecretBytes moved = std::move(secret);
    assert_ptr_equal(moved.data(), block);
    static_assert(std::is_nothrow_move_constructible_v<SecretBytes>);
}

void test_bytes_and_text(void** /*state*/) {
    const std::string text("\0a\xff", 3);
    check_text(as_text(to_secret(text)), text);
    assert_true(as_text(SecretBytes()).empty());
}

}  // namespace

int main() {
    const CMUnitTest tests[] = {
        cmocka_unit_test(test_plain_text_stays_in_freed_memory),
        cmocka_unit_test(test_a_secret_is_wiped_when_freed),
        cmocka_unit_test(test_growing_wipes_the_smaller_buffer),
        cmocka_unit_test(test_what_was_cut_off_is_wiped_too),
        cmocka_unit_test(test_assigning_wipes_what_was_there),
        cmocka_unit_test(test_moving_hands_the_buffer_on),
        cmocka_unit_test(test_bytes_and_text),
    };
    return cmocka_run_group_tests(tests, nullptr, nullptr);
}
