#include "shim/oauth2_rs.h"

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "base/strings.h"
#include "jose/json.h"
#include "shim/challenge.h"
#include "shim/guarded.h"
#include "shim/resolver.h"
#include "shim/text.h"
#include "token/bearer.h"
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
    std::string required_scope;     // of the location that judged last
    std::deque<std::string> texts;  // whatever was handed out
};

namespace {

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

  private:
    oauth2_rs_resolution_t* resolution_;
    const oauth2_rs_host_t* host_;
};

Verdict judge(oauth2_rs_resolution_t* resolution, const oauth2_rs_request_t& request) {
    if (request.require_https != 0 && request.tls == 0) {
        return Denial{Code::kHttpsRequired, "the request didn't come over TLS"};
    }
    const auto token = bearer_token(views(request.authorization, request.authorization_count));
    if (!token.ok()) {
        return token.error();
    }
    if (!resolution->resolution) {
        HostContext context(resolution, request.host);
        resolution->token = token.value();
        resolution->resolution = resolution->resolver->chain->resolve(token.value(), context);
    }
    if (!resolution->resolution->ok()) {
        return resolution->resolution->denial();
    }
    return Done{};
}

Verdict judge_scopes(oauth2_rs_resolution_t* resolution,
                     const std::vector<std::string_view>& values) {
    const auto required = required_scopes(values);
    if (!required.ok()) {
        return required.error();
    }
    if (!grants_all(resolution->resolution->value().scopes(), required.value())) {
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
    guarded(false, [&] {
        const Verdict verdict = work();
        resolution->granted = verdict.ok();
        if (!verdict.ok()) {
            resolution->denial = verdict.error();
        }
        return true;
    });
    return resolution->granted ? OAUTH2_RS_GRANTED : OAUTH2_RS_DENIED;
}

oauth2_rs_text_t keep(oauth2_rs_resolution_t* resolution, std::string rendered) {
    resolution->texts.push_back(std::move(rendered));
    return text(resolution->texts.back());
}

oauth2_rs_text_t render_text(oauth2_rs_resolution_t* resolution, std::string_view value) {
    return has_control_characters(value) ? keep(resolution, escape_control_characters(value))
                                         : text(value);
}

oauth2_rs_text_t render_claim(oauth2_rs_resolution_t* resolution, const json_t* claim) {
    const auto value = json_text(claim);
    return value ? render_text(resolution, *value) : keep(resolution, json_compact(claim));
}

oauth2_rs_text_t render_expiry(oauth2_rs_resolution_t* resolution, const json_t* claims) {
    const auto seconds = numeric_date_seconds(json_member(claims, "exp"));
    return seconds ? keep(resolution, std::to_string(*seconds)) : oauth2_rs_text_t{};
}

oauth2_rs_text_t render_value(oauth2_rs_resolution_t* resolution, oauth2_rs_value_t value) {
    const ResolvedToken& token = resolution->resolution->value();
    switch (value) {
        case OAUTH2_RS_VALUE_TOKEN:
            return text(resolution->token);
        case OAUTH2_RS_VALUE_CLAIMS:
            return keep(resolution, json_compact(token.claims()));
        case OAUTH2_RS_VALUE_SCOPE:
            return render_text(resolution, view(keep(resolution, join(token.scopes(), ' '))));
        case OAUTH2_RS_VALUE_EXPIRES_AT:
            return render_expiry(resolution, token.claims());
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
    if (!resolution->granted) {
        return {};
    }
    return guarded(oauth2_rs_text_t{}, [&] { return render_value(resolution, value); });
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
        return claim == nullptr ? oauth2_rs_text_t{} : render_claim(resolution, claim);
    });
}
