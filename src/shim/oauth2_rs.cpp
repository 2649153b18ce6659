#include "shim/oauth2_rs.h"

#include <algorithm>
#include <array>
#include <forward_list>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/strings.h"
#include "jose/json.h"
#include "jose/thumbprint.h"
#include "shim/challenge.h"
#include "shim/guarded.h"
#include "shim/resolver.h"
#include "shim/text.h"
#include "token/bearer.h"
#include "token/confirmation_key_verifier_access_token_resolver.h"
#include "token/numeric_date.h"
#include "token/scope.h"

using namespace oauth2_rs;

struct oauth2_rs_resolution_s {
    const oauth2_rs_resolver_t* resolver = nullptr;
    std::optional<std::int64_t> now_ms;    // set at the first question, then frozen
    std::string_view token;                // a view of the request's header
    std::optional<Resolution> resolution;  // what the chain said; asked once
    bool granted = false;
    Denial denial;
    CacheStatus cache_status = CacheStatus::kUnused;
    std::string required_scope;            // of the location that judged last
    std::forward_list<std::string> texts;  // whatever was handed out
    std::array<std::optional<oauth2_rs_text_t>, OAUTH2_RS_VALUE_COUNT> values;  // in `texts`
    std::vector<std::pair<const json_t*, oauth2_rs_text_t>> claims;             // likewise
};

namespace {

std::optional<Thumbprint> copy_of(std::string_view text) {
    Thumbprint thumbprint{};
    text.copy(thumbprint.data(), thumbprint.size());
    return thumbprint;
}

FetchState state_of(oauth2_rs_fetch_state_t state) {
    switch (state) {
        case OAUTH2_RS_FETCH_PENDING:
            return FetchState::kPending;
        case OAUTH2_RS_FETCH_ENDED:
            return FetchState::kEnded;
        case OAUTH2_RS_FETCH_NONE:
            break;
    }
    return FetchState::kNone;
}

class HostContext final : public RequestContext {
  public:
    HostContext(oauth2_rs_resolution_t* resolution, const oauth2_rs_host_t* host)
        : resolution_(resolution), host_(host) {}

    std::int64_t now_ms() override {
        if (!resolution_->now_ms) {
            resolution_->now_ms = host_->now_ms(host_->host);
        }
        return *resolution_->now_ms;
    }

    Result<Thumbprint> client_thumbprint() override {
        oauth2_rs_certificate_t certificate{};
        if (host_->client_certificate(host_->host, &certificate) == 0) {
            return Denial{Code::kInternalError, "the client certificate can't be looked at"};
        }
        const std::string_view known = view(certificate.thumbprint);
        auto thumbprint =
            is_thumbprint(known) ? copy_of(known) : thumbprint_of_text(view(certificate.text));
        if (!thumbprint) {
            return Denial{Code::kCertificateMissing,
                          "the client presents no certificate that can be decoded"};
        }
        return *thumbprint;
    }

    FetchState fetched(const FetchKey& key, FetchAnswer* answer) override {
        oauth2_rs_fetch_answer_t got{};
        const FetchState state =
            state_of(host_->fetched(host_->host, {key.owner, key.number}, &got));
        if (state == FetchState::kEnded) {
            *answer = {got.status, view(got.media_type), view(got.body)};
        }
        return state;
    }

    bool start_fetch(const FetchKey& key, const FetchRequest& request) override {
        const oauth2_rs_fetch_request_t what{text(request.uri), text(request.form)};
        return host_->start_fetch(host_->host, {key.owner, key.number}, &what) == 1;
    }

    FetchState await_keys(const void* store, KeyDemand demand) override {
        return state_of(host_->await_keys(host_->host, store, demand == KeyDemand::kMiss ? 1 : 0));
    }

    std::optional<std::string_view> cache_get(const Digest& key) override {
        oauth2_rs_text_t value{};
        if (host_->cache_get(host_->host, key.data(), &value) == 0) {
            return std::nullopt;
        }
        return view(value);
    }

    void cache_put(const Digest& key, std::string_view bytes, std::int64_t until_ms) override {
        host_->cache_put(host_->host, key.data(), text(bytes), until_ms);
    }

    void note_cache(CacheStatus status) override { resolution_->cache_status = status; }

  private:
    oauth2_rs_resolution_t* resolution_;
    const oauth2_rs_host_t* host_;
};

/*
 * Asks the chain until it has judged: its word stands when another location judges by the same
 * chain. That it waits for an answer is no word.
 */
class RememberingAccessTokenResolver final : public AccessTokenResolver {
  public:
    explicit RememberingAccessTokenResolver(oauth2_rs_resolution_t* resolution)
        : resolution_(resolution) {}

    Resolution resolve(std::string_view token, RequestContext& request) const override {
        if (!resolution_->resolution) {
            resolution_->token = token;
            Resolution resolved = resolution_->resolver->chain->resolve(token, request);
            if (resolved.pending()) {
                return resolved;
            }
            resolution_->resolution = std::move(resolved);
        }
        return *resolution_->resolution;
    }

  private:
    oauth2_rs_resolution_t* resolution_;
};

ConfirmationMode mode_of(oauth2_rs_confirmation_t confirmation) {
    switch (confirmation) {
        case OAUTH2_RS_CONFIRMATION_ON:
            return ConfirmationMode::kOn;
        case OAUTH2_RS_CONFIRMATION_OFF:
            return ConfirmationMode::kOff;
        case OAUTH2_RS_CONFIRMATION_REQUIRED:
            break;
    }
    return ConfirmationMode::kRequired;
}

std::string_view first_authorization(const oauth2_rs_request_t& request) {
    return request.authorization_count == 0 ? std::string_view() : view(request.authorization[0]);
}

Step<Done> judge(oauth2_rs_resolution_t* resolution, const oauth2_rs_request_t& request) {
    if (request.require_https != 0 && request.tls == 0) {
        return Denial{Code::kHttpsRequired, "the request didn't come over TLS"};
    }
    const auto token = bearer_token(first_authorization(request), request.authorization_count);
    if (!token.ok()) {
        return token.error();
    }
    HostContext context(resolution, request.host);
    const RememberingAccessTokenResolver remembering(resolution);
    const ConfirmationKeyVerifierAccessTokenResolver confirm(remembering,
                                                             mode_of(request.confirmation));
    const Resolution resolved = confirm.resolve(token.value(), context);
    if (!resolved.ok()) {
        return resolved.as<Done>();
    }
    return Done{};
}

Step<Done> judge_scopes(oauth2_rs_resolution_t* resolution,
                        const std::vector<std::string_view>& values) {
    const auto required = required_scopes(values);
    if (!required.ok()) {
        return required.error();
    }
    if (!grants_all(resolution->resolution->value().facts().scope, required.value())) {
        resolution->required_scope = join(required.value(), ' ');
        return Denial{Code::kInsufficientScope, "the token lacks a required scope"};
    }
    return Done{};
}

/* Denied, with status 500, is what stands while `work` runs and where it throws. */
template <class Work>
oauth2_rs_outcome_t decide(oauth2_rs_resolution_t* resolution, Work&& work) {
    resolution->granted = false;
    resolution->denial = Denial{};
    return guarded(OAUTH2_RS_DENIED, [&] {
        const Step<Done> verdict = work();
        if (verdict.pending()) {
            return OAUTH2_RS_PENDING;
        }
        resolution->granted = verdict.ok();
        if (!verdict.ok()) {
            resolution->denial = verdict.denial();
        }
        return resolution->granted ? OAUTH2_RS_GRANTED : OAUTH2_RS_DENIED;
    });
}

oauth2_rs_text_t keep(oauth2_rs_resolution_t* resolution, std::string rendered) {
    resolution->texts.push_front(std::move(rendered));
    return text(resolution->texts.front());
}

oauth2_rs_text_t render_text(oauth2_rs_resolution_t* resolution, std::string_view value) {
    return has_control_characters(value) ? keep(resolution, escape_control_characters(value))
                                         : text(value);
}

oauth2_rs_text_t render_claim(oauth2_rs_resolution_t* resolution, const json_t* claim) {
    const auto value = json_text(claim);
    return value ? render_text(resolution, *value) : keep(resolution, json_compact(claim));
}

/* Rendered once a request, however often a variable is evaluated. */
oauth2_rs_text_t rendered_claim(oauth2_rs_resolution_t* resolution, const json_t* claim) {
    for (const auto& [known, text] : resolution->claims) {
        if (known == claim) {
            return text;
        }
    }
    resolution->claims.emplace_back(claim, render_claim(resolution, claim));
    return resolution->claims.back().second;
}

oauth2_rs_text_t render_expiry(oauth2_rs_resolution_t* resolution, const json_t* claims) {
    const auto seconds = numeric_date_seconds(json_member(claims, "exp"));
    return seconds ? keep(resolution, std::to_string(*seconds)) : oauth2_rs_text_t{};
}

oauth2_rs_text_t render_confirmation(oauth2_rs_resolution_t* resolution, const json_t* claims) {
    const std::vector<std::string_view> methods = json_names(json_member(claims, "cnf"));
    return render_text(resolution, view(keep(resolution, join(methods, ' '))));
}

oauth2_rs_text_t render_value(oauth2_rs_resolution_t* resolution, oauth2_rs_value_t value) {
    const ResolvedToken& token = resolution->resolution->value();
    switch (value) {
        case OAUTH2_RS_VALUE_TOKEN:
            return text(resolution->token);
        case OAUTH2_RS_VALUE_CLAIMS:
            return keep(resolution, json_compact(token.claims()));
        case OAUTH2_RS_VALUE_SCOPE:
            return render_text(resolution, token.facts().scope);
        case OAUTH2_RS_VALUE_EXPIRES_AT:
            return render_expiry(resolution, token.claims());
        case OAUTH2_RS_VALUE_CONFIRMATION:
            return render_confirmation(resolution, token.claims());
        case OAUTH2_RS_VALUE_COUNT:
            break;
    }
    return {};
}

}  // namespace

oauth2_rs_resolution_t* oauth2_rs_resolution_create(const oauth2_rs_resolver_t* resolver) {
    return guarded<oauth2_rs_resolution_t*>(nullptr, [resolver] {
        auto resolution = std::make_unique<oauth2_rs_resolution_t>();
        resolution->resolver = resolver;
        return resolution.release();
    });
}

void oauth2_rs_resolution_destroy(oauth2_rs_resolution_t* resolution) { delete resolution; }

oauth2_rs_outcome_t oauth2_rs_resolve(oauth2_rs_resolution_t* resolution,
                                      const oauth2_rs_request_t* request) {
    return decide(resolution, [&] { return judge(resolution, *request); });
}

oauth2_rs_outcome_t oauth2_rs_require_scopes(oauth2_rs_resolution_t* resolution,
                                             const oauth2_rs_text_t* values, size_t count) {
    if (!resolution->granted) {
        return OAUTH2_RS_DENIED;
    }
    return decide(resolution, [&] { return judge_scopes(resolution, views(values, count)); });
}

oauth2_rs_denial_t oauth2_rs_denial(const oauth2_rs_resolution_t* resolution) {
    const Denial& denial = resolution->denial;
    const Answer answer = answer_to(denial.code);
    return {answer.status, text(answer.error), text(reason_word(denial.code)), text(denial.why)};
}

oauth2_rs_text_t oauth2_rs_challenge(oauth2_rs_resolution_t* resolution, oauth2_rs_text_t realm) {
    oauth2_rs_text_t challenge{};
    const bool ran = guarded(false, [&] {
        challenge = keep(resolution, challenge_for(resolution->denial.code, view(realm),
                                                   resolution->required_scope));
        return true;
    });
    if (!ran) {
        resolution->denial = Denial{};
    }
    return challenge;
}

oauth2_rs_text_t oauth2_rs_value(oauth2_rs_resolution_t* resolution, oauth2_rs_value_t value) {
    if (!resolution->granted || value >= OAUTH2_RS_VALUE_COUNT) {
        return {};
    }
    return guarded(oauth2_rs_text_t{}, [&] {
        auto& rendered = resolution->values[value];
        if (!rendered) {
            rendered = render_value(resolution, value);
        }
        return *rendered;
    });
}

oauth2_rs_text_t oauth2_rs_claim(oauth2_rs_resolution_t* resolution, const oauth2_rs_text_t* path,
                                 size_t path_length) {
    if (!resolution->granted) {
        return {};
    }
    return guarded(oauth2_rs_text_t{}, [&] {
        const json_t* claim = resolution->resolution->value().claims();
        for (size_t index = 0; index < path_length; ++index) {
            claim = json_member(claim, view(path[index]));
        }
        return claim == nullptr ? oauth2_rs_text_t{} : rendered_claim(resolution, claim);
    });
}

int oauth2_rs_thumbprint(const struct x509_st* certificate,
                         char thumbprint[OAUTH2_RS_THUMBPRINT_LENGTH]) {
    return guarded(0, [&] {
        const auto made = thumbprint_of(certificate);
        if (made) {
            std::copy(made->begin(), made->end(), thumbprint);
        }
        return made ? 1 : 0;
    });
}

oauth2_rs_text_t oauth2_rs_client_thumbprint(oauth2_rs_resolution_t* resolution,
                                             const oauth2_rs_host_t* host) {
    return guarded(oauth2_rs_text_t{}, [&] {
        const auto presented = HostContext(resolution, host).client_thumbprint();
        return presented.ok()
                   ? keep(resolution, {presented.value().begin(), presented.value().end()})
                   : oauth2_rs_text_t{};
    });
}

oauth2_rs_text_t oauth2_rs_cache_status(const oauth2_rs_resolution_t* resolution) {
    switch (resolution->cache_status) {
        case CacheStatus::kHit:
            return text("HIT");
        case CacheStatus::kMiss:
            return text("MISS");
        case CacheStatus::kUnused:
            break;
    }
    return {};
}
