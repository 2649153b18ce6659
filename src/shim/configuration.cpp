#include <memory>
#include <string>
#include <utility>

#include "base/duration.h"
#include "base/strings.h"
#include "jose/algorithm.h"
#include "secret/jwks_uri_secret_store.h"
#include "shim/guarded.h"
#include "shim/registry.h"
#include "shim/text.h"
#include "token/scope.h"

using namespace oauth2_rs;

namespace {

void report(const oauth2_rs_reporter_t* reporter, oauth2_rs_severity_t severity,
            std::string_view message) {
    reporter->report(reporter->host, severity, text(message));
}

StoreSettings store_settings(const oauth2_rs_store_settings_t& store, std::string_view server,
                             std::string_view base_directory) {
    StoreSettings settings{view(store.type), views(store.parameters, store.parameter_count),
                           base_directory};
    if (settings.type == "jwks" && JwksUriSecretStore::is_meant(settings)) {
        settings.server = server;
    }
    return settings;
}

TokenProfile profile_of(oauth2_rs_profile_t profile) {
    switch (profile) {
        case OAUTH2_RS_PROFILE_ANY:
            return TokenProfile::kAny;
        case OAUTH2_RS_PROFILE_AM:
            return TokenProfile::kAm;
        case OAUTH2_RS_PROFILE_RFC9068:
            break;
    }
    return TokenProfile::kRfc9068;
}

ChainSettings chain_settings(const oauth2_rs_settings_t& settings) {
    ChainSettings chain;
    chain.kind = settings.kind == OAUTH2_RS_INTROSPECTION ? ResolverKind::kIntrospection
                                                          : ResolverKind::kStateless;
    chain.introspection_endpoint = view(settings.introspection_endpoint);
    chain.server = view(settings.server);
    chain.issuer = view(settings.issuer);
    chain.verification_secret = view(settings.verification_secret);
    chain.decryption_secret = view(settings.decryption_secret);
    chain.policy.skew_ms = settings.skew_ms;
    chain.policy.profile = profile_of(settings.profile);
    for (const std::string_view audience : views(settings.audiences, settings.audience_count)) {
        chain.policy.audiences.emplace_back(audience);
    }
    chain.algorithms = views(settings.algorithms, settings.algorithm_count);
    for (std::size_t index = 0; index < settings.store_count; ++index) {
        chain.stores.push_back(store_settings(settings.stores[index], view(settings.server),
                                              view(settings.base_directory)));
    }
    chain.cache_zone = view(settings.cache_zone);
    if (!chain.cache_zone.empty()) {
        chain.cache_times.default_ms = settings.cache_default_ms;
        if (settings.cache_most_ms > 0) {
            chain.cache_times.most_ms = settings.cache_most_ms;
        } else if (chain.kind == ResolverKind::kIntrospection) {
            // Who asks the issuer wants to hear of a revocation.
            chain.cache_times.most_ms = settings.cache_default_ms;
        }
    }
    chain.confirmation_required = settings.confirmation_required != 0;
    return chain;
}

const oauth2_rs_resolver_t* shared_resolver(oauth2_rs_registry_t* registry,
                                            const ChainSettings& settings,
                                            const oauth2_rs_reporter_t* reporter) {
    const auto demand = check_confirmation(settings);
    if (!demand.ok()) {
        report(reporter, OAUTH2_RS_ERROR, demand.error().message);
        return nullptr;
    }
    std::string fingerprint = fingerprint_of(settings);
    const auto found = registry->resolvers.find(fingerprint);
    if (found != registry->resolvers.end()) {
        return found->second.get();
    }
    Warnings warnings;
    auto chain = build_chain(settings, &registry->stores, &warnings);
    for (const std::string& warning : warnings) {
        report(reporter, OAUTH2_RS_WARN, warning);
    }
    if (!chain.ok()) {
        report(reporter, OAUTH2_RS_ERROR, chain.error().message);
        return nullptr;
    }
    auto resolver = std::make_unique<oauth2_rs_resolver_t>();
    resolver->chain = std::move(chain.value());
    return registry->resolvers.emplace(std::move(fingerprint), std::move(resolver))
        .first->second.get();
}

/* Runs a check that gives an error message, or nothing; 1 when the value is good. */
template <class Check>
int checked(const oauth2_rs_reporter_t* reporter, Check&& check) {
    const int good = guarded(-1, [&] {
        const std::string message = check();
        if (!message.empty()) {
            report(reporter, OAUTH2_RS_ERROR, message);
        }
        return message.empty() ? 1 : 0;
    });
    if (good < 0) {
        report(reporter, OAUTH2_RS_ERROR, "oauth2: memory is short");
    }
    return good == 1 ? 1 : 0;
}

}  // namespace

oauth2_rs_registry_t* oauth2_rs_registry_create(void) {
    return guarded<oauth2_rs_registry_t*>(nullptr, [] { return new oauth2_rs_registry_t; });
}

void oauth2_rs_registry_destroy(oauth2_rs_registry_t* registry) { delete registry; }

const oauth2_rs_resolver_t* oauth2_rs_registry_resolver(oauth2_rs_registry_t* registry,
                                                        const oauth2_rs_settings_t* settings,
                                                        const oauth2_rs_reporter_t* reporter) {
    const oauth2_rs_resolver_t* resolver = nullptr;
    const bool ran = guarded(false, [&] {
        resolver = shared_resolver(registry, chain_settings(*settings), reporter);
        return true;
    });
    if (!ran) {
        report(reporter, OAUTH2_RS_ERROR, "oauth2_resolver: memory is short");
    }
    return resolver;
}

int oauth2_rs_check_secret_id(oauth2_rs_text_t directive, oauth2_rs_text_t id,
                              const oauth2_rs_reporter_t* reporter) {
    return checked(reporter, [&]() -> std::string {
        if (is_secret_id(view(id))) {
            return {};
        }
        return std::string(view(directive)) + ": invalid secret id " + shown(view(id)) +
               "; an id is letters and digits, in segments joined by \".\", \"_\" or \"-\"";
    });
}

int oauth2_rs_check_algorithm(oauth2_rs_text_t name, const oauth2_rs_reporter_t* reporter) {
    return checked(reporter, [&]() -> std::string {
        if (find_algorithm(AlgorithmKind::kSignature, view(name)) != nullptr) {
            return {};
        }
        return "oauth2_algorithms: unknown algorithm " + shown(view(name)) +
               "; the algorithms are " + algorithm_names(AlgorithmKind::kSignature);
    });
}

int oauth2_rs_check_store(const oauth2_rs_store_settings_t* store,
                          const oauth2_rs_reporter_t* reporter) {
    return checked(reporter, [&]() -> std::string {
        const auto made = make_secret_store(store_settings(*store, {}, {}));
        if (made.ok()) {
            return {};
        }
        return "oauth2_secret_store " + printable(view(store->type)) + ": " + made.error().message;
    });
}

void oauth2_rs_warn_of_scope(oauth2_rs_text_t value, const oauth2_rs_reporter_t* reporter) {
    (void)checked(reporter, [&]() -> std::string {
        const auto scopes = required_scopes({view(value)});
        if (!scopes.ok()) {
            report(reporter, OAUTH2_RS_WARN,
                   "oauth2_scope: " + quoted(printable(view(value))) +
                       " can be no scope, so good tokens are answered with 500; scopes are "
                       "printable ASCII without \" and \\, with spaces between");
        }
        return {};
    });
}

int oauth2_rs_parse_duration(oauth2_rs_text_t directive, oauth2_rs_text_t text,
                             int64_t* milliseconds, const oauth2_rs_reporter_t* reporter) {
    return checked(reporter, [&]() -> std::string {
        const auto parsed = parse_bounded_duration(view(text));
        if (!parsed.ok()) {
            return std::string(view(directive)) + ": " + parsed.error().message;
        }
        *milliseconds = parsed.value();
        return {};
    });
}
