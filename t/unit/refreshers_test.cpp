#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "checks.h"
#include "fakes.h"
#include "shim/registry.h"
#include "shim/text.h"

using namespace oauth2_rs;
using namespace oauth2_rs::fakes;

namespace {

using Lines = std::vector<std::pair<oauth2_rs_severity_t, std::string>>;

/* A registry with a set of keys in a file that is looked at again, and what is said of it. */
struct Bench {
    TemporaryDirectory directory;
    oauth2_rs_registry_t registry;
    Lines lines;

    Bench() {
        write(ec_signer());
        add("base64", {"id=" + encode_base64(std::string(32, 's'))});
        add("jwks", {"file=" + directory.path("keys.json"), "cache_timeout=90s"});
        registry.stores["none"];  // of settings that were refused
    }

    void write(const Signer& signer) {
        directory.write("keys.json", "{\"keys\":[" + signer.jwk() + "]}");
    }

    void add(const std::string& type, const std::vector<std::string>& parameters) {
        auto made = make_secret_store({type, {parameters.begin(), parameters.end()}, ""});
        check_good(made);
        Warnings warnings;
        check_good(made.value()->load("id", loading(&warnings)));
        registry.stores[type] = std::move(made.value());
    }

    /* What `ask` says of the first store. */
    Lines said_by(void (*ask)(Bench*, const oauth2_rs_reporter_t*)) {
        const oauth2_rs_reporter_t reporter{keep, this};
        lines.clear();
        ask(this, &reporter);
        return lines;
    }

    Lines check() {
        return said_by([](Bench* bench, const oauth2_rs_reporter_t* reporter) {
            oauth2_rs_refresher_check(&bench->registry, 0, reporter);
        });
    }

    Lines run() {
        return said_by([](Bench* bench, const oauth2_rs_reporter_t* reporter) {
            oauth2_rs_refresher_run(&bench->registry, 0, reporter);
        });
    }

    static void keep(void* host, oauth2_rs_severity_t severity, oauth2_rs_text_t message) {
        static_cast<Bench*>(host)->lines.emplace_back(severity, view(message));
    }
};

void check_line(const Lines& lines, oauth2_rs_severity_t severity, std::string_view part,
                Place place = Place::here()) {
    _assert_int_equal(lines.size(), 1, place.file, place.line);
    _assert_int_equal(lines[0].first, severity, place.file, place.line);
    check_holds(lines[0].second, "oauth2_secret_store: ", place);
    check_holds(lines[0].second, part, place);
}

/* A store whose keys stay is none of them. */
void test_stores_that_are_looked_at_again(void** /*state*/) {
    Bench bench;
    assert_int_equal(oauth2_rs_refresher_count(&bench.registry), 1);
    assert_int_equal(oauth2_rs_refresher_interval_ms(&bench.registry, 0), 90 * 1000);
    const oauth2_rs_registry_t empty{};
    assert_int_equal(oauth2_rs_refresher_count(&empty), 0);
}

void test_what_becomes_of_a_look_is_said(void** /*state*/) {
    Bench bench;
    assert_true(bench.run().empty());
    bench.write(rsa_signer());
    check_line(bench.run(), OAUTH2_RS_NOTICE, "the keys of a changed file are in use");
    assert_true(bench.run().empty());

    bench.directory.write("keys.json", "{");
    const Lines failure = bench.run();
    check_line(failure, OAUTH2_RS_ERROR, "; the keys stay as they were");
    check_holds(failure[0].second, bench.directory.path("keys.json"));
    // Once a change.
    assert_true(bench.run().empty());
}

void test_a_file_that_cannot_be_read_again_is_warned_of(void** /*state*/) {
    Bench bench;
    assert_true(bench.check().empty());
    const std::string path = bench.directory.path("keys.json");
    std::filesystem::remove(path);
    check_line(bench.check(), OAUTH2_RS_WARN, "the workers can't read \"" + path + "\"");
}

}  // namespace

int main() {
    const CMUnitTest tests[] = {
        cmocka_unit_test(test_stores_that_are_looked_at_again),
        cmocka_unit_test(test_what_becomes_of_a_look_is_said),
        cmocka_unit_test(test_a_file_that_cannot_be_read_again_is_warned_of),
    };
    return cmocka_run_group_tests(tests, nullptr, nullptr);
}
