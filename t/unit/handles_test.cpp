#include "base/handles.h"

#include <utility>

#include "checks.h"

using namespace oauth2_rs;
using namespace oauth2_rs::fakes;

namespace {

int releases = 0;
const int* released = nullptr;

void release_number(int* number) {
    ++releases;
    released = number;
}
using NumberHandle = Handle<int, release_number>;

/* A handle costs what the pointer costs. */
static_assert(sizeof(NumberHandle) == sizeof(int*));
static_assert(sizeof(JsonHandle) == sizeof(json_t*));
static_assert(sizeof(OpensslMemory) == sizeof(unsigned char*));

void test_the_librarys_own_function_releases_once(void** /*state*/) {
    int number = 7;
    releases = 0;
    {
        NumberHandle handle(&number);
        const NumberHandle moved = std::move(handle);
        assert_null(handle.get());
        assert_int_equal(releases, 0);
    }
    assert_int_equal(releases, 1);
    assert_ptr_equal(released, &number);
}

void test_nothing_is_released_for_nothing(void** /*state*/) {
    releases = 0;
    { const NumberHandle empty; }
    assert_int_equal(releases, 0);
}

/* jansson counts references; a handle holds one of them. */
void test_a_json_handle_gives_back_its_reference(void** /*state*/) {
    json_t* const value = json_object();
    json_incref(value);
    { const JsonHandle handle(value); }
    assert_int_equal(value->refcount, 1);
    json_decref(value);
}

}  // namespace

int main() {
    const CMUnitTest tests[] = {
        cmocka_unit_test(test_the_librarys_own_function_releases_once),
        cmocka_unit_test(test_nothing_is_released_for_nothing),
        cmocka_unit_test(test_a_json_handle_gives_back_its_reference),
    };
    return cmocka_run_group_tests(tests, nullptr, nullptr);
}
