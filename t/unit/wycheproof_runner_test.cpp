// Whether the runner of Wycheproof's vectors would notice a wrong verdict.

#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "checks.h"
#include "fakes.h"
#include "hex.h"
#include "jose/algorithm.h"
#include "jose/jose_header.h"
#include "jose/json.h"
#include "wycheproof.h"

using namespace oauth2_rs;
using namespace oauth2_rs::fakes;

namespace {

const char* const kSignatures = "t/data/wycheproof/json_web_signature_test.json";
const char* const kKeys = "t/data/wycheproof/json_web_key_test.json";

JsonHandle load(const char* path) {
    JsonHandle document(json_load_file(path, 0, nullptr));
    assert_non_null(document.get());
    return document;
}

int id_of(const json_t* vector) {
    return static_cast<int>(json_integer_value(json_member(vector, "tcId")));
}

void flip(json_t* vector) {
    const bool valid = json_text(vector, "result") == "valid";
    json_object_set_new(vector, "result", json_string(valid ? "invalid" : "valid"));
}

/* A place to which the runner may print what nobody reads. */
class Sink {
  public:
    std::FILE* stream() { return file_.get(); }

  private:
    FileHandle file_{std::fopen("/dev/null", "w")};
};

/* The vectors whose verdict can be turned round in one group without anybody noticing. */
void add_unnoticed(json_t* group, std::set<int>* unnoticed, Sink* sink) {
    json_t* const tests = json_object_get(group, "tests");
    for (std::size_t index = 0; index < json_array_size(tests); ++index) {
        json_t* const vector = json_array_get(tests, index);
        wycheproof::Summary summary;
        flip(vector);
        wycheproof::judge_group(group, "flipped", &summary, sink->stream());
        flip(vector);
        if (summary.wrong == 0) {
            unnoticed->insert(id_of(vector));
        }
    }
}

std::set<int> unnoticed_flips(const char* path) {
    const JsonHandle document = load(path);
    json_t* const groups = json_object_get(document.get(), "testGroups");
    std::set<int> unnoticed;
    Sink sink;
    for (std::size_t index = 0; index < json_array_size(groups); ++index) {
        add_unnoticed(json_array_get(groups, index), &unnoticed, &sink);
    }
    return unnoticed;
}

/*
 * Noticed are all but those that policy decides whatever the file says: 16 and 341 to 344 say
 * "none", 17 and most from 360 on hold foreign characters, of the others the key is bound to
 * another algorithm. And 367 and 370 contradict 357.
 */
void test_a_flipped_signature_verdict_is_noticed(void** /*state*/) {
    const std::set<int> expected = {16,  17,  31,  332, 334, 336, 338, 340, 341, 342,
                                    343, 344, 346, 347, 350, 351, 360, 361, 362, 363,
                                    364, 365, 366, 367, 368, 369, 370, 371, 372, 373};
    const std::set<int> found = unnoticed_flips(kSignatures);
    for (const int id : found) {
        if (expected.count(id) == 0) {
            print_error("tcId %d turned round is not noticed\n", id);
        }
    }
    assert_true(found == expected);
}

/* 1 is ambiguous; of the others every key is bound to another algorithm. */
void test_a_flipped_key_verdict_is_noticed(void** /*state*/) {
    assert_true(unnoticed_flips(kKeys) == (std::set<int>{1, 6, 19, 20, 25, 26}));
}

/* The runner's own word on a file: the one that build.sh reads. */
int status_of(const json_t* document) {
    TemporaryDirectory directory;
    Sink sink;
    return wycheproof::run({directory.write("vectors.json", json_compact(document))},
                           sink.stream());
}

json_t* first_vector(const json_t* document, const char* result) {
    const json_t* groups = json_member(document, "testGroups");
    json_t* const tests = json_object_get(json_array_get(groups, 0), "tests");
    for (std::size_t index = 0; index < json_array_size(tests); ++index) {
        if (json_text(json_array_get(tests, index), "result") == result) {
            return json_array_get(tests, index);
        }
    }
    return nullptr;
}

void test_a_wrong_verdict_fails_the_run(void** /*state*/) {
    for (const char* result : {"valid", "invalid"}) {
        const JsonHandle document = load(kSignatures);
        assert_int_equal(status_of(document.get()), 0);
        flip(first_vector(document.get(), result));
        assert_int_equal(status_of(document.get()), 1);
    }
}

/* "acceptable" is neither; another word is nothing we know. */
void test_other_results(void** /*state*/) {
    const JsonHandle document = load(kSignatures);
    json_t* const vector = first_vector(document.get(), "valid");
    json_object_set_new(vector, "result", json_string("acceptable"));
    assert_int_equal(status_of(document.get()), 0);
    json_object_set_new(vector, "result", json_string("fine"));
    assert_int_equal(status_of(document.get()), 1);
}

void test_a_file_must_be_whole(void** /*state*/) {
    const JsonHandle document = load(kKeys);
    assert_int_equal(status_of(document.get()), 0);
    json_array_remove(json_object_get(document.get(), "testGroups"), 0);
    assert_int_equal(status_of(document.get()), 1);
    json_object_set_new(document.get(), "testGroups", json_array());
    json_object_set_new(document.get(), "numberOfTests", json_integer(0));
    assert_int_equal(status_of(document.get()), 1);
}

void test_schemas(void** /*state*/) {
    const JsonHandle document = load(kKeys);
    for (const char* known : {"json_web_signature_schema.json", "json_web_crypto_schema_v1.json"}) {
        json_object_set_new(document.get(), "schema", json_string(known));
        assert_int_equal(status_of(document.get()), 0);
    }
    for (const char* other : {"mac_test_schema_v1.json", "json_web_token_schema.json", ""}) {
        json_object_set_new(document.get(), "schema", json_string(other));
        assert_int_equal(status_of(document.get()), 1);
    }
    json_object_del(document.get(), "schema");
    assert_int_equal(status_of(document.get()), 1);
}

/* An example of RFC 7520 section 5 as Wycheproof would write it: the good token, and bad ones. */
JsonHandle encryption_group(const std::string& path, int* id) {
    const JsonHandle example = load(path.c_str());
    json_t* const input = json_object_get(example.get(), "input");
    json_t* const output = json_object_get(example.get(), "output");
    const std::string token(json_text(output, "compact").value_or(""));
    std::string tampered = token;
    tampered[token.rfind('.') + 1] = token[token.rfind('.') + 1] == 'A' ? 'B' : 'A';
    // That of section 5.3 is a password.
    json_t* key = json_object_get(input, "key");
    const JsonHandle no_key(json_object());
    key = key == nullptr ? no_key.get() : key;
    const std::string plaintext(json_text(input, "plaintext").value_or(""));
    JsonHandle group(
        json_pack("{s:s, s:O, s:[{s:i, s:s, s:s, s:s},{s:i, s:s, s:s},{s:i, s:O, s:s}]}", "type",
                  "JsonWebEncryption", "private", key, "tests", "tcId", *id, "jwe", token.c_str(),
                  "pt", to_hex(plaintext).c_str(), "result", "valid", "tcId", *id + 1, "jwe",
                  tampered.c_str(), "result", "invalid", "tcId", *id + 2, "jwe",
                  json_object_get(output, "json"), "result", "invalid"));
    assert_non_null(group.get());
    *id += 3;
    return group;
}

JsonHandle encryption_document() {
    JsonHandle document = json(R"({"schema":"json_web_encryption_schema_v1.json"})");
    json_t* const groups = json_array();
    json_object_set_new(document.get(), "testGroups", groups);
    int id = 1;
    for (const auto& entry : std::filesystem::directory_iterator("t/data/rfc7520/jwe")) {
        json_array_append_new(groups, encryption_group(entry.path(), &id).release());
    }
    json_object_set_new(document.get(), "numberOfTests", json_integer(id - 1));
    return document;
}

json_t* vector_at(const json_t* document, std::size_t group, std::size_t vector) {
    const json_t* groups = json_member(document, "testGroups");
    return json_array_get(json_object_get(json_array_get(groups, group), "tests"), vector);
}

bool is_offered(const json_t* vector) {
    const auto header = parse_jose_header(
        std::string_view(*json_text(vector, "jwe")).substr(0, json_text(vector, "jwe")->find('.')));
    return find_algorithm(header.value().alg) != nullptr;
}

void test_encryption_is_judged(void** /*state*/) {
    const JsonHandle document = encryption_document();
    assert_int_equal(status_of(document.get()), 0);
    const std::size_t groups = json_array_size(json_member(document.get(), "testGroups"));
    assert_int_equal(groups, 9);
    std::size_t offered = 0;
    for (std::size_t group = 0; group < groups; ++group) {
        json_t* const valid = vector_at(document.get(), group, 0);
        offered += is_offered(valid) ? 1 : 0;
        for (std::size_t at = 0; at < 3; ++at) {
            // RSA1_5, PBES2 and JSON serializations are refused, whatever the verdict is.
            json_t* const vector = vector_at(document.get(), group, at);
            flip(vector);
            assert_int_equal(status_of(document.get()), is_offered(valid) && at != 2);
            flip(vector);
        }
    }
    assert_int_equal(offered, 7);
}

/* A token that decrypts to something else is not decrypted well. */
void test_the_content_counts(void** /*state*/) {
    const JsonHandle document = encryption_document();
    for (std::size_t group = 0; group < 9; ++group) {
        json_t* const vector = vector_at(document.get(), group, 0);
        json_t* const text = json_incref(json_object_get(vector, "pt"));
        json_object_set_new(vector, "pt", json_string("666f6f"));
        assert_int_equal(status_of(document.get()), is_offered(vector));
        json_object_set_new(vector, "pt", text);
    }
    assert_int_equal(status_of(document.get()), 0);
}

/* json_web_crypto_test.json mixes both, and groups of keys. */
void test_signatures_beside_encryption(void** /*state*/) {
    const JsonHandle document = encryption_document();
    const JsonHandle signatures = load(kKeys);
    json_t* const groups = json_object_get(document.get(), "testGroups");
    json_array_extend(groups, json_object_get(signatures.get(), "testGroups"));
    const auto count = json_integer_value(json_member(document.get(), "numberOfTests")) +
                       json_integer_value(json_member(signatures.get(), "numberOfTests"));
    json_object_set_new(document.get(), "numberOfTests", json_integer(count));
    json_object_set_new(document.get(), "schema", json_string("json_web_crypto_schema_v1.json"));
    assert_int_equal(status_of(document.get()), 0);
    flip(vector_at(document.get(), json_array_size(groups) - 1, 0));
    assert_int_equal(status_of(document.get()), 0);  // 26, see above
    flip(vector_at(document.get(), 10, 0));          // 2
    assert_int_equal(status_of(document.get()), 1);
}

/* That file has no flag for what the file of keys calls ambiguous. */
void test_a_mixed_set_is_ambiguous_without_a_flag(void** /*state*/) {
    const JsonHandle document = load(kKeys);
    json_object_set_new(vector_at(document.get(), 0, 0), "flags", json_array());
    assert_int_equal(status_of(document.get()), 0);
    // With keys of one kind it is none.
    json_t* const group = json_array_get(json_object_get(document.get(), "testGroups"), 0);
    json_array_remove(json_object_get(json_object_get(group, "private"), "keys"), 1);
    assert_int_equal(status_of(document.get()), 1);
}

/* What isn't checked must not look as if it were. */
void test_other_things_are_not_covered(void** /*state*/) {
    const JsonHandle document = json(R"({"schema":"json_web_crypto_schema_v1.json",
        "numberOfTests":1,"testGroups":[{"type":"JsonWebCrypto","private":{"kty":"oct"},
        "tests":[{"tcId":1,"jwt":"a.b.c","result":"invalid","flags":[]}]}]})");
    assert_int_equal(status_of(document.get()), 1);
}

void test_files_that_are_none(void** /*state*/) {
    TemporaryDirectory directory;
    Sink sink;
    assert_int_equal(wycheproof::run({}, sink.stream()), 1);
    assert_int_equal(wycheproof::run({directory.path("none")}, sink.stream()), 1);
    assert_int_equal(wycheproof::run({directory.write("text", "text")}, sink.stream()), 1);
    assert_int_equal(wycheproof::run({kKeys, directory.path("none")}, sink.stream()), 1);
    assert_int_equal(wycheproof::run({kKeys, kSignatures}, sink.stream()), 0);
}

}  // namespace

int main() {
    const CMUnitTest tests[] = {
        cmocka_unit_test(test_a_flipped_signature_verdict_is_noticed),
        cmocka_unit_test(test_a_flipped_key_verdict_is_noticed),
        cmocka_unit_test(test_a_wrong_verdict_fails_the_run),
        cmocka_unit_test(test_other_results),
        cmocka_unit_test(test_a_file_must_be_whole),
        cmocka_unit_test(test_schemas),
        cmocka_unit_test(test_encryption_is_judged),
        cmocka_unit_test(test_the_content_counts),
        cmocka_unit_test(test_signatures_beside_encryption),
        cmocka_unit_test(test_a_mixed_set_is_ambiguous_without_a_flag),
        cmocka_unit_test(test_other_things_are_not_covered),
        cmocka_unit_test(test_files_that_are_none),
    };
    return cmocka_run_group_tests(tests, nullptr, nullptr);
}
