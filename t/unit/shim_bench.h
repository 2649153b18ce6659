#ifndef OAUTH2_RS_UNIT_SHIM_BENCH_H
#define OAUTH2_RS_UNIT_SHIM_BENCH_H

#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "shim/oauth2_rs.h"

namespace oauth2_rs::fakes {

/* Settings for the C interface that own their texts. */
class ShimSettings {
  public:
    ShimSettings();

    oauth2_rs_settings_t& operator*() { return settings_; }
    oauth2_rs_settings_t* operator->() { return &settings_; }
    const oauth2_rs_settings_t* get() const { return &settings_; }

    void add_store(std::string_view type, const std::vector<std::string>& parameters);

  private:
    oauth2_rs_text_t keep(std::string_view text);

    std::deque<std::string> texts_;
    std::deque<std::vector<oauth2_rs_text_t>> parameters_;
    std::vector<oauth2_rs_store_settings_t> stores_;
    oauth2_rs_settings_t settings_{};
};

/* Configuration messages go nowhere; each must say something. */
const oauth2_rs_reporter_t* ignoring_reporter();

/* A registry that ends with its test. */
class ShimRegistry {
  public:
    ShimRegistry() : registry_(oauth2_rs_registry_create()) {}
    ~ShimRegistry() { oauth2_rs_registry_destroy(registry_); }
    ShimRegistry(const ShimRegistry&) = delete;
    ShimRegistry& operator=(const ShimRegistry&) = delete;

    oauth2_rs_registry_t* get() const { return registry_; }  // nullptr where memory was short
    const oauth2_rs_resolver_t* resolver(const ShimSettings& settings) const;

  private:
    oauth2_rs_registry_t* registry_;
};

/* A host at kNow whose client has no certificate. Its cache can be emptied. */
class ShimHost {
  public:
    ShimHost();
    ShimHost(const ShimHost&) = delete;
    ShimHost& operator=(const ShimHost&) = delete;

    const oauth2_rs_host_t* callbacks() const { return &callbacks_; }

    std::map<std::string, std::string> cache;

  private:
    oauth2_rs_host_t callbacks_{};
};

/* A request with one header, under one resolver. */
class ShimRequest {
  public:
    ShimRequest(const oauth2_rs_resolver_t* resolver, const std::string& token, ShimHost& host);
    ~ShimRequest() { oauth2_rs_resolution_destroy(resolution_); }
    ShimRequest(const ShimRequest&) = delete;
    ShimRequest& operator=(const ShimRequest&) = delete;

    bool is_granted();
    int status() const { return oauth2_rs_denial(resolution_).status; }
    oauth2_rs_resolution_t* resolution() { return resolution_; }

  private:
    std::string header_;
    const ShimHost& host_;
    oauth2_rs_resolution_t* resolution_;
};

}  // namespace oauth2_rs::fakes

#endif
