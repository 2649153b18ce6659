#include "bench.h"

#include <algorithm>
#include <cstdio>

#include "base/base64url.h"
#include "base/sha256.h"
#include "fuzz.h"
#include "shim/text.h"

namespace oauth2_rs::fuzz {

namespace {

/* Warnings are expected; an error would make the fuzzer look at nothing. */
void report(void* /*host*/, oauth2_rs_severity_t severity, oauth2_rs_text_t message) {
    if (severity == OAUTH2_RS_ERROR) {
        std::fprintf(stderr, "fuzz: %.*s\n", static_cast<int>(message.len), message.data);
    }
}

std::int64_t now(void* /*host*/) { return kNowMs; }

int certificate_of(void* host, oauth2_rs_certificate_t* certificate) {
    certificate->text = text(static_cast<const Host*>(host)->certificate);
    return 1;
}

/* No store here fetches its keys. */
oauth2_rs_fetch_state_t no_keys(void* /*host*/, const void* /*source*/, int /*miss*/) {
    return OAUTH2_RS_FETCH_NONE;
}

bool is_printable(std::string_view value) {
    return std::all_of(value.begin(), value.end(), [](char c) { return c >= 0x20 && c <= 0x7e; });
}

bool has_controls(std::string_view value) {
    return std::any_of(value.begin(), value.end(),
                       [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

/* Frees itself, as at the end of a request. */
class Request {
  public:
    explicit Request(const Bench& bench)
        : resolution_(oauth2_rs_resolution_create(bench.resolver())) {}
    ~Request() { oauth2_rs_resolution_destroy(resolution_); }
    Request(const Request&) = delete;
    Request& operator=(const Request&) = delete;

    oauth2_rs_resolution_t* get() const { return resolution_; }

    std::string_view value(oauth2_rs_value_t which) const {
        return view(oauth2_rs_value(resolution_, which));
    }

    std::string_view claim(const std::vector<std::string_view>& path) const {
        std::vector<oauth2_rs_text_t> names;
        for (const std::string_view name : path) {
            names.push_back(text(name));
        }
        return view(oauth2_rs_claim(resolution_, names.data(), names.size()));
    }

    /* Of every variable but the token, which is the client's own text. */
    std::vector<std::string_view> variables() const {
        std::vector<std::string_view> values{claim({"sub"}), claim({"aud"}), claim({"a", "b"}),
                                             claim({"cnf", "x5t#S256"})};
        for (int which = OAUTH2_RS_VALUE_CLAIMS; which < OAUTH2_RS_VALUE_COUNT; ++which) {
            values.push_back(value(static_cast<oauth2_rs_value_t>(which)));
        }
        return values;
    }

  private:
    oauth2_rs_resolution_t* resolution_;
};

std::vector<oauth2_rs_text_t> texts(const std::vector<std::string_view>& views) {
    std::vector<oauth2_rs_text_t> result;
    for (const std::string_view view : views) {
        result.push_back(text(view));
    }
    return result;
}

std::string_view verification_secret(Protection protection) {
    switch (protection) {
        case Protection::kSigned:
        case Protection::kSignedAndEncrypted:
            return "known";
        case Protection::kUnsigned:
            return "null";
        case Protection::kEncrypted:
        case Protection::kIntrospected:
            break;
    }
    return {};
}

std::string_view decryption_secret(Protection protection) {
    return protection == Protection::kEncrypted || protection == Protection::kSignedAndEncrypted
               ? "sealing"
               : "";
}

void require_no_claims(const Request& request) {
    for (const std::string_view value : request.variables()) {
        require(value.empty(), "a request that isn't granted has no claims");
    }
    require(request.value(OAUTH2_RS_VALUE_TOKEN).empty(),
            "a request that isn't granted has no token");
}

void check_denial(const Request& request, std::string_view realm) {
    const oauth2_rs_denial_t denial = oauth2_rs_denial(request.get());
    require(denial.status == 400 || denial.status == 401 || denial.status == 403 ||
                denial.status == 500 || denial.status == 503,
            "a denial has one of the documented statuses");
    require(view(denial.reason) != "internal_error", "nothing is unforeseen");
    const std::string_view challenge = view(oauth2_rs_challenge(request.get(), text(realm)));
    require(is_printable(challenge), "a challenge is one line of ASCII");
    require_no_claims(request);
}

Outcome granted_outcome(const Request& request, std::string_view header) {
    for (const std::string_view value : request.variables()) {
        require(!has_controls(value), "no claim brings a control character");
    }
    const std::string_view token = request.value(OAUTH2_RS_VALUE_TOKEN);
    require(!token.empty() && header.find(token) != std::string_view::npos,
            "the token is the one that came");
    Outcome outcome;
    outcome.granted = true;
    outcome.from_cache = view(oauth2_rs_cache_status(request.get())) == "HIT";
    outcome.claims = request.value(OAUTH2_RS_VALUE_CLAIMS);
    outcome.scope = request.value(OAUTH2_RS_VALUE_SCOPE);
    return outcome;
}

}  // namespace

Bench::Bench(const std::string& store_type, const std::vector<std::string>& store_parameters,
             const Rules& rules)
    : registry_(oauth2_rs_registry_create()) {
    const auto parameters = texts({store_parameters.begin(), store_parameters.end()});
    oauth2_rs_store_settings_t store{};
    store.type = text(store_type);
    store.parameters = parameters.data();
    store.parameter_count = parameters.size();
    const oauth2_rs_text_t audience = text(kAudience);
    oauth2_rs_settings_t settings{};
    settings.issuer = text(kIssuer);
    settings.verification_secret = text(verification_secret(rules.protection));
    settings.decryption_secret = text(decryption_secret(rules.protection));
    settings.skew_ms = rules.skew_ms;
    settings.profile = rules.profile;
    settings.audiences = &audience;
    settings.audience_count = rules.wants_audience ? 1 : 0;
    const bool introspects = rules.protection == Protection::kIntrospected;
    settings.kind = introspects ? OAUTH2_RS_INTROSPECTION : OAUTH2_RS_STATELESS;
    settings.introspection_endpoint = text(introspects ? "/introspect" : "");
    settings.server = text("the server");
    settings.stores = &store;
    settings.store_count = introspects || rules.protection == Protection::kUnsigned ? 0 : 1;
    settings.cache_zone = text(rules.caches ? "zone" : "");
    settings.cache_default_ms = 60'000;
    settings.base_directory = text("./");
    const oauth2_rs_reporter_t reporter{report, nullptr};
    resolver_ = oauth2_rs_registry_resolver(registry_, &settings, &reporter);
    require(resolver_ != nullptr, "the fuzzer's own configuration is good");
}

Bench::~Bench() { oauth2_rs_registry_destroy(registry_); }

Host::Host() {
    callbacks_.now_ms = now;
    callbacks_.client_certificate = certificate_of;
    callbacks_.fetched = fetched;
    callbacks_.start_fetch = start_fetch;
    callbacks_.await_keys = no_keys;
    callbacks_.cache_get = find;
    callbacks_.cache_put = keep;
    callbacks_.host = this;
}

oauth2_rs_fetch_state_t Host::fetched(void* host, oauth2_rs_fetch_key_t /*key*/,
                                      oauth2_rs_fetch_answer_t* answer) {
    const auto* const self = static_cast<const Host*>(host);
    if (self->form.empty()) {
        return OAUTH2_RS_FETCH_NONE;
    }
    *answer = {self->status, text(self->media_type), text(self->body)};
    return OAUTH2_RS_FETCH_ENDED;
}

int Host::start_fetch(void* host, oauth2_rs_fetch_key_t /*key*/,
                      const oauth2_rs_fetch_request_t* request) {
    auto* const self = static_cast<Host*>(host);
    require(self->form.empty() && request->form.len > 0, "one thing is asked, once a request");
    self->form = view(request->form);
    return 1;
}

int Host::find(void* host, const unsigned char* key, oauth2_rs_text_t* value) {
    const auto& cache = static_cast<const Host*>(host)->cache_;
    const auto found = cache.find({reinterpret_cast<const char*>(key), OAUTH2_RS_CACHE_KEY_LENGTH});
    if (found == cache.end()) {
        return 0;
    }
    *value = text(found->second);
    return 1;
}

void Host::keep(void* host, const unsigned char* key, oauth2_rs_text_t value,
                std::int64_t until_ms) {
    require(until_ms > kNowMs, "what has expired is not kept");
    static_cast<Host*>(host)
        ->cache_[{reinterpret_cast<const char*>(key), OAUTH2_RS_CACHE_KEY_LENGTH}] = view(value);
}

Outcome judge(const Bench& bench, const Host& host, const Exchange& exchange) {
    const auto authorization = texts(exchange.authorization);
    const auto scopes = texts(exchange.scopes);
    oauth2_rs_request_t request{};
    request.require_https = exchange.requires_https ? 1 : 0;
    request.tls = exchange.tls ? 1 : 0;
    request.confirmation = exchange.confirmation;
    request.authorization = authorization.data();
    request.authorization_count = authorization.size();
    request.host = host.callbacks();
    const Request judged(bench);
    oauth2_rs_outcome_t outcome = oauth2_rs_resolve(judged.get(), &request);
    if (outcome == OAUTH2_RS_PENDING) {
        require_no_claims(judged);
        outcome = oauth2_rs_resolve(judged.get(), &request);
        require(outcome != OAUTH2_RS_PENDING, "what has been fetched is judged");
    }
    const bool granted =
        outcome == OAUTH2_RS_GRANTED &&
        oauth2_rs_require_scopes(judged.get(), scopes.data(), scopes.size()) == OAUTH2_RS_GRANTED;
    oauth2_rs_client_thumbprint(judged.get(), host.callbacks());
    if (!granted) {
        check_denial(judged, exchange.realm);
        return {};
    }
    require(exchange.authorization.size() == 1, "a granted request has one Authorization header");
    return granted_outcome(judged, exchange.authorization.front());
}

std::string client_der() {
    std::string pem = shared_file("client.crt");
    std::string base64;
    for (std::string_view rest = pem; !rest.empty();) {
        const std::string_view line = take_line(&rest);
        base64 += line.find("-----") == std::string_view::npos ? line : std::string_view();
    }
    std::string der;
    require(decode_base64(base64, &der), "client.crt is one PEM block");
    return der;
}

std::string client_thumbprint() {
    const auto text = encode_base64url(Sha256().of(client_der()));
    return {text.begin(), text.end()};
}

}  // namespace oauth2_rs::fuzz
