#include <cjose/jwe.h>
#include <cjose/jwk.h>
#include <cjose/util.h>
#include <openssl/crypto.h>
#include <openssl/err.h>

#include <cstdint>
#include <memory>
#include <utility>

#include "base/handles.h"
#include "base/memory.h"
#include "jose/decrypter.h"
#include "jose/jwe.h"

namespace oauth2_rs {

namespace {

/* cjose's copy of a symmetric key, which it would give back unwiped. */
struct CjoseKeyReleaser {
    void operator()(cjose_jwk_t* key) const {
        cjose_err error;
        OPENSSL_cleanse(cjose_jwk_get_keydata(key, &error), cjose_jwk_get_keysize(key, &error) / 8);
        cjose_jwk_release(key);
    }
};
using CjoseKeyHandle = std::unique_ptr<cjose_jwk_t, CjoseKeyReleaser>;
using CjoseJweHandle = Handle<cjose_jwe_t, cjose_jwe_release>;

/* What cjose decrypted, wiped before it is given back. */
class CjoseContent {
  public:
    CjoseContent(cjose_jwe_t* jwe, const cjose_jwk_t* key) {
        cjose_err error;
        bytes_ = cjose_jwe_decrypt(jwe, key, &size_, &error);
    }
    ~CjoseContent() {
        if (bytes_ != nullptr) {
            OPENSSL_cleanse(bytes_, size_);
            cjose_get_dealloc()(bytes_);
        }
    }
    CjoseContent(const CjoseContent&) = delete;
    CjoseContent& operator=(const CjoseContent&) = delete;

    std::optional<SecretBytes> copy() const {
        return bytes_ == nullptr
                   ? std::nullopt
                   : std::optional<SecretBytes>(std::in_place, bytes_, bytes_ + size_);
    }

  private:
    std::uint8_t* bytes_ = nullptr;
    std::size_t size_ = 0;
};

class CjoseDecrypter final : public Decrypter {
  public:
    explicit CjoseDecrypter(CjoseKeyHandle key) : key_(std::move(key)) {}

    std::optional<SecretBytes> decrypt(const Jwe& jwe) override {
        require_memory();  // cjose 0.6.2 gives back a recipient for which there was none
        cjose_err error;
        const CjoseJweHandle parsed(cjose_jwe_import(jwe.token.data(), jwe.token.size(), &error));
        std::optional<SecretBytes> content;
        if (parsed) {
            content = CjoseContent(parsed.get(), key_.get()).copy();
        }
        ERR_clear_error();
        return content;
    }

  private:
    CjoseKeyHandle key_;
};

}  // namespace

std::unique_ptr<Decrypter> make_cjose_decrypter(const SecretBytes& secret) {
    cjose_err error;
    CjoseKeyHandle key(cjose_jwk_create_oct_spec(secret.data(), secret.size(), &error));
    ERR_clear_error();
    return key ? std::make_unique<CjoseDecrypter>(std::move(key)) : nullptr;
}

}  // namespace oauth2_rs
