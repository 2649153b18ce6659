#include "jose/key_strength.h"

#include <openssl/asn1.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/rsa.h>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "base/base64url.h"
#include "base/handles.h"
#include "base/strings.h"
#include "jose/json.h"

namespace oauth2_rs {

namespace {

constexpr int kLeastRsaBits = 2048;
constexpr int kMostRsaBits = 16384;
constexpr std::size_t kLeastSecretBytes = 32;

/* The generator and the small primes of the published fingerprint of CVE-2017-15361. */
constexpr unsigned kRocaGenerator = 65537;
constexpr std::array<unsigned, 38> kRocaPrimes{
    3,  5,  7,  11, 13, 17,  19,  23,  29,  31,  37,  41,  43,  47,  53,  59,  61,  67,  71,
    73, 79, 83, 89, 97, 101, 103, 107, 109, 113, 127, 131, 137, 139, 149, 151, 157, 163, 167};

bool is_power_of_generator(unsigned residue, unsigned prime) {
    unsigned power = 1;
    for (unsigned step = 1; step < prime; ++step) {
        if (power == residue) {
            return true;
        }
        power = power * (kRocaGenerator % prime) % prime;
    }
    return false;
}

bool has_roca_fingerprint(const BIGNUM* modulus) {
    return std::all_of(kRocaPrimes.begin(), kRocaPrimes.end(), [modulus](unsigned prime) {
        return is_power_of_generator(static_cast<unsigned>(BN_mod_word(modulus, prime)), prime);
    });
}

BignumHandle parameter(const evp_pkey_st* key, const char* name) {
    BIGNUM* number = nullptr;
    return BignumHandle(EVP_PKEY_get_bn_param(key, name, &number) == 1 ? number : nullptr);
}

/* OpenSSL's own bounds, which it looks at where a signature is there, and no earlier. */
bool is_exponent_in_bounds(const BIGNUM* exponent, const BIGNUM* modulus) {
    return BN_ucmp(exponent, modulus) < 0 &&
           (BN_num_bits(modulus) <= OPENSSL_RSA_SMALL_MODULUS_BITS ||
            BN_num_bits(exponent) <= OPENSSL_RSA_MAX_PUBEXP_BITS);
}

/* 2^255 - 19, or 2^448 - 2^224 - 1 (RFC 8032 sections 5.1 and 5.2). */
bool make_edwards_prime(bool is_ed25519, BIGNUM* prime) {
    return is_ed25519 ? BN_set_bit(prime, 255) == 1 && BN_sub_word(prime, 19) == 1
                      : BN_set_word(prime, 1) == 1 && BN_lshift(prime, prime, 224) == 1 &&
                            BN_sub_word(prime, 1) == 1 && BN_lshift(prime, prime, 224) == 1 &&
                            BN_sub_word(prime, 1) == 1;
}

/*
 * Twice such a point has y = 0: 121665 y^4 - 243332 y^2 + 121666 = 0, by the curve's equation and
 * its law of addition (RFC 8032 section 5.1.4). Where that can't be told it has.
 */
bool has_order_8(const BIGNUM* y, const BIGNUM* prime, BN_CTX* context) {
    const BignumHandle square(BN_new());
    const BignumHandle sum(BN_new());
    const bool computed =
        square && sum && BN_mod_sqr(square.get(), y, prime, context) == 1 &&
        BN_copy(sum.get(), square.get()) != nullptr && BN_mul_word(sum.get(), 121665) == 1 &&
        BN_sub_word(sum.get(), 243332) == 1 &&
        BN_mod_mul(sum.get(), sum.get(), square.get(), prime, context) == 1 &&
        BN_add_word(sum.get(), 121666) == 1 && BN_nnmod(sum.get(), sum.get(), prime, context) == 1;
    return !computed || BN_is_zero(sum.get());
}

/*
 * By its y: of order 1 (y = 1), 2 (y = -1), 4 (y = 0), or, where there are such points, 8. Where
 * that can't be told it has.
 */
bool has_low_order(const BignumHandle& y, bool is_ed25519) {
    const Handle<BN_CTX, BN_CTX_free> context(BN_CTX_new());
    const BignumHandle prime(BN_new());
    const BignumHandle successor(BN_new());
    // A number from the prime on is another way to write a small one.
    if (!context || !prime || !successor || !y || !make_edwards_prime(is_ed25519, prime.get()) ||
        BN_nnmod(y.get(), y.get(), prime.get(), context.get()) != 1 ||
        BN_add(successor.get(), y.get(), BN_value_one()) != 1) {
        return true;
    }
    return BN_is_zero(y.get()) || BN_is_one(y.get()) ||
           BN_ucmp(successor.get(), prime.get()) == 0 ||
           (is_ed25519 && has_order_8(y.get(), prime.get(), context.get()));
}

bool is_jwk_text(std::string_view text) {
    const JsonHandle object = parse_json_object(text);
    return json_member(object.get(), "kty") != nullptr ||
           json_member(object.get(), "keys") != nullptr;
}

/* Takes one value of DER off the front and gives its content; false where there is none. */
bool take_der(std::string_view* der, int expected_tag, std::string_view* content) {
    const auto* at = reinterpret_cast<const unsigned char*>(der->data());
    long length = 0;
    int tag = 0;
    int tag_class = 0;
    const int found =
        ASN1_get_object(&at, &length, &tag, &tag_class, static_cast<long>(der->size()));
    constexpr int kNotPlain = 0x80 | 0x01;  // an error, or a length that is left open
    if ((found & kNotPlain) != 0 || tag != expected_tag || tag_class != V_ASN1_UNIVERSAL) {
        return false;
    }
    *content = {reinterpret_cast<const char*>(at), static_cast<std::size_t>(length)};
    der->remove_prefix(static_cast<std::size_t>(content->data() - der->data()) + content->size());
    return true;
}

/*
 * SubjectPublicKeyInfo, a certificate, a key of PKCS#1 or PKCS#8: a SEQUENCE that begins with
 * another or with an INTEGER, and goes on. Not left to OpenSSL's decoders, which say that
 * it is no key where memory is short, too; and hardly any secret looks like that.
 */
bool is_encoded_key(std::string_view der) {
    std::string_view content;
    std::string_view first;
    const bool one = take_der(&der, V_ASN1_SEQUENCE, &content);
    std::string_view rest = content;
    const bool nested = one && (take_der(&rest, V_ASN1_SEQUENCE, &first) ||
                                take_der(&rest, V_ASN1_INTEGER, &first));
    ERR_clear_error();
    return nested && !rest.empty();
}

/* The same in base64, as some issuers show their keys: PEM without its first and last line. */
bool is_key_in_base64(std::string_view text) {
    SecretBytes joined;
    for (const char c : text) {
        if (c != '\n' && c != '\r' && c != ' ') {
            joined.push_back(static_cast<unsigned char>(c));
        }
    }
    SecretBytes der;
    return decode_base64(as_text(joined), &der) && is_encoded_key(as_text(der));
}

bool is_ssh_key(std::string_view text) {
    return starts_with(text, "ssh-") || starts_with(text, "ecdsa-sha2-");
}

const char* weakness_of_rsa_numbers(const evp_pkey_st* key) {
    const BignumHandle modulus = parameter(key, OSSL_PKEY_PARAM_RSA_N);
    const BignumHandle exponent = parameter(key, OSSL_PKEY_PARAM_RSA_E);
    // OpenSSL notes a key's size as it makes it, and goes on without where memory is short just
    // then.
    if (!modulus || !exponent || EVP_PKEY_get_size(key) <= 0) {
        return "its RSA numbers can't be read";
    }
    if (BN_num_bits(modulus.get()) < kLeastRsaBits) {
        return "its RSA modulus is shorter than 2048 bits";
    }
    if (BN_num_bits(modulus.get()) > kMostRsaBits) {
        return "its RSA modulus is longer than 16384 bits";
    }
    if (!BN_is_odd(modulus.get())) {
        return "its RSA modulus is even";
    }
    if (!BN_is_odd(exponent.get()) || BN_is_one(exponent.get())) {
        return "its RSA exponent is 1 or even";
    }
    if (!is_exponent_in_bounds(exponent.get(), modulus.get())) {
        return "its RSA exponent is too long: OpenSSL verifies nothing with it";
    }
    return has_roca_fingerprint(modulus.get()) ? "its RSA modulus can be factored (CVE-2017-15361)"
                                               : nullptr;
}

}  // namespace

const char* rsa_key_weakness(const evp_pkey_st* key) {
    const char* weakness = weakness_of_rsa_numbers(key);
    // Newer versions of OpenSSL complain of what they then do all the same.
    ERR_clear_error();
    return weakness;
}

const char* edwards_key_weakness(const evp_pkey_st* key) {
    std::array<unsigned char, 57> encoded;
    std::size_t size = encoded.size();
    if (EVP_PKEY_get_raw_public_key(key, encoded.data(), &size) != 1) {
        ERR_clear_error();
        return "its point can't be read";
    }
    encoded[size - 1] &= 0x7f;  // the sign of x
    const BignumHandle y(BN_lebin2bn(encoded.data(), static_cast<int>(size), nullptr));
    const bool low = has_low_order(y, EVP_PKEY_is_a(key, "ED25519") == 1);
    ERR_clear_error();
    return low ? "its point is of a low order, so that anyone can sign for it" : nullptr;
}

const char* symmetric_key_weakness(const SecretBytes& secret) {
    if (secret.size() < kLeastSecretBytes) {
        return "it is shorter than the 32 bytes that HS256 wants";
    }
    return secret_content_weakness(secret);
}

const char* secret_content_weakness(const SecretBytes& secret) {
    const std::string_view text = as_text(secret);
    if (text.find("-----BEGIN ") != std::string_view::npos || is_jwk_text(text) ||
        is_encoded_key(text) || is_key_in_base64(text) || is_ssh_key(text)) {
        return "it is the encoding of a key or a certificate, no secret";
    }
    return nullptr;
}

}  // namespace oauth2_rs
