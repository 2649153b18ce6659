#include "wycheproof.h"

#include <algorithm>
#include <memory>
#include <string_view>
#include <utility>

#include "fakes.h"
#include "jose/json.h"
#include "jose/jws.h"
#include "secret/secrets_provider.h"

namespace oauth2_rs::wycheproof {

namespace {

using fakes::FakeRequestContext;
using fakes::FakeSecretStore;

std::string text_of(const json_t* object, std::string_view name) {
    return std::string(json_text(object, name).value_or(""));
}

/* A compact JWS as it stands; the JSON serialization as its text. */
std::string token_of(const json_t* vector) {
    const json_t* jws = json_member(vector, "jws");
    return json_is_string(jws) ? text_of(vector, "jws") : json_compact(jws);
}

/* The group's key or keys, the public ones where there are some, as a JWK set. */
JsonHandle key_set_of(const json_t* group) {
    json_t* keys = json_object_get(group, "public");
    keys = keys == nullptr ? json_object_get(group, "private") : keys;
    if (json_is_array(json_member(keys, "keys"))) {
        return JsonHandle(json_incref(keys));
    }
    return JsonHandle(json_pack("{s:[O]}", "keys", keys));
}

/* What a jwks store holds: nothing where it would refuse to be loaded. */
std::shared_ptr<FakeSecretStore> store_of(const json_t* group) {
    auto store = std::make_shared<FakeSecretStore>();
    auto content = parse_jwk_set(json_compact(key_set_of(group).get()));
    if (content.ok() && content.value().problems.empty()) {
        store->hold("id", std::move(content.value().keys));
    }
    return store;
}

/* The signature half of what a stateless resolver does. */
Verdict verify(std::string_view token, std::shared_ptr<const FakeSecretStore> store) {
    const auto jws = parse_jws(token);
    if (!jws.ok()) {
        return jws.error();
    }
    const Algorithm* algorithm = find_algorithm(jws.value().header.alg);
    if (algorithm == nullptr) {
        return Denial{Code::kUnsupportedAlgorithm, "its \"alg\" is unknown"};
    }
    FakeRequestContext request;
    const SecretsProvider secrets({std::move(store)});
    const auto choice = secrets.choose(request, {"id", jws.value().header.kid, algorithm});
    if (!choice.ok() || choice.value().empty()) {
        return Denial{Code::kUnknownKey, "no key fits it"};
    }
    for (const Key* key : choice.value()) {
        if (key->verify(*algorithm, jws.value().signing_input, jws.value().signature)) {
            return Done{};
        }
    }
    return Denial{Code::kBadSignature, "no key that fits verifies its signature"};
}

bool is_foreign(char c) {
    constexpr std::string_view kKnown =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.";
    return kKnown.find(c) == std::string_view::npos;
}

/* Whether every key of the group is bound to another algorithm. */
bool keys_are_bound_to_others(const json_t* group, std::string_view alg) {
    const JsonHandle set = key_set_of(group);
    const json_t* keys = json_member(set.get(), "keys");
    for (std::size_t index = 0; index < json_array_size(keys); ++index) {
        const auto bound = json_text(json_array_get(keys, index), "alg");
        if (!bound || *bound == alg) {
            return false;
        }
    }
    return true;
}

/* Read from the vector, not from what the module answers. */
bool is_refused_by_policy(const json_t* group, const std::string& token) {
    if (std::any_of(token.begin(), token.end(), is_foreign)) {
        return true;
    }
    const auto header = parse_jose_header(std::string_view(token).substr(0, token.find('.')));
    return header.ok() && (find_algorithm(header.value().alg) == nullptr ||
                           keys_are_bound_to_others(group, header.value().alg));
}

bool has_twin_of_other_verdict(const json_t* group, const json_t* vector) {
    const json_t* tests = json_member(group, "tests");
    for (std::size_t index = 0; index < json_array_size(tests); ++index) {
        const json_t* other = json_array_get(tests, index);
        if (token_of(other) == token_of(vector) &&
            text_of(other, "result") != text_of(vector, "result")) {
            return true;
        }
    }
    return false;
}

/* The count that a vector belongs to. */
int& count_for(const json_t* group, const json_t* vector, bool accepted, Summary* summary) {
    const std::string result = text_of(vector, "result");
    if (result == "acceptable" || (result == "valid" && accepted) ||
        (result == "invalid" && !accepted)) {
        return summary->passed;
    }
    if (has_twin_of_other_verdict(group, vector)) {
        return summary->contradictory;
    }
    if (result == "valid" && is_refused_by_policy(group, token_of(vector))) {
        return summary->policy;
    }
    if (result == "invalid" && json_array_holds(json_member(vector, "flags"), "Ambiguous")) {
        return summary->ambiguous;
    }
    return summary->wrong;
}

void print_wrong(const std::string& file, const json_t* vector, const Verdict& verdict,
                 std::FILE* out) {
    std::fprintf(out, "%s: tcId %d (%s): expected %s, got %s\n", file.c_str(),
                 static_cast<int>(json_integer_value(json_member(vector, "tcId"))),
                 text_of(vector, "comment").c_str(), text_of(vector, "result").c_str(),
                 verdict.ok() ? "accepted" : verdict.error().why);
}

void print_summary(const std::string& name, const Summary& summary, std::FILE* out) {
    std::fprintf(out,
                 "%s: %d vectors: %d passed, %d wrong, %d rightly refused by policy, %d ambiguous, "
                 "%d contradictory, %d not covered\n",
                 name.c_str(), summary.total(), summary.passed, summary.wrong, summary.policy,
                 summary.ambiguous, summary.contradictory, summary.not_covered);
}

/* json_web_{signature,key,crypto,encryption}_schema[_v1].json; the last holds no JWS. */
bool is_known_schema(const std::string& schema) {
    for (const std::string kind : {"signature", "key", "crypto", "encryption"}) {
        const std::string stem = "json_web_" + kind + "_schema";
        if (schema == stem + ".json" || schema == stem + "_v1.json") {
            return true;
        }
    }
    return false;
}

/* False where the file can't be relied on. */
bool judge_file(const std::string& file, Summary* total, std::FILE* out) {
    json_error_t error;
    const JsonHandle document(json_load_file(file.c_str(), 0, &error));
    const std::string schema = text_of(document.get(), "schema");
    if (!is_known_schema(schema)) {
        std::fprintf(out, "%s: can't be judged: %s%s\n", file.c_str(),
                     document ? "unknown schema " : error.text, schema.c_str());
        return false;
    }
    Summary summary;
    const json_t* groups = json_member(document.get(), "testGroups");
    for (std::size_t index = 0; index < json_array_size(groups); ++index) {
        judge_group(json_array_get(groups, index), file, &summary, out);
    }
    print_summary(file, summary, out);
    total->passed += summary.passed;
    total->policy += summary.policy;
    total->ambiguous += summary.ambiguous;
    total->contradictory += summary.contradictory;
    total->wrong += summary.wrong;
    total->not_covered += summary.not_covered;
    if (summary.not_covered > 0) {
        std::fprintf(out, "%s: this runner does not check encryption\n", file.c_str());
    }
    const auto expected = json_integer_value(json_member(document.get(), "numberOfTests"));
    if (expected != summary.total() || expected == 0) {
        std::fprintf(out, "%s: it should hold %lld vectors\n", file.c_str(),
                     static_cast<long long>(expected));
        return false;
    }
    return true;
}

}  // namespace

void judge_group(const json_t* group, const std::string& file, Summary* summary, std::FILE* out) {
    const auto store = store_of(group);
    const json_t* tests = json_member(group, "tests");
    for (std::size_t index = 0; index < json_array_size(tests); ++index) {
        const json_t* vector = json_array_get(tests, index);
        if (json_member(vector, "jws") == nullptr) {
            ++summary->not_covered;
            continue;
        }
        const Verdict verdict = verify(token_of(vector), store);
        int& count = count_for(group, vector, verdict.ok(), summary);
        ++count;
        if (&count == &summary->wrong) {
            print_wrong(file, vector, verdict, out);
        }
    }
}

int run(const std::vector<std::string>& files, std::FILE* out) {
    Summary total;
    bool reliable = !files.empty();
    for (const std::string& file : files) {
        reliable = judge_file(file, &total, out) && reliable;
    }
    print_summary("all", total, out);
    return reliable && total.wrong == 0 && total.not_covered == 0 ? 0 : 1;
}

}  // namespace oauth2_rs::wycheproof
