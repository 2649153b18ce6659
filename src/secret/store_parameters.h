#ifndef OAUTH2_RS_SECRET_STORE_PARAMETERS_H
#define OAUTH2_RS_SECRET_STORE_PARAMETERS_H

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/duration.h"
#include "base/result.h"

namespace oauth2_rs {

/*
 * The "name=value" parameters of an `oauth2_secret_store` directive. Views of the configuration's
 * text: a value may be a secret, of which nobody needs a second copy.
 */
class StoreParameters {
  public:
    /* Refuses a parameter without "=", one given twice, and, unless `known` is empty, others. */
    static Configured<StoreParameters> parse(const std::vector<std::string_view>& parameters,
                                             std::initializer_list<std::string_view> known);

    /* The value, or `otherwise` where the parameter isn't given. */
    std::string_view get(std::string_view name, std::string_view otherwise) const;

    /* The value as a duration; nothing where the parameter isn't given. */
    Configured<std::optional<Duration>> duration(std::string_view name) const;

    /* "cache_timeout" in milliseconds; 0 where it isn't given, or is unlimited. */
    Configured<std::int64_t> cache_timeout_ms() const;

    const std::unordered_map<std::string_view, std::string_view>& all() const { return values_; }

  private:
    std::unordered_map<std::string_view, std::string_view> values_;
};

/* What is to be said of a time between re-reads; nothing where it is long enough. */
std::string short_timeout_warning(std::string_view name, std::int64_t milliseconds);

/* A PATH parameter as an absolute path or one relative to the folder of the configuration. */
std::string resolve_path(std::string_view path, std::string_view base_directory);

}  // namespace oauth2_rs

#endif
