#include "token/caching_access_token_resolver.h"

#include <algorithm>
#include <utility>

#include "base/saturating.h"
#include "token/cached_token.h"

namespace oauth2_rs {

namespace {

std::string_view bytes_of(const Digest& digest) {
    return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

}  // namespace

CachingAccessTokenResolver::CachingAccessTokenResolver(
    std::unique_ptr<const AccessTokenResolver> delegate, Digest fingerprint, CacheTimes times)
    : delegate_(std::move(delegate)), fingerprint_(fingerprint), times_(times) {}

Resolution CachingAccessTokenResolver::resolve(std::string_view token,
                                               RequestContext& request) const {
    const Digest key = sha256_.of(bytes_of(fingerprint_), token);
    if (auto known = recall(token, key, request)) {
        request.note_cache(CacheStatus::kHit);
        return std::move(*known);
    }
    request.note_cache(CacheStatus::kMiss);
    auto resolution = delegate_->resolve(token, request);
    if (resolution.ok()) {
        remember(token, key, resolution.value(), request);
    }
    return resolution;
}

bool CachingAccessTokenResolver::upholds(const ResolvedToken& token) const {
    return delegate_->upholds(token);
}

std::optional<ResolvedToken> CachingAccessTokenResolver::recall(std::string_view token,
                                                                const Digest& key,
                                                                RequestContext& request) const {
    const auto bytes = request.cache_get(key);
    auto cached = bytes ? decode_cached_token(token, *bytes) : std::nullopt;
    if (!cached) {
        return std::nullopt;
    }
    const std::int64_t now_ms = request.now_ms();
    const auto& valid_until_ms = cached->token.facts().valid_until_ms;
    // What was judged later than now was judged by a clock that has been set back since.
    if (now_ms < cached->stored_ms || (valid_until_ms && now_ms > *valid_until_ms) ||
        !delegate_->upholds(cached->token)) {
        return std::nullopt;
    }
    return std::move(cached->token);
}

void CachingAccessTokenResolver::remember(std::string_view token, const Digest& key,
                                          const ResolvedToken& resolved,
                                          RequestContext& request) const {
    const std::int64_t now_ms = request.now_ms();
    const auto& valid_until_ms = resolved.facts().valid_until_ms;
    std::int64_t until_ms =
        valid_until_ms ? *valid_until_ms : add_saturating(now_ms, times_.default_ms);
    if (times_.most_ms) {
        until_ms = std::min(until_ms, add_saturating(now_ms, *times_.most_ms));
    }
    if (until_ms > now_ms) {
        request.cache_put(key, encode_cached_token(token, resolved, now_ms), until_ms);
    }
}

}  // namespace oauth2_rs
