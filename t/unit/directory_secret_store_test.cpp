#include "secret/directory_secret_store.h"

#include <filesystem>
#include <string>
#include <vector>

#include "checks.h"
#include "fakes.h"

using namespace oauth2_rs;
using namespace oauth2_rs::fakes;

namespace {

const std::string kSecret(32, 's');

Configured<std::unique_ptr<SecretStore>> make(const std::vector<std::string>& parameters,
                                              const std::string& base = "/base/") {
    return make_secret_store({"directory", {parameters.begin(), parameters.end()}, base});
}

std::unique_ptr<SecretStore> store_of(const TemporaryDirectory& directory,
                                      const std::string& format, const std::string& suffix = "") {
    auto made = make({"path=" + directory.path(""), "format=" + format, "suffix=" + suffix});
    check_good(made);
    return std::move(made.value());
}

Warnings check_load(SecretStore* store, const std::string& id, Place place = Place::here()) {
    Warnings warnings;
    check_good(store->load(id, loading(&warnings)), place);
    return warnings;
}

const KeySet* keys(const SecretStore& store, std::string_view id) {
    FakeRequestContext request;
    const auto found = store.keys(request, id);
    check_good(found);
    return found.value();
}

std::size_t secret_size(const SecretStore& store, std::string_view id) {
    const KeySet* set = keys(store, id);
    assert_non_null(set);
    assert_int_equal(set->keys().size(), 1);
    return set->keys()[0]->secret_size();
}

void test_one_secret_a_file(void** /*state*/) {
    TemporaryDirectory directory;
    directory.write("a.b", encode_base64(kSecret));
    directory.write("c", encode_base64(kSecret + kSecret));
    const auto store = store_of(directory, "base64");
    assert_true(check_load(store.get(), "a.b").empty());
    assert_true(check_load(store.get(), "c").empty());
    assert_int_equal(secret_size(*store, "a.b"), 32);
    assert_int_equal(secret_size(*store, "c"), 64);
    check_text(keys(*store, "a.b")->keys()[0]->name(), "a.b");
}

void test_every_format(void** /*state*/) {
    TemporaryDirectory directory;
    directory.write("plain", kSecret);
    directory.write("jwk", ec_signer().jwk(R"(,"kid":"another")"));
    directory.write("pem", "-----BEGIN HMAC SECRET KEY-----\n" + encode_base64(kSecret) +
                               "\n-----END HMAC SECRET KEY-----\n");
    for (const char* format : {"plain", "jwk", "pem"}) {
        const auto store = store_of(directory, format);
        check_load(store.get(), format);
        assert_non_null(keys(*store, format));
        // The file's name is the stable id, whatever stands in it.
        assert_int_equal(keys(*store, format)->named(format, KeyPurpose::kVerify).size(), 1);
    }
}

void test_base64_is_the_default(void** /*state*/) {
    TemporaryDirectory directory;
    directory.write("a", encode_base64(kSecret));
    const auto made = make({"path=" + directory.path("")});
    check_good(made);
    check_load(made.value().get(), "a");
    assert_int_equal(secret_size(*made.value(), "a"), 32);
}

void test_the_suffix_is_no_part_of_the_id(void** /*state*/) {
    TemporaryDirectory directory;
    directory.write("a.pem.txt", kSecret);
    directory.write("b", kSecret);
    const auto store = store_of(directory, "plain", ".txt");
    check_load(store.get(), "a.pem");
    check_load(store.get(), "b");
    assert_non_null(keys(*store, "a.pem"));
    assert_null(keys(*store, "a.pem.txt"));
    assert_null(keys(*store, "b"));
}

void test_one_final_newline_is_cut(void** /*state*/) {
    TemporaryDirectory directory;
    directory.write("one", kSecret + "\n");
    directory.write("two", kSecret + "\n\n");
    directory.write("crlf", kSecret + "\r\n");
    directory.write("inner", "\n" + kSecret);
    const auto store = store_of(directory, "plain");
    for (const char* id : {"one", "two", "crlf", "inner"}) {
        check_load(store.get(), id);
    }
    assert_int_equal(secret_size(*store, "one"), 32);
    assert_int_equal(secret_size(*store, "two"), 33);
    assert_int_equal(secret_size(*store, "crlf"), 33);
    assert_int_equal(secret_size(*store, "inner"), 33);

    directory.write("base64", encode_base64(kSecret) + "\n");
    const auto encoded = store_of(directory, "base64");
    check_load(encoded.get(), "base64");
    assert_int_equal(secret_size(*encoded, "base64"), 32);
}

void test_a_missing_file_is_no_error(void** /*state*/) {
    TemporaryDirectory directory;
    const auto store = store_of(directory, "plain");
    check_load(store.get(), "a");
    assert_null(keys(*store, "a"));
}

/* The second of two directories, which holds a key only while keys change. */
void test_a_file_that_comes_later(void** /*state*/) {
    TemporaryDirectory directory;
    directory.write("b", kSecret);
    auto made = make({"path=" + directory.path(""), "format=plain", "cache_timeout=1h"});
    check_good(made);
    SecretStore& store = *made.value();
    check_load(&store, "a");
    check_load(&store, "b");
    check_text(store.unreadable_file(), "");
    std::string failure;
    assert_true(store.refresh(&failure) == Refresh::kUnchanged);
    assert_null(keys(store, "a"));

    directory.write("a", "too short");
    assert_true(store.refresh(&failure) == Refresh::kFailed);
    assert_null(keys(store, "a"));
    directory.write("a", kSecret);
    assert_true(store.refresh(&failure) == Refresh::kRenewed);
    assert_int_equal(secret_size(store, "a"), 32);
    assert_int_equal(secret_size(store, "b"), 32);

    std::filesystem::remove(directory.path("a"));
    check_text(store.unreadable_file(), directory.path("a"));
    assert_true(store.refresh(&failure) == Refresh::kFailed);
    check_holds(failure, "a\" is gone, or no longer holds \"a\"");
    assert_int_equal(secret_size(store, "a"), 32);
}

/* Requests may hold the first set already, and NGINX has dropped root's rights since. */
void test_a_file_is_read_once(void** /*state*/) {
    TemporaryDirectory directory;
    directory.write("a", kSecret);
    const auto store = store_of(directory, "plain");
    check_load(store.get(), "a");
    const KeySet* const first = keys(*store, "a");
    directory.write("a", "too short");
    check_load(store.get(), "a");
    assert_ptr_equal(keys(*store, "a"), first);
}

void test_a_missing_directory_is_an_error(void** /*state*/) {
    TemporaryDirectory directory;
    directory.write("file", kSecret);
    for (const char* name : {"none", "file"}) {
        const auto made = make({"path=" + directory.path(name)});
        check_good(made);
        Warnings warnings;
        check_refused(made.value()->load("a", loading(&warnings)), "there is no directory");
    }
}

void test_bad_files_are_refused(void** /*state*/) {
    TemporaryDirectory directory;
    directory.write("empty", "");
    directory.write("short", "AQ==");
    directory.write("broken", "hush-hush");
    std::filesystem::create_directory(directory.path("folder"));
    const auto store = store_of(directory, "base64");
    Warnings warnings;
    check_refused(store->load("empty", loading(&warnings)),
                  "/empty\": it is shorter than the 32 bytes");
    check_refused(store->load("short", loading(&warnings)),
                  "/short\": it is shorter than the 32 bytes");
    const auto broken = store->load("broken", loading(&warnings));
    check_refused(broken, "/broken\": it isn't base64");
    check_lacks(broken.error().message, "hush");
    check_refused(store->load("folder", loading(&warnings)), "no regular file");
    assert_null(keys(*store, "short"));
}

void test_readable_secrets_are_warned_of(void** /*state*/) {
    TemporaryDirectory directory;
    directory.write("secret", oct_signer().jwk(), 0644);
    directory.write("kept", oct_signer().jwk(), 0640);
    directory.write("public", ec_signer().jwk(), 0644);
    const auto store = store_of(directory, "jwk");
    const Warnings warnings = check_load(store.get(), "secret");
    assert_int_equal(warnings.size(), 1);
    check_holds(warnings[0], "/secret\"");
    check_holds(warnings[0], "chmod o-r");
    assert_true(check_load(store.get(), "kept").empty());
    assert_true(check_load(store.get(), "public").empty());
}

void test_relative_paths(void** /*state*/) {
    TemporaryDirectory directory;
    std::filesystem::create_directory(directory.path("keys"));
    directory.write("keys/a", kSecret);
    for (const char* path : {"path=keys", "path=keys/"}) {
        const auto made = make({path, "format=plain"}, directory.path(""));
        check_good(made);
        check_load(made.value().get(), "a");
        assert_int_equal(secret_size(*made.value(), "a"), 32);
    }
}

void test_bad_settings_are_refused(void** /*state*/) {
    check_refused(make({}), "path=DIR");
    check_refused(make({"path="}), "path=DIR");
    check_refused(make({"path=a", "format=der"}), "unknown format");
    check_refused(make({"path=a", "format="}), "unknown format");
    check_refused(make({"path=a", "suffix=/x"}), "no \"/\"");
    check_refused(make({"path=a", "suffix=/../../etc/x"}), "no \"/\"");
    check_refused(make({"path=a", "file=b"}), "unknown parameter \"file\"");
    check_refused(make({"a"}), "name=value");
    check_refused(make({"path=a", "cache_timeout=soon"}), "cache_timeout: ");
}

/* A keystore's password is no key: any length will do. */
void test_the_bytes_of_a_secret(void** /*state*/) {
    TemporaryDirectory directory;
    directory.write("pin", encode_base64("hush") + "\n");
    directory.write("broken", "hush-hush");
    const auto store = store_of(directory, "base64");
    const auto pin = store->bytes("pin");
    check_good(pin);
    check_text(as_text(pin.value().value()), "hush");
    const auto none = store->bytes("none");
    check_good(none);
    assert_false(none.value().has_value());
    const auto broken = store->bytes("broken");
    check_refused(broken, "/broken\": it isn't base64");
    check_lacks(broken.error().message, "hush");
    const auto nowhere = make({"path=" + directory.path("none")});
    check_good(nowhere);
    check_refused(nowhere.value()->bytes("pin"), "there is no directory");
}

}  // namespace

int main() {
    const CMUnitTest tests[] = {
        cmocka_unit_test(test_one_secret_a_file),
        cmocka_unit_test(test_every_format),
        cmocka_unit_test(test_base64_is_the_default),
        cmocka_unit_test(test_the_suffix_is_no_part_of_the_id),
        cmocka_unit_test(test_one_final_newline_is_cut),
        cmocka_unit_test(test_a_missing_file_is_no_error),
        cmocka_unit_test(test_a_file_that_comes_later),
        cmocka_unit_test(test_a_file_is_read_once),
        cmocka_unit_test(test_a_missing_directory_is_an_error),
        cmocka_unit_test(test_bad_files_are_refused),
        cmocka_unit_test(test_readable_secrets_are_warned_of),
        cmocka_unit_test(test_relative_paths),
        cmocka_unit_test(test_bad_settings_are_refused),
        cmocka_unit_test(test_the_bytes_of_a_secret),
    };
    return cmocka_run_group_tests(tests, nullptr, nullptr);
}
