#include <string>
#include <vector>

#include "checks.h"
#include "fakes.h"
#include "jose/decrypter.h"
#include "jose/jwe.h"
#include "jose/pem.h"
#include "recipient.h"

using namespace oauth2_rs;
using namespace oauth2_rs::fakes;

namespace {

const std::string kContent = R"({"iss":"somebody","text":"some more than a block of it"})";

std::vector<std::string> encryptions() {
    std::vector<std::string> names;
    for (const Algorithm* encryption : algorithms_of(AlgorithmKind::kContentEncryption)) {
        names.emplace_back(encryption->name);
    }
    return names;
}

struct Pairing {
    std::string alg;
    Recipient recipient;
};

Recipient oct(std::size_t size) { return Recipient::oct(std::string(size, 's')); }

/* Each "alg" but "dir" with a recipient for it. */
const std::vector<Pairing>& pairings() {
    static const std::vector<Pairing> all = [] {
        std::vector<Pairing> made;
        made.push_back({"A128KW", oct(16)});
        made.push_back({"A192KW", oct(24)});
        made.push_back({"A256KW", oct(32)});
        made.push_back({"A128GCMKW", oct(16)});
        made.push_back({"A192GCMKW", oct(24)});
        made.push_back({"A256GCMKW", oct(32)});
        for (const char* alg : {"RSA-OAEP", "RSA-OAEP-256", "RSA-OAEP-384", "RSA-OAEP-512"}) {
            made.push_back({alg, Recipient::rsa()});
        }
        for (const char* alg : {"ECDH-ES", "ECDH-ES+A128KW", "ECDH-ES+A192KW", "ECDH-ES+A256KW"}) {
            for (const char* curve : {"P-256", "P-384", "P-521"}) {
                made.push_back({alg, Recipient::ec(curve)});
            }
            made.push_back({alg, Recipient::okp("X25519")});
            made.push_back({alg, Recipient::okp("X448")});
        }
        return made;
    }();
    return all;
}

void check_opens(const std::string& token, const Key& key, std::string_view content,
                 Place place = Place::here()) {
    const auto jwe = parse_jwe(token);
    check_good(jwe, place);
    const auto opened = decrypt(jwe.value(), key);
    check_good(opened, place);
    check_text(as_text(opened.value()), content, place);
}

/* Whether it is told so while it is taken apart, or later, makes no difference to anybody. */
void check_stays_shut(const std::string& token, const Key& key, Place place = Place::here()) {
    const auto jwe = parse_jwe(token);
    if (!jwe.ok()) {
        check_denied(jwe, Code::kDecryptionFailed, place);
        return;
    }
    check_denied(decrypt(jwe.value(), key), Code::kDecryptionFailed, place);
}

void test_every_algorithm_with_every_encryption(void** /*state*/) {
    std::size_t count = 0;
    for (const Pairing& pairing : pairings()) {
        const KeyPointer key = pairing.recipient.key();
        for (const std::string& enc : encryptions()) {
            const auto sealed = pairing.recipient.encrypt(pairing.alg, enc, kContent);
            check_opens(sealed.token(), *key, kContent);
            ++count;
        }
    }
    assert_int_equal(count, (6 + 4 + 20) * 6);
}

void test_direct_encryption(void** /*state*/) {
    for (const std::string& enc : encryptions()) {
        const Recipient recipient = oct(content_key_size(enc));
        const KeyPointer key = recipient.key();
        check_opens(recipient.encrypt("dir", enc, kContent).token(), *key, kContent);
        check_opens(recipient.encrypt("dir", enc, kContent).token(), *key, kContent);
    }
}

void test_content_of_any_length(void** /*state*/) {
    for (const std::string& enc : encryptions()) {
        for (const std::size_t size : {0, 1, 15, 16, 17, 31, 32, 1000, 40000}) {
            const std::string content(size, '\x80');
            check_opens(oct(32).encrypt("A256KW", enc, content).token(), *oct(32).key(), content);
            check_opens(rsa_recipient().encrypt("RSA-OAEP", enc, content).token(),
                        *rsa_recipient().key(), content);
        }
    }
}

/* RFC 7518 section 4.6.2: both enter the derivation. */
void test_party_infos_count(void** /*state*/) {
    const KeyPointer key = ec_recipient().key();
    for (const char* alg : {"ECDH-ES", "ECDH-ES+A256KW"}) {
        const Envelope sealed =
            ec_recipient().encrypt(alg, "A128GCM", kContent, {"", {}, "", "Alice", "Bob"});
        check_opens(sealed.token(), *key, kContent);
        Envelope swapped = sealed;
        swapped.header =
            replaced(replaced(replaced(swapped.header, "apu", "ap_"), "apv", "apu"), "ap_", "apv");
        check_stays_shut(swapped.token(), *key);
    }
}

void test_another_key_opens_nothing(void** /*state*/) {
    const KeyPointer keys[] = {Recipient::oct(std::string(32, 'o')).key(),
                               Recipient::rsa().key(),
                               Recipient::ec("P-256").key(),
                               Recipient::okp("X25519").key(),
                               Recipient::ec("P-384").key(),
                               oct(16).key()};
    for (const Pairing& pairing : pairings()) {
        const std::string token =
            pairing.recipient.encrypt(pairing.alg, "A128CBC-HS256", kContent).token();
        for (const KeyPointer& key : keys) {
            if (key->secret_size() != 16 || pairing.recipient.secret().size() != 16) {
                check_stays_shut(token, *key);
            }
        }
    }
}

/* Every byte of every part, in turn. */
void check_changes(const Envelope& sealed, const Key& key) {
    check_opens(sealed.token(), key, kContent);
    for (std::string Envelope::*const part :
         {&Envelope::encrypted_key, &Envelope::iv, &Envelope::ciphertext, &Envelope::tag}) {
        for (std::size_t at = 0; at < (sealed.*part).size(); ++at) {
            Envelope changed = sealed;
            (changed.*part)[at] = static_cast<char>((changed.*part)[at] ^ (1 << at % 8));
            check_stays_shut(changed.token(), key);
        }
        Envelope changed = sealed;
        (changed.*part).assign((sealed.*part).size() + 1, '\0');
        check_stays_shut(changed.token(), key);
    }
    Envelope changed = sealed;
    changed.header.insert(changed.header.size() - 1, " ");
    check_stays_shut(changed.token(), key);
}

void test_not_a_bit_may_change(void** /*state*/) {
    const Recipient shared = oct(32);
    for (const char* enc : {"A128CBC-HS256", "A256GCM"}) {
        check_changes(shared.encrypt("dir", enc, kContent), *shared.key());
        check_changes(shared.encrypt("A256KW", enc, kContent), *shared.key());
        check_changes(shared.encrypt("A256GCMKW", enc, kContent), *shared.key());
        check_changes(ec_recipient().encrypt("ECDH-ES+A128KW", enc, kContent),
                      *ec_recipient().key());
        check_changes(x25519_recipient().encrypt("ECDH-ES", enc, kContent),
                      *x25519_recipient().key());
    }
    check_changes(rsa_recipient().encrypt("RSA-OAEP-256", "A128GCM", kContent),
                  *rsa_recipient().key());
}

/* CVE-2023-37464: a tag that is cut is another length, even where its bytes are right. */
void test_tags_cannot_be_cut(void** /*state*/) {
    const KeyPointer key = oct(32).key();
    for (const std::string& enc : encryptions()) {
        const Envelope sealed = oct(32).encrypt("A256KW", enc, kContent);
        for (std::size_t size = 0; size < sealed.tag.size(); ++size) {
            Envelope cut = sealed;
            cut.tag.resize(size);
            check_stays_shut(cut.token(), *key);
        }
    }
}

/*
 * RFC 7516 section 5.2, step 10: a content encryption key as long as "enc" wants it. The tokens are
 * sealed with what is left of, or filled up from, the wrong one.
 */
void test_content_keys_have_one_length(void** /*state*/) {
    for (const std::string& enc : encryptions()) {
        const std::size_t size = content_key_size(enc);
        for (const std::size_t wrong : {std::size_t{0}, std::size_t{1}, std::size_t{8}, size / 2,
                                        size - 1, size + 1, 2 * size}) {
            check_stays_shut(rsa_recipient()
                                 .encrypt("RSA-OAEP", enc, kContent, {"", std::string(wrong, 'k')})
                                 .token(),
                             *rsa_recipient().key());
        }
        check_opens(rsa_recipient()
                        .encrypt("RSA-OAEP", enc, kContent, {"", std::string(size, 'k')})
                        .token(),
                    *rsa_recipient().key(), kContent);
        for (const std::size_t wrong : {size + 8, size + 16, 2 * size}) {
            for (const Recipient* recipient : {&ec_recipient(), &x25519_recipient()}) {
                check_stays_shut(
                    recipient
                        ->encrypt("ECDH-ES+A128KW", enc, kContent, {"", std::string(wrong, 'k')})
                        .token(),
                    *recipient->key());
            }
        }
    }
}

/* RFC 8017 section 7.1.2: as long as the modulus. */
void test_rsa_ciphertexts_have_one_length(void** /*state*/) {
    const Envelope sealed = rsa_recipient().encrypt("RSA-OAEP", "A256GCM", kContent);
    for (const std::size_t size : {1, 40, 255, 257, 512}) {
        Envelope changed = sealed;
        changed.encrypted_key.resize(size);
        check_stays_shut(changed.token(), *rsa_recipient().key());
    }
    // The number is the same without the zeros in front; some of 256 begin with one.
    Envelope short_one = sealed;
    for (int tries = 0; short_one.encrypted_key.front() != '\0'; ++tries) {
        assert_true(tries < 10000);
        short_one = rsa_recipient().encrypt("RSA-OAEP", "A256GCM", kContent);
    }
    check_opens(short_one.token(), *rsa_recipient().key(), kContent);
    short_one.encrypted_key.erase(0, 1);
    check_stays_shut(short_one.token(), *rsa_recipient().key());
    Envelope beyond = sealed;
    beyond.encrypted_key.assign(256, '\xff');  // no number below the modulus
    check_stays_shut(beyond.token(), *rsa_recipient().key());
    beyond.encrypted_key.assign(256, '\0');
    check_stays_shut(beyond.token(), *rsa_recipient().key());
}

/* OAEP with one hash is not OAEP with another, whatever the header says. */
void test_hashes_of_oaep_are_not_mixed(void** /*state*/) {
    for (const char* sealed_with : {"RSA-OAEP", "RSA-OAEP-256", "RSA-OAEP-384", "RSA1_5"}) {
        Envelope sealed = rsa_recipient().encrypt(sealed_with, "A128GCM", kContent);
        sealed.header =
            replaced(sealed.header, "\"" + std::string(sealed_with) + "\"", "\"RSA-OAEP-512\"");
        check_stays_shut(sealed.token(), *rsa_recipient().key());
    }
}

/* RFC 7748 section 6: points of small order lead to a secret that everybody knows. */
void test_points_of_small_order(void** /*state*/) {
    const Envelope sealed = x25519_recipient().encrypt("ECDH-ES", "A128GCM", kContent);
    std::string one(32, '\0');
    one[0] = 1;
    for (const std::string& x :
         {std::string(32, '\0'), one, "\xec" + std::string(30, '\xff') + "\x7f"}) {
        Envelope changed = sealed;
        const auto begin = changed.header.find("\"x\":\"") + 5;
        changed.header.replace(begin, 43, encode_base64url(x));
        check_stays_shut(changed.token(), *x25519_recipient().key());
    }
}

/* A key on one curve, "epk" on another of the same size. */
void test_epk_of_another_curve(void** /*state*/) {
    for (const Recipient* recipient : {&ec_recipient(), &x25519_recipient()}) {
        for (const char* alg : {"ECDH-ES", "ECDH-ES+A256KW"}) {
            const std::string token = recipient->encrypt(alg, "A128GCM", kContent).token();
            check_stays_shut(token, *Recipient::ec("P-521").key());
            check_stays_shut(token, recipient == &ec_recipient() ? *x25519_recipient().key()
                                                                 : *ec_recipient().key());
        }
    }
}

/* What a key is not for, it doesn't do, be the token ever so good. */
void test_a_key_that_does_not_fit_is_not_asked(void** /*state*/) {
    const std::string token = oct(32).encrypt("A256KW", "A128GCM", kContent).token();
    check_opens(token, *oct(32).key(R"(,"alg":"A256KW","use":"enc")"), kContent);
    for (const char* members : {R"(,"alg":"A256GCMKW")", R"(,"alg":"dir")", R"(,"use":"sig")",
                                R"(,"key_ops":["verify"])", R"(,"alg":"HS256")"}) {
        check_stays_shut(token, *oct(32).key(members));
    }
}

/* Two engines, one outcome. */
void test_engines_agree(void** /*state*/) {
    for (const Pairing& pairing : pairings()) {
        if (pairing.alg.find("KW") == std::string::npos || pairing.recipient.native() != nullptr ||
            pairing.alg.find("GCM") != std::string::npos) {
            continue;
        }
        const SecretBytes secret = to_secret(pairing.recipient.secret());
        const auto cjose = make_cjose_decrypter(secret);
        const auto openssl = make_openssl_decrypter(secret, nullptr);
        for (const std::string& enc : encryptions()) {
            Envelope sealed = pairing.recipient.encrypt(pairing.alg, enc, kContent);
            const std::string token = sealed.token();
            sealed.tag[0] = static_cast<char>(sealed.tag[0] ^ 1);
            const std::string bad = sealed.token();
            for (Decrypter* engine : {cjose.get(), openssl.get()}) {
                const auto content = engine->decrypt(parse_jwe(token).value());
                assert_true(content.has_value());
                check_text(as_text(*content), kContent);
                assert_false(engine->decrypt(parse_jwe(bad).value()).has_value());
                check_no_error_queued();
            }
        }
    }
}

void test_direct_engines_agree(void** /*state*/) {
    for (const std::string& enc : encryptions()) {
        const Recipient recipient = oct(content_key_size(enc));
        const SecretBytes secret = to_secret(recipient.secret());
        const std::string token = recipient.encrypt("dir", enc, kContent).token();
        const auto jwe = parse_jwe(token);
        check_good(jwe);
        for (const auto& engine : {make_cjose_decrypter, +[](const SecretBytes& bytes) {
                                       return make_openssl_decrypter(bytes, nullptr);
                                   }}) {
            const auto content = engine(secret)->decrypt(jwe.value());
            assert_true(content.has_value());
            check_text(as_text(*content), kContent);
        }
    }
}

void test_keys_of_pem_files(void** /*state*/) {
    const struct {
        const Recipient* recipient;
        const char* alg;
    } cases[] = {{&rsa_recipient(), "RSA-OAEP-256"},
                 {&ec_recipient(), "ECDH-ES"},
                 {&x25519_recipient(), "ECDH-ES+A256KW"}};
    for (const auto& each : cases) {
        bool is_private = false;
        const auto key = parse_pem(to_secret(each.recipient->private_pem()), "a", &is_private);
        check_good(key);
        assert_true(is_private);
        check_opens(each.recipient->encrypt(each.alg, "A256GCM", kContent).token(), *key.value(),
                    kContent);
    }
}

void test_compressed_content(void** /*state*/) {
    const Wishes zip{R"(,"zip":"DEF")"};
    const KeyPointer key = oct(32).key();
    for (const char* enc : {"A128CBC-HS256", "A256GCM"}) {
        check_opens(oct(32).encrypt("dir", enc, deflated(kContent), zip).token(), *key, kContent);
        check_stays_shut(oct(32).encrypt("dir", enc, kContent, zip).token(), *key);
        // Without "zip" what is compressed stays so.
        check_opens(oct(32).encrypt("dir", enc, deflated(kContent)).token(), *key,
                    deflated(kContent));
    }
    const std::string bomb = deflated(std::string(64 * 1024 + 1, 'a'));
    const std::string token = oct(32).encrypt("dir", "A256GCM", bomb, zip).token();
    check_denied(decrypt(parse_jwe(token).value(), *key), Code::kMalformedToken);
}

}  // namespace

int main() {
    const CMUnitTest tests[] = {
        cmocka_unit_test(test_every_algorithm_with_every_encryption),
        cmocka_unit_test(test_direct_encryption),
        cmocka_unit_test(test_content_of_any_length),
        cmocka_unit_test(test_party_infos_count),
        cmocka_unit_test(test_another_key_opens_nothing),
        cmocka_unit_test(test_not_a_bit_may_change),
        cmocka_unit_test(test_tags_cannot_be_cut),
        cmocka_unit_test(test_content_keys_have_one_length),
        cmocka_unit_test(test_rsa_ciphertexts_have_one_length),
        cmocka_unit_test(test_hashes_of_oaep_are_not_mixed),
        cmocka_unit_test(test_points_of_small_order),
        cmocka_unit_test(test_epk_of_another_curve),
        cmocka_unit_test(test_a_key_that_does_not_fit_is_not_asked),
        cmocka_unit_test(test_engines_agree),
        cmocka_unit_test(test_direct_engines_agree),
        cmocka_unit_test(test_keys_of_pem_files),
        cmocka_unit_test(test_compressed_content),
    };
    return cmocka_run_group_tests(tests, nullptr, nullptr);
}
