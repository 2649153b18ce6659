#include "secret/secret_store.h"

#include "base/strings.h"
#include "secret/base64_secret_store.h"
#include "secret/directory_secret_store.h"
#include "secret/environment_secret_store.h"
#include "secret/jwks_file_secret_store.h"
#include "secret/jwks_uri_secret_store.h"
#include "secret/keystore_secret_store.h"

namespace oauth2_rs {

Configured<std::unique_ptr<SecretStore>> make_secret_store(const StoreSettings& settings) {
    if (settings.type == "jwks") {
        return JwksUriSecretStore::is_meant(settings) ? JwksUriSecretStore::make(settings)
                                                      : JwksFileSecretStore::make(settings);
    }
    if (settings.type == "directory") {
        return DirectorySecretStore::make(settings);
    }
    if (settings.type == "base64") {
        return Base64SecretStore::make(settings);
    }
    if (settings.type == "environment") {
        return EnvironmentSecretStore::make(settings);
    }
    if (settings.type == "keystore") {
        return KeystoreSecretStore::make(settings);
    }
    return ConfigError{"unknown type " + shown(settings.type) +
                       "; the types are jwks, keystore, directory, environment and base64"};
}

}  // namespace oauth2_rs
