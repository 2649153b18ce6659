// link: -Wl,--wrap=fdopen

#include "secret/secret_file.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <string>

#include "checks.h"
#include "fakes.h"

using namespace oauth2_rs;
using namespace oauth2_rs::fakes;

namespace {

bool streams_fail = false;

}  // namespace

extern "C" {

std::FILE* __real_fdopen(int, const char*);
std::FILE* __wrap_fdopen(int descriptor, const char* mode) {
    if (streams_fail) {
        errno = ENOMEM;
        return nullptr;
    }
    return __real_fdopen(descriptor, mode);
}

}  // extern "C"

namespace {

using namespace std::string_view_literals;

void check_content(const std::string& path, std::string_view content, Place place = Place::here()) {
    const auto file = read_secret_file(path);
    check_good(file, place);
    _assert_true(file.value().has_value(), "there is a file", place.file, place.line);
    check_text(as_text(file.value()->content), content, place);
}

void test_the_whole_of_a_file_is_read(void** /*state*/) {
    TemporaryDirectory directory;
    const std::string large(300000, 'x');
    check_content(directory.write("empty", ""), "");
    check_content(directory.write("bytes", "\0\n\xff\r\n"sv), "\0\n\xff\r\n"sv);
    check_content(directory.write("page", large.substr(0, 4096)), large.substr(0, 4096));
    check_content(directory.write("large", large), large);
}

void test_no_file_is_no_error(void** /*state*/) {
    TemporaryDirectory directory;
    const auto file = read_secret_file(directory.path("none"));
    check_good(file);
    assert_false(file.value().has_value());
    check_good(read_secret_file(directory.path("no/folder")));
}

/* Anything but a missing file must not be taken for one. */
void test_what_cannot_be_read_is_an_error(void** /*state*/) {
    TemporaryDirectory directory;
    const std::string file = directory.write("file", "text");
    check_refused(read_secret_file(file + "/child"), "can't read");
    check_refused(read_secret_file(directory.path(std::string(5000, 'n'))), "can't read");
    std::filesystem::create_symlink("loop", directory.path("loop"));
    check_refused(read_secret_file(directory.path("loop")), "can't read");
}

void test_what_may_not_be_read_is_an_error(void** /*state*/) {
    if (geteuid() == 0) {
        skip();  // nothing is kept from root
    }
    TemporaryDirectory directory;
    check_refused(read_secret_file(directory.write("file", "text", 0)), "can't read");
}

void test_only_regular_files_are_read(void** /*state*/) {
    TemporaryDirectory directory;
    check_refused(read_secret_file(directory.path("")), "no regular file");
    check_refused(read_secret_file("/dev/zero"), "no regular file");
    // Nobody will ever write into it: reading must not wait for that.
    assert_int_equal(mkfifo(directory.path("fifo").c_str(), 0600), 0);
    check_refused(read_secret_file(directory.path("fifo")), "no regular file");
}

void test_a_link_to_a_file_is_followed(void** /*state*/) {
    TemporaryDirectory directory;
    directory.write("file", "text");
    std::filesystem::create_symlink("file", directory.path("link"));
    check_content(directory.path("link"), "text");
}

void test_one_mebibyte_is_the_most(void** /*state*/) {
    TemporaryDirectory directory;
    const std::string most(1024 * 1024, 'x');
    check_content(directory.write("most", most), most);
    check_refused(read_secret_file(directory.write("more", most + "x")), "1 MiB");
    check_refused(read_secret_file(directory.write("much", most + most)), "1 MiB");
}

void test_who_may_read_it_is_noticed(void** /*state*/) {
    TemporaryDirectory directory;
    const struct {
        unsigned mode;
        bool world_readable;
    } cases[] = {{0600, false}, {0640, false}, {0660, false}, {0644, true}, {0604, true}};
    for (const auto& expected : cases) {
        const auto file = read_secret_file(directory.write("file", "text", expected.mode));
        check_good(file);
        assert_int_equal(file.value()->world_readable, expected.world_readable);
    }
}

void test_the_warning_says_the_mend(void** /*state*/) {
    const std::string warning = world_readable_warning("/etc/key \"1\"");
    check_holds(warning, R"("/etc/key \"1\"")");
    check_holds(warning, "chmod o-r");
}

/* The file that is opened next gets the lowest number that is free. */
int next_descriptor() {
    const int descriptor = dup(STDERR_FILENO);
    assert_true(descriptor >= 0);
    close(descriptor);
    return descriptor;
}

void test_a_file_without_a_stream_is_closed(void** /*state*/) {
    TemporaryDirectory directory;
    const std::string path = directory.write("file", "text");
    const int before = next_descriptor();
    streams_fail = true;
    const auto file = read_secret_file(path);
    streams_fail = false;
    check_refused(file, "can't read");
    assert_int_equal(next_descriptor(), before);
    check_content(path, "text");
}

/* Half a secret must not be taken for a whole one. */
void test_a_file_that_breaks_off_is_an_error(void** /*state*/) {
    // A regular file whose first page, the null pointer's, nobody can read.
    check_refused(read_secret_file("/proc/self/mem"), "can't read \"/proc/self/mem\": ");
}

}  // namespace

int main() {
    const CMUnitTest tests[] = {
        cmocka_unit_test(test_the_whole_of_a_file_is_read),
        cmocka_unit_test(test_no_file_is_no_error),
        cmocka_unit_test(test_what_cannot_be_read_is_an_error),
        cmocka_unit_test(test_what_may_not_be_read_is_an_error),
        cmocka_unit_test(test_only_regular_files_are_read),
        cmocka_unit_test(test_a_link_to_a_file_is_followed),
        cmocka_unit_test(test_one_mebibyte_is_the_most),
        cmocka_unit_test(test_who_may_read_it_is_noticed),
        cmocka_unit_test(test_the_warning_says_the_mend),
        cmocka_unit_test(test_a_file_without_a_stream_is_closed),
        cmocka_unit_test(test_a_file_that_breaks_off_is_an_error),
    };
    return cmocka_run_group_tests(tests, nullptr, nullptr);
}
