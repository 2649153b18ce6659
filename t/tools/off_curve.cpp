#include "off_curve.h"

#include <openssl/ec.h>
#include <openssl/objects.h>

#include "encode.h"
#include "failure.h"
#include "jwk_convert.h"

namespace oauth2_rs::mint {

namespace {

using Group = std::unique_ptr<EC_GROUP, FreeWith<EC_GROUP_free>>;
using Point = std::unique_ptr<EC_POINT, FreeWith<EC_POINT_free>>;
using NumberContext = std::unique_ptr<BN_CTX, FreeWith<BN_CTX_free>>;

void check(bool done) {
    if (!done) {
        throw crypto_failure("cannot make a point off the curve");
    }
}

Bignum number(const std::string &octets) {
    Bignum value(BN_bin2bn(reinterpret_cast<const unsigned char *>(octets.data()),
                           static_cast<int>(octets.size()), nullptr));
    check(value != nullptr);
    return value;
}

std::string octets_of(const BIGNUM *value, size_t octets) {
    std::string text(octets, '\0');
    check(BN_bn2binpad(value, reinterpret_cast<unsigned char *>(text.data()),
                       static_cast<int>(octets)) >= 0);
    return text;
}

/*
 * The curve with the same p and a on which the point is: b = y^2 - x^3 - ax. Formulas that add
 * points never look at b, so a reader who does not check computes on this one.
 */
Group curve_through(const BIGNUM *x, const BIGNUM *y, const Curve &curve, BN_CTX *context) {
    const Group real(EC_GROUP_new_by_curve_name(OBJ_txt2nid(curve.openssl_name)));
    const Bignum p(BN_new());
    const Bignum a(BN_new());
    const Bignum b(BN_new());
    const Bignum sum(BN_new());
    check(real && p && a && b && sum &&
          EC_GROUP_get_curve(real.get(), p.get(), a.get(), nullptr, context) == 1 &&
          BN_mod_sqr(sum.get(), x, p.get(), context) == 1 &&
          BN_mod_add(sum.get(), sum.get(), a.get(), p.get(), context) == 1 &&
          BN_mod_mul(sum.get(), sum.get(), x, p.get(), context) == 1 &&
          BN_mod_sqr(b.get(), y, p.get(), context) == 1 &&
          BN_mod_sub(b.get(), b.get(), sum.get(), p.get(), context) == 1);
    Group group(EC_GROUP_new_curve_GFp(p.get(), a.get(), b.get(), context));
    check(group != nullptr);
    return group;
}

}  // namespace

OffCurvePoint off_curve_point(const Key &key) {
    const Curve &curve = *key.curve;
    const Key fresh = generate_on_curve(curve);
    const NumberContext context(BN_CTX_new());
    const Bignum x = number(octets_member(fresh.jwk.get(), "x"));
    const Bignum y = number(octets_member(fresh.jwk.get(), "y"));
    const Bignum d = number(octets_member(key.jwk.get(), "d"));
    // Only y and p - y go with x.
    check(context && BN_add_word(y.get(), 1) == 1);
    const Group group = curve_through(x.get(), y.get(), curve, context.get());
    const Point point(EC_POINT_new(group.get()));
    const Point product(EC_POINT_new(group.get()));
    const Bignum shared(BN_new());
    check(point && product && shared &&
          EC_POINT_set_affine_coordinates(group.get(), point.get(), x.get(), y.get(),
                                          context.get()) == 1 &&
          EC_POINT_mul(group.get(), product.get(), nullptr, point.get(), d.get(), context.get()) ==
              1 &&
          EC_POINT_get_affine_coordinates(group.get(), product.get(), shared.get(), nullptr,
                                          context.get()) == 1);
    const Json jwk = public_half(fresh.jwk.get());
    set_text(jwk.get(), "y", base64url(octets_of(y.get(), curve.octets)));
    return {json_line(jwk.get()), octets_of(shared.get(), curve.octets)};
}

}  // namespace oauth2_rs::mint
