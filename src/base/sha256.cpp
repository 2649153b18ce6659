#include "base/sha256.h"

#include <openssl/err.h>

#include <new>

namespace oauth2_rs {

namespace {

void require(bool good) {
    if (!good) {
        ERR_clear_error();
        throw std::bad_alloc();
    }
}

}  // namespace

Sha256::Sha256() : method_(EVP_MD_fetch(nullptr, "SHA256", nullptr)), context_(EVP_MD_CTX_new()) {
    require(method_ && context_);
}

Digest Sha256::of(std::string_view first, std::string_view second) {
    Digest digest{};
    unsigned int size = 0;
    require(EVP_DigestInit_ex2(context_.get(), method_.get(), nullptr) == 1 &&
            EVP_DigestUpdate(context_.get(), first.data(), first.size()) == 1 &&
            EVP_DigestUpdate(context_.get(), second.data(), second.size()) == 1 &&
            EVP_DigestFinal_ex(context_.get(), digest.data(), &size) == 1 && size == digest.size());
    return digest;
}

}  // namespace oauth2_rs
