#include "claims_oracle.h"

#include <jansson.h>
#include <strings.h>

#include <cmath>
#include <cstring>
#include <memory>

#include "bench.h"

namespace oauth2_rs::fuzz {

namespace {

struct Releaser {
    void operator()(json_t* value) const { json_decref(value); }
};
using Json = std::unique_ptr<json_t, Releaser>;

Json parsed(std::string_view text) {
    Json value(json_loadb(text.data(), text.size(), JSON_REJECT_DUPLICATES, nullptr));
    return json_is_object(value.get()) ? std::move(value) : nullptr;
}

bool is_text(const json_t* value, std::string_view expected) {
    return json_is_string(value) &&
           std::string_view(json_string_value(value), json_string_length(value)) == expected;
}

/* In any case; a text with NUL in it cannot have been parsed. */
bool is_text_in_any_case(const json_t* value, const char* expected) {
    return json_is_string(value) && strcasecmp(json_string_value(value), expected) == 0;
}

bool holds_texts_alone(const json_t* array) {
    std::size_t index = 0;
    const json_t* item = nullptr;
    json_array_foreach(array, index, item) {
        if (!json_is_string(item)) {
            return false;
        }
    }
    return true;
}

bool holds(const json_t* array, std::string_view expected) {
    std::size_t index = 0;
    const json_t* item = nullptr;
    json_array_foreach(array, index, item) {
        if (is_text(item, expected)) {
            return true;
        }
    }
    return false;
}

bool good_header(const json_t* header, const Demands& demands) {
    const json_t* kid = json_object_get(header, "kid");
    const json_t* zip = json_object_get(header, "zip");
    if (json_object_get(header, "crit") != nullptr || (kid != nullptr && !json_is_string(kid))) {
        return false;
    }
    if (!demands.encrypted) {
        return (zip == nullptr || is_text(zip, "NONE")) &&
               is_text(json_object_get(header, "alg"), "HS256");
    }
    return (demands.compressed ? is_text(zip, "DEF") : zip == nullptr) &&
           is_text(json_object_get(header, "alg"), "dir") &&
           is_text(json_object_get(header, "enc"), "A128GCM");
}

/* Milliseconds, whole ones, as the claim's seconds are; beyond what int64 holds too. */
long double milliseconds(const json_t* number) {
    return json_is_integer(number)
               ? static_cast<long double>(json_integer_value(number)) * 1000
               : static_cast<long double>(std::floor(json_real_value(number) * 1000.0));
}

bool good_times(const json_t* claims, std::int64_t skew_ms) {
    const json_t* expires = json_object_get(claims, "exp");
    if (!json_is_number(expires) || milliseconds(expires) + skew_ms < kNowMs) {
        return false;
    }
    for (const char* name : {"iat", "nbf"}) {
        const json_t* begins = json_object_get(claims, name);
        if (begins != nullptr &&
            (!json_is_number(begins) || milliseconds(begins) - skew_ms > kNowMs)) {
            return false;
        }
    }
    return true;
}

bool is_audience(const json_t* audience) {
    return json_is_string(audience) || (json_is_array(audience) && holds_texts_alone(audience));
}

bool good_audience(const json_t* audience, bool wanted) {
    return !wanted ||
           (is_audience(audience) && (is_text(audience, kAudience) || holds(audience, kAudience)));
}

bool is_access_token_typ(const json_t* typ) {
    return is_text_in_any_case(typ, "at+jwt") || is_text_in_any_case(typ, "application/at+jwt");
}

bool fits_any(const json_t* typ, const json_t* claims) {
    for (const char* foreign : {"at_hash", "c_hash", "s_hash", "events"}) {
        if (json_object_get(claims, foreign) != nullptr) {
            return false;
        }
    }
    const json_t* name = json_object_get(claims, "tokenName");
    return (name == nullptr || is_text(name, "access_token")) &&
           (typ == nullptr || is_text_in_any_case(typ, "JWT") || is_access_token_typ(typ));
}

bool fits_rfc9068(const json_t* typ, const json_t* claims) {
    for (const char* name : {"sub", "client_id", "jti"}) {
        if (!json_is_string(json_object_get(claims, name))) {
            return false;
        }
    }
    return is_access_token_typ(typ) && is_audience(json_object_get(claims, "aud")) &&
           json_object_get(claims, "iat") != nullptr;
}

bool fits(oauth2_rs_profile_t profile, const json_t* typ, const json_t* claims) {
    switch (profile) {
        case OAUTH2_RS_PROFILE_ANY:
            return fits_any(typ, claims);
        case OAUTH2_RS_PROFILE_AM:
            return is_text(json_object_get(claims, "tokenName"), "access_token");
        case OAUTH2_RS_PROFILE_RFC9068:
            return fits_rfc9068(typ, claims);
    }
    return false;
}

bool good_confirmation(const json_t* confirmation, const Demands& demands) {
    if (demands.confirmation == OAUTH2_RS_CONFIRMATION_OFF) {
        return true;
    }
    if (confirmation == nullptr) {
        return demands.confirmation == OAUTH2_RS_CONFIRMATION_ON;
    }
    return json_object_size(confirmation) == 1 && !demands.presented_thumbprint.empty() &&
           is_text(json_object_get(confirmation, "x5t#S256"), demands.presented_thumbprint);
}

bool good_scope_array(const json_t* scope, const std::string& wanted) {
    std::size_t index = 0;
    const json_t* item = nullptr;
    json_array_foreach(scope, index, item) {
        if (!json_is_string(item) || std::strchr(json_string_value(item), ' ') != nullptr) {
            return false;
        }
    }
    return wanted.empty() || holds(scope, wanted);
}

bool good_scope(const json_t* claims, const std::string& wanted) {
    const json_t* scope = json_object_get(claims, "scope");
    scope = scope == nullptr ? json_object_get(claims, "scp") : scope;
    if (scope == nullptr) {
        return wanted.empty();
    }
    if (json_is_array(scope)) {
        return good_scope_array(scope, wanted);
    }
    if (!json_is_string(scope)) {
        return false;
    }
    const std::string words = " " + std::string(json_string_value(scope)) + " ";
    return wanted.empty() || words.find(" " + wanted + " ") != std::string::npos;
}

/* Of an introspected token, which need not have an expiry. */
bool good_times_if_any(const json_t* claims, std::int64_t skew_ms) {
    if (json_object_get(claims, "exp") != nullptr) {
        return good_times(claims, skew_ms);
    }
    const Json completed(json_copy(const_cast<json_t*>(claims)));
    json_object_set_new(completed.get(), "exp", json_integer(kNowMs));
    return good_times(completed.get(), skew_ms);
}

}  // namespace

Demands demands_of(std::string_view words) {
    static const std::string kThumbprint = client_thumbprint();
    Demands demands;
    demands.profile = has(words, "rfc9068") ? OAUTH2_RS_PROFILE_RFC9068
                      : has(words, "am")    ? OAUTH2_RS_PROFILE_AM
                                            : OAUTH2_RS_PROFILE_ANY;
    demands.confirmation = has(words, "bound")     ? OAUTH2_RS_CONFIRMATION_REQUIRED
                           : has(words, "unbound") ? OAUTH2_RS_CONFIRMATION_OFF
                                                   : OAUTH2_RS_CONFIRMATION_ON;
    demands.wants_audience = has(words, "audience");
    demands.skew_ms = has(words, "skew") ? 60'000 : 0;
    demands.scope = has(words, "scope") ? "read" : "";
    demands.presented_thumbprint = has(words, "certificate") ? kThumbprint : "";
    demands.encrypted = has(words, "encrypted");
    demands.compressed = demands.encrypted && has(words, "deflated");
    return demands;
}

bool is_to_be_granted(std::string_view answer, const Demands& demands) {
    const Json claims = parsed(answer);
    if (!claims || !json_is_true(json_object_get(claims.get(), "active"))) {
        return false;
    }
    const json_t* type = json_object_get(claims.get(), "token_type");
    const json_t* issuer = json_object_get(claims.get(), "iss");
    return (type == nullptr || is_text_in_any_case(type, "Bearer")) &&
           (issuer == nullptr || is_text(issuer, kIssuer)) &&
           good_times_if_any(claims.get(), demands.skew_ms) &&
           good_audience(json_object_get(claims.get(), "aud"), demands.wants_audience) &&
           good_confirmation(json_object_get(claims.get(), "cnf"), demands) &&
           good_scope(claims.get(), demands.scope);
}

bool is_to_be_granted(std::string_view header, std::string_view claims, const Demands& demands) {
    const Json head = parsed(header);
    const Json body = parsed(claims);
    return head && body && good_header(head.get(), demands) &&
           is_text(json_object_get(body.get(), "iss"), kIssuer) &&
           good_times(body.get(), demands.skew_ms) &&
           good_audience(json_object_get(body.get(), "aud"), demands.wants_audience) &&
           fits(demands.profile, json_object_get(head.get(), "typ"), body.get()) &&
           good_confirmation(json_object_get(body.get(), "cnf"), demands) &&
           good_scope(body.get(), demands.scope);
}

}  // namespace oauth2_rs::fuzz
