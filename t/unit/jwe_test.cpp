#include "jose/jwe.h"

#include <string>
#include <vector>

#include "base/base64url.h"
#include "checks.h"
#include "fakes.h"
#include "jose/json.h"
#include "recipient.h"

using namespace oauth2_rs;
using namespace oauth2_rs::fakes;

namespace {

const Recipient& shared(std::size_t size) {
    static const Recipient k16 = Recipient::oct(std::string(16, 'k'));
    static const Recipient k24 = Recipient::oct(std::string(24, 'k'));
    static const Recipient k32 = Recipient::oct(std::string(32, 'k'));
    return size == 16 ? k16 : size == 24 ? k24 : k32;
}

/* A token of each way to manage a key, and of each way to encrypt. */
Envelope direct(const char* enc = "A256GCM") { return shared(32).encrypt("dir", enc, "content"); }
Envelope wrapped(const char* enc = "A256GCM") {
    return shared(32).encrypt("A256KW", enc, "content");
}
Envelope gcm_wrapped() { return shared(32).encrypt("A256GCMKW", "A256GCM", "content"); }
Envelope agreed(const Wishes& wishes = {}) {
    return ec_recipient().encrypt("ECDH-ES", "A256GCM", "content", wishes);
}

void check_parses(const Envelope& envelope, Place place = Place::here()) {
    check_good(parse_jwe(envelope.token()), place);
}

void check_bad(const Envelope& envelope, Code code, Place place = Place::here()) {
    check_denied(parse_jwe(envelope.token()), code, place);
}

/* The header with one text made another. */
Envelope with_header(Envelope envelope, std::string_view was, std::string_view is) {
    envelope.header = replaced(envelope.header, was, is);
    return envelope;
}

/* The header with a further member, or with one instead of that of the same name. */
Envelope with_member(Envelope envelope, const std::string& name, const std::string& value) {
    const auto at = envelope.header.find("\"" + name + "\":");
    if (at != std::string::npos) {
        envelope.header = replaced(envelope.header, "\"" + name + "\":", "\"was-" + name + "\":");
    }
    envelope.header.back() = ',';
    envelope.header += "\"" + name + "\":" + value + "}";
    return envelope;
}

void test_a_token_is_taken_apart(void** /*state*/) {
    const Envelope envelope = shared(32).encrypt("A256KW", "A128CBC-HS256", "content",
                                                 {R"(,"kid":"k","typ":"at+jwt","cty":"JWT")"});
    const std::string token = envelope.token();
    const auto parsed = parse_jwe(token);
    check_good(parsed);
    const Jwe& jwe = parsed.value();
    check_text(jwe.algorithm->name, "A256KW");
    check_text(jwe.encryption->name, "A128CBC-HS256");
    check_text(jwe.header.kid.value_or(""), "k");
    check_text(json_string_value(jwe.header.typ), "at+jwt");
    check_text(jwe.token, token);
    check_text(jwe.encoded_header, token.substr(0, token.find('.')));
    check_text(jwe.encrypted_key, envelope.encrypted_key);
    check_text(jwe.iv, envelope.iv);
    check_text(jwe.ciphertext, envelope.ciphertext);
    check_text(jwe.tag, envelope.tag);
    assert_false(jwe.compressed);
    assert_true(jwe.curve == Curve::kNone);
    assert_null(jwe.ephemeral_key.get());
}

void test_parameters_of_algorithms(void** /*state*/) {
    const auto wrapping = parse_jwe(gcm_wrapped().token());
    check_good(wrapping);
    assert_int_equal(wrapping.value().wrapping_iv.size(), 12);
    assert_int_equal(wrapping.value().wrapping_tag.size(), 16);
    const auto agreement = parse_jwe(agreed({"", {}, "", "Alice", "Bob"}).token());
    check_good(agreement);
    assert_true(agreement.value().curve == Curve::kP256);
    assert_non_null(agreement.value().ephemeral_key.get());
    check_text(agreement.value().party_u_info, "Alice");
    check_text(agreement.value().party_v_info, "Bob");
}

void test_there_are_five_parts(void** /*state*/) {
    const std::string token = wrapped().token();
    std::string cut = token;
    for (auto dot = cut.rfind('.'); dot != std::string::npos; dot = cut.rfind('.')) {
        cut.resize(dot);
        check_denied(parse_jwe(cut), Code::kMalformedToken);
    }
    for (const std::string& bad :
         {std::string(), token + ".", "." + token, token + ".AAAA", std::string("...."),
          std::string(".."), std::string(6000, '.'), rsa_signer().token("RS256", "{}", "{}"),
          R"({"protected":"e30","ciphertext":"AA","iv":"AA","tag":"AA"})" + std::string("....")}) {
        check_denied(parse_jwe(bad), Code::kMalformedToken);
    }
}

/* RFC 7515 section 2, for each part. */
void test_parts_are_strict_base64url(void** /*state*/) {
    const std::string token = direct().token();
    for (std::size_t end = token.find('.'); end != std::string::npos;
         end = token.find('.', end + 1)) {
        for (const char* foreign : {"=", " ", "\n", "+", "/", "%41", "\xc3\xa4"}) {
            check_denied(parse_jwe(token.substr(0, end) + foreign + token.substr(end)),
                         Code::kMalformedToken);
        }
    }
    check_denied(parse_jwe(token + "="), Code::kMalformedToken);
    // 16 bytes leave four spare bits in their last digit, which must be zero.
    const std::string last(1, static_cast<char>(token.back() + 1));
    check_denied(parse_jwe(token.substr(0, token.size() - 1) + last), Code::kMalformedToken);
}

void test_headers_are_strict_json(void** /*state*/) {
    for (const char* header :
         {"", "{", "[]", "null", "{}x", R"({"alg":"dir","alg":"dir","enc":"A256GCM"})",
          R"({"alg":"dir","enc":"A256GCM","x":1e999})", R"({"alg":"dir","enc":"A256GCM","kid":1})",
          R"({"alg":"dir","enc":"A256GCM","x":"\u0000"})"}) {
        Envelope envelope = direct();
        envelope.header = header;
        check_bad(envelope, Code::kMalformedToken);
    }
}

/* RFC 7515 section 4.1.11, before anything else is looked at. */
void test_any_crit_is_refused(void** /*state*/) {
    for (const char* value : {R"(["exp"])", "[]", R"(["alg"])", R"("exp")", "null", "{}"}) {
        check_bad(with_member(direct(), "crit", value), Code::kUnsupportedHeader);
        check_bad(with_member(with_header(direct(), "\"dir\"", "\"none\""), "crit", value),
                  Code::kUnsupportedHeader);
    }
}

void test_algorithms_that_are_not_offered(void** /*state*/) {
    for (const char* value :
         {R"("none")", R"("RSA1_5")", R"("PBES2-HS256+A128KW")", R"("PBES2-HS512+A256KW")",
          R"("HS256")", R"("RS256")", R"("A256GCM")", R"("DIR")", R"("dir ")", R"("ECDH-1PU")",
          R"("RSA-OAEP-224")", R"("")", "null", "1", R"(["dir"])"}) {
        check_bad(with_member(direct(), "alg", value), Code::kUnsupportedAlgorithm);
    }
    for (const char* value :
         {R"("none")", R"("A128CBC")", R"("A256CBC-HS256")", R"("dir")", R"("A256KW")",
          R"("HS256")", R"("a256gcm")", R"("C20P")", R"("")", "null", "1", R"(["A256GCM"])"}) {
        check_bad(with_member(direct(), "enc", value), Code::kUnsupportedAlgorithm);
    }
    check_bad(with_header(direct(), "\"alg\"", "\"Alg\""), Code::kUnsupportedAlgorithm);
    check_bad(with_header(direct(), "\"enc\"", "\"Enc\""), Code::kUnsupportedAlgorithm);
}

/* CVE-2022-36083 and its like: no count of iterations is ever read. */
void test_iteration_counts_are_not_looked_at(void** /*state*/) {
    for (const char* count : {"2147483647", "9223372036854775807", "-1", "\"many\"", "null"}) {
        const Envelope bad =
            with_member(with_member(direct(), "alg", R"("PBES2-HS256+A128KW")"), "p2c", count);
        check_bad(bad, Code::kUnsupportedAlgorithm);
        check_parses(with_member(direct(), "p2c", count));
    }
}

void test_zip_is_def_or_missing(void** /*state*/) {
    const auto parsed = parse_jwe(with_member(direct(), "zip", R"("DEF")").token());
    check_good(parsed);
    assert_true(parsed.value().compressed);
    for (const char* value :
         {R"("NONE")", R"("def")", R"("GZIP")", R"("")", "null", "1", R"(["DEF"])", "true"}) {
        check_bad(with_member(direct(), "zip", value), Code::kUnsupportedHeader);
    }
}

/* What is no part of the decision may be there: keys of the token's own are never looked at. */
void test_other_members_are_passed_over(void** /*state*/) {
    for (const char* name : {"jwk", "jku", "x5u", "x5c", "x5t", "epk", "apu", "iv", "tag", "p2s"}) {
        check_parses(with_member(direct(), name, "[1,{}]"));
    }
}

/* CVE-2023-37464 and its like: every length but the right one, before an engine sees it. */
void test_ivs_and_tags_have_one_length(void** /*state*/) {
    const struct {
        const char* enc;
        std::size_t iv;
        std::size_t tag;
    } rows[] = {{"A128GCM", 12, 16},       {"A192GCM", 12, 16},       {"A256GCM", 12, 16},
                {"A128CBC-HS256", 16, 16}, {"A192CBC-HS384", 16, 24}, {"A256CBC-HS512", 16, 32}};
    for (const auto& row : rows) {
        const Envelope good = wrapped(row.enc);
        check_parses(good);
        for (std::size_t size = 0; size <= 70; ++size) {
            Envelope envelope = good;
            envelope.iv.assign(size, 'i');
            if (size == row.iv) {
                check_parses(envelope);
            } else {
                check_bad(envelope, Code::kDecryptionFailed);
            }
            envelope = good;
            envelope.tag.assign(size, 't');
            if (size == row.tag) {
                check_parses(envelope);
            } else {
                check_bad(envelope, Code::kDecryptionFailed);
            }
        }
    }
}

void test_cbc_has_whole_blocks(void** /*state*/) {
    for (std::size_t size = 0; size <= 64; ++size) {
        Envelope envelope = wrapped("A128CBC-HS256");
        envelope.ciphertext.assign(size, 'c');
        if (size > 0 && size % 16 == 0) {
            check_parses(envelope);
        } else {
            check_bad(envelope, Code::kDecryptionFailed);
        }
        envelope = wrapped("A128GCM");
        envelope.ciphertext.assign(size, 'c');
        check_parses(envelope);
    }
}

/* CVE-2026-53938 and its like: a wrapped key as long as the content encryption's wants it. */
void test_encrypted_keys_have_one_length(void** /*state*/) {
    const struct {
        const char* alg;
        const char* enc;
        std::size_t size;
    } rows[] = {{"dir", "A256GCM", 0},
                {"A256KW", "A128GCM", 24},
                {"A256KW", "A192GCM", 32},
                {"A256KW", "A256GCM", 40},
                {"A256KW", "A128CBC-HS256", 40},
                {"A256KW", "A192CBC-HS384", 56},
                {"A256KW", "A256CBC-HS512", 72},
                {"A256GCMKW", "A128GCM", 16},
                {"A256GCMKW", "A256CBC-HS512", 64}};
    for (const auto& row : rows) {
        const Envelope good = shared(32).encrypt(row.alg, row.enc, "content");
        assert_int_equal(good.encrypted_key.size(), row.size);
        check_parses(good);
        for (std::size_t size = 0; size <= 520; ++size) {
            Envelope envelope = good;
            envelope.encrypted_key.assign(size, 'e');
            if (size != row.size) {
                check_bad(envelope, Code::kDecryptionFailed);
            }
        }
    }
    Envelope direct_agreement = agreed();
    check_parses(direct_agreement);
    direct_agreement.encrypted_key = "x";
    check_bad(direct_agreement, Code::kDecryptionFailed);
    Envelope oaep = rsa_recipient().encrypt("RSA-OAEP", "A256GCM", "content");
    oaep.encrypted_key.clear();
    check_bad(oaep, Code::kDecryptionFailed);
}

void test_wrapping_parameters(void** /*state*/) {
    for (const char* name : {"iv", "tag"}) {
        for (const char* value : {"null", "1", "[]", R"("=")", R"("A")", R"("A+/A")"}) {
            check_bad(with_member(gcm_wrapped(), name, value), Code::kMalformedToken);
        }
        const Envelope missing =
            with_header(gcm_wrapped(), "\"" + std::string(name) + "\"", "\"other\"");
        check_bad(missing, Code::kMalformedToken);
        for (std::size_t size = 0; size <= 32; ++size) {
            const Envelope envelope = with_member(
                gcm_wrapped(), name, "\"" + encode_base64url(std::string(size, 'x')) + "\"");
            if (size == (name == std::string("iv") ? 12 : 16)) {
                check_parses(envelope);
            } else {
                check_bad(envelope, Code::kDecryptionFailed);
            }
        }
    }
}

void test_epk_is_an_object(void** /*state*/) {
    check_bad(with_header(agreed(), "\"epk\"", "\"other\""), Code::kMalformedToken);
    for (const char* value : {"null", "1", R"("epk")", "[]", "[{}]", "true"}) {
        check_bad(with_member(agreed(), "epk", value), Code::kMalformedToken);
    }
}

/* RFC 7518 section 4.6.1.1: a public key, and nothing of a private one. */
void test_epk_holds_no_private_half(void** /*state*/) {
    check_bad(agreed({"", {}, R"(,"d":"AQ")"}), Code::kDecryptionFailed);
    check_bad(agreed({"", {}, R"(,"d":null)"}), Code::kDecryptionFailed);
    check_bad(agreed({"", {}, R"(,"k":"AQ")"}), Code::kDecryptionFailed);
    check_bad(with_member(agreed(), "epk", ec_recipient().private_jwk()), Code::kDecryptionFailed);
    check_bad(with_member(agreed(), "epk", x25519_recipient().private_jwk()),
              Code::kDecryptionFailed);
    check_parses(agreed({"", {}, R"(,"use":"sig","kid":"a","x5c":[])"}));
}

std::string point(const char* crv, const std::string& x, const std::string& y) {
    return R"({"kty":"EC","crv":")" + std::string(crv) + R"(","x":")" + encode_base64url(x) +
           R"(","y":")" + encode_base64url(y) + "\"}";
}

/* RFC 8725 section 3.4. */
void test_epk_is_a_point_on_a_curve_of_ours(void** /*state*/) {
    const std::string good = ec_recipient().public_jwk();
    check_parses(with_member(agreed(), "epk", good));
    const std::string one(32, '\x01');
    for (const std::string& bad : {std::string("{}"),
                                   rsa_recipient().public_jwk(),
                                   replaced(good, "\"EC\"", "\"OKP\""),
                                   replaced(good, "\"EC\"", "\"ec\""),
                                   replaced(good, "P-256", "P-384"),
                                   replaced(good, "P-256", "secp256k1"),
                                   replaced(good, "P-256", "X25519"),
                                   replaced(good, "P-256", ""),
                                   replaced(good, "\"y\"", "\"z\""),
                                   replaced(good, "\"x\"", "\"z\""),
                                   replaced(good, "\"crv\"", "\"curve\""),
                                   Recipient::ec("secp256k1").public_jwk(),
                                   point("P-256", one, one),
                                   point("P-256", std::string(32, '\0'), std::string(32, '\0')),
                                   point("P-256", std::string(32, '\xff'), one),
                                   point("P-256", "", ""),
                                   point("P-256", one.substr(1), one),
                                   point("P-256", one + one, one),
                                   Recipient::okp("Ed25519").public_jwk(),
                                   std::string(R"({"kty":"oct"})")}) {
        check_bad(with_member(agreed(), "epk", bad), Code::kDecryptionFailed);
    }
    // The same bytes, cut at another place.
    std::string x;
    std::string y;
    assert_true(decode_base64url(*json_text(json(good).get(), "x"), &x) &&
                decode_base64url(*json_text(json(good).get(), "y"), &y));
    check_parses(with_member(agreed(), "epk", point("P-256", x, y)));
    check_bad(with_member(agreed(), "epk", point("P-256", x.substr(0, 31), x.substr(31) + y)),
              Code::kDecryptionFailed);
    check_bad(with_member(agreed(), "epk", point("P-256", x + y.substr(0, 1), y.substr(1))),
              Code::kDecryptionFailed);
    check_bad(with_member(agreed(), "epk", R"({"kty":"OKP","crv":"X25519","x":"AQ"})"),
              Code::kDecryptionFailed);
    check_bad(with_member(agreed(), "epk", R"({"kty":"OKP","crv":"X448","x":1})"),
              Code::kDecryptionFailed);
}

void test_party_infos(void** /*state*/) {
    for (const char* name : {"apu", "apv"}) {
        for (const char* value : {"null", "1", "[]", R"("=")", R"("A")", R"("A B")"}) {
            check_bad(with_member(agreed(), name, value), Code::kMalformedToken);
        }
        check_parses(with_member(agreed(), name, R"("")"));
        const auto sized = [name](std::size_t size) {
            return with_member(agreed(), name,
                               "\"" + encode_base64url(std::string(size, 'x')) + "\"");
        };
        check_parses(sized(1024));
        check_bad(sized(1025), Code::kDecryptionFailed);
    }
}

}  // namespace

int main() {
    const CMUnitTest tests[] = {
        cmocka_unit_test(test_a_token_is_taken_apart),
        cmocka_unit_test(test_parameters_of_algorithms),
        cmocka_unit_test(test_there_are_five_parts),
        cmocka_unit_test(test_parts_are_strict_base64url),
        cmocka_unit_test(test_headers_are_strict_json),
        cmocka_unit_test(test_any_crit_is_refused),
        cmocka_unit_test(test_algorithms_that_are_not_offered),
        cmocka_unit_test(test_iteration_counts_are_not_looked_at),
        cmocka_unit_test(test_zip_is_def_or_missing),
        cmocka_unit_test(test_other_members_are_passed_over),
        cmocka_unit_test(test_ivs_and_tags_have_one_length),
        cmocka_unit_test(test_cbc_has_whole_blocks),
        cmocka_unit_test(test_encrypted_keys_have_one_length),
        cmocka_unit_test(test_wrapping_parameters),
        cmocka_unit_test(test_epk_is_an_object),
        cmocka_unit_test(test_epk_holds_no_private_half),
        cmocka_unit_test(test_epk_is_a_point_on_a_curve_of_ours),
        cmocka_unit_test(test_party_infos),
    };
    return cmocka_run_group_tests(tests, nullptr, nullptr);
}
