#ifndef OAUTH2_RS_SECRET_KEYED_SECRETS_H
#define OAUTH2_RS_SECRET_KEYED_SECRETS_H

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "jose/key_set.h"

namespace oauth2_rs {

/* The key sets of a store that knows its secrets by id. */
class KeyedSecrets {
  public:
    /* nullptr where there is none. */
    const KeySet* find(std::string_view secret_id) const {
        const auto found = sets_.find(secret_id);
        return found == sets_.end() ? nullptr : &found->second;
    }

    void add(const std::string& secret_id, KeyPointer key) {
        std::vector<KeyPointer> keys;
        keys.push_back(std::move(key));
        sets_.emplace(secret_id, KeySet(std::move(keys)));
    }

  private:
    std::map<std::string, KeySet, std::less<>> sets_;
};

}  // namespace oauth2_rs

#endif
