#include "wycheproof.h"

#include <algorithm>
#include <memory>
#include <string_view>
#include <utility>

#include "fakes.h"
#include "hex.h"
#include "jose/json.h"
#include "jose/jwe.h"
#include "jose/jws.h"
#include "secret/secrets_provider.h"

namespace oauth2_rs::wycheproof {

namespace {

using fakes::FakeRequestContext;
using fakes::FakeSecretStore;

std::string text_of(const json_t* object, std::string_view name) {
    return std::string(json_text(object, name).value_or(""));
}

/* The token of a vector: a compact one as it stands, the JSON serialization as its text. */
std::string token_of(const json_t* vector) {
    for (const char* name : {"jws", "jwe"}) {
        const json_t* token = json_member(vector, name);
        if (token != nullptr) {
            return json_is_string(token) ? text_of(vector, name) : json_compact(token);
        }
    }
    return {};
}

KeyPurpose purpose_of(const json_t* vector) {
    return json_member(vector, "jwe") == nullptr ? KeyPurpose::kVerify : KeyPurpose::kDecrypt;
}

/* The group's keys as a JWK set; to verify with, the public ones where there are some. */
JsonHandle key_set_of(const json_t* group, KeyPurpose purpose) {
    json_t* keys = json_object_get(group, "private");
    json_t* public_keys = json_object_get(group, "public");
    if (purpose == KeyPurpose::kVerify && public_keys != nullptr) {
        keys = public_keys;
    }
    if (json_is_array(json_member(keys, "keys"))) {
        return JsonHandle(json_incref(keys));
    }
    return JsonHandle(json_pack("{s:[O]}", "keys", keys));
}

/* What a jwks store holds: nothing where it would refuse to be loaded for that purpose. */
std::shared_ptr<FakeSecretStore> store_of(const json_t* group, KeyPurpose purpose) {
    auto store = std::make_shared<FakeSecretStore>();
    auto content = parse_jwk_set(json_compact(key_set_of(group, purpose).get()));
    KeyPurposes purposes;
    purposes.add(purpose);
    const auto matters = [purposes](const KeyProblem& problem) {
        return problem.matters(purposes);
    };
    if (content.ok() &&
        std::none_of(content.value().problems.begin(), content.value().problems.end(), matters)) {
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
    const Algorithm* algorithm = find_algorithm(AlgorithmKind::kSignature, jws.value().header.alg);
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

/* The decryption half. */
Result<SecretBytes> decrypt_token(std::string_view token,
                                  std::shared_ptr<const FakeSecretStore> store) {
    const auto jwe = parse_jwe(token);
    if (!jwe.ok()) {
        return jwe.error();
    }
    FakeRequestContext request;
    const SecretsProvider secrets({std::move(store)});
    const auto choice =
        secrets.choose(request, {"id", jwe.value().header.kid, jwe.value().algorithm,
                                 jwe.value().encryption, jwe.value().curve});
    if (!choice.ok() || choice.value().empty()) {
        return Denial{Code::kUnknownKey, "no key fits it"};
    }
    for (const Key* key : choice.value()) {
        auto content = decrypt(jwe.value(), *key);
        if (content.ok()) {
            return content;
        }
    }
    return Denial{Code::kDecryptionFailed, "no key that fits decrypts it"};
}

Verdict judge(const json_t* vector, std::shared_ptr<const FakeSecretStore> store) {
    if (purpose_of(vector) == KeyPurpose::kVerify) {
        return verify(token_of(vector), std::move(store));
    }
    const auto content = decrypt_token(token_of(vector), std::move(store));
    if (!content.ok()) {
        return content.error();
    }
    const auto expected = json_text(vector, "pt");
    if (text_of(vector, "result") == "valid" && expected &&
        fakes::from_hex(*expected) != as_text(content.value())) {
        return Denial{Code::kInternalError, "another content"};
    }
    return Done{};
}

bool is_foreign(char c) {
    constexpr std::string_view kKnown =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.";
    return kKnown.find(c) == std::string_view::npos;
}

/* Whether every key of the set is bound to another algorithm. */
bool keys_are_bound_to_others(const json_t* set, const JoseHeader& header) {
    const json_t* keys = json_member(set, "keys");
    for (std::size_t index = 0; index < json_array_size(keys); ++index) {
        const auto bound = json_text(json_array_get(keys, index), "alg");
        // A key that encrypts directly may be bound to what it encrypts with.
        if (!bound || *bound == header.alg ||
            (header.alg == "dir" && bound == json_text(header.json.get(), "enc"))) {
            return false;
        }
    }
    return true;
}

/* Read from the vector, not from what the module answers. */
bool is_refused_by_policy(const json_t* group, const json_t* vector) {
    const std::string token = token_of(vector);
    if (std::any_of(token.begin(), token.end(), is_foreign)) {
        return true;
    }
    const auto header = parse_jose_header(std::string_view(token).substr(0, token.find('.')));
    return header.ok() &&
           (find_algorithm(header.value().alg) == nullptr ||
            keys_are_bound_to_others(key_set_of(group, purpose_of(vector)).get(), header.value()));
}

/* What a key set may do here, and the vectors call a fault. */
bool is_ambiguous(const json_t* group, const json_t* vector) {
    if (json_array_holds(json_member(vector, "flags"), "Ambiguous")) {
        return true;
    }
    const JsonHandle set = key_set_of(group, purpose_of(vector));
    const json_t* keys = json_member(set.get(), "keys");
    std::size_t symmetric = 0;
    for (std::size_t index = 0; index < json_array_size(keys); ++index) {
        symmetric += json_text(json_array_get(keys, index), "kty") == "oct" ? 1 : 0;
    }
    return symmetric > 0 && symmetric < json_array_size(keys);
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
    if (result == "valid" && is_refused_by_policy(group, vector)) {
        return summary->policy;
    }
    if (result == "invalid" && is_ambiguous(group, vector)) {
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

/* json_web_{signature,key,crypto,encryption}_schema[_v1].json */
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
        std::fprintf(out, "%s: it holds what is neither a JWS nor a JWE\n", file.c_str());
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
    const auto verifying = store_of(group, KeyPurpose::kVerify);
    const auto decrypting = store_of(group, KeyPurpose::kDecrypt);
    const json_t* tests = json_member(group, "tests");
    for (std::size_t index = 0; index < json_array_size(tests); ++index) {
        const json_t* vector = json_array_get(tests, index);
        if (json_member(vector, "jws") == nullptr && json_member(vector, "jwe") == nullptr) {
            ++summary->not_covered;
            continue;
        }
        const Verdict verdict =
            judge(vector, purpose_of(vector) == KeyPurpose::kVerify ? verifying : decrypting);
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
