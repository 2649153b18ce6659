#ifndef OAUTH2_RS_UNIT_SHORTAGE_H
#define OAUTH2_RS_UNIT_SHORTAGE_H

#include <cjose/jwe.h>
#include <cjose/util.h>
#include <jansson.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/kdf.h>

#include <cstdlib>
#include <new>

#include "checks.h"

/*
 * Memory that runs short when a test wants it to: in C++, jansson, cjose and OpenSSL. For the one
 * program that includes this header, is linked with --wrap for malloc and cjose_jwe_import, and
 * first of all calls run_short_of_memory().
 */

extern "C" void* __real_malloc(std::size_t size);

namespace oauth2_rs::fakes {

/* The allocation that fails, counted from now on; a lasting shortage takes all that follow too. */
struct Shortage {
    int remaining = 0;  // 0: none fails
    bool lasting = false;
    bool struck = false;
};
Shortage shortage;

inline bool strikes() {
    if (shortage.remaining == 0 || --shortage.remaining > 0) {
        return false;
    }
    shortage.struck = true;
    shortage.remaining = shortage.lasting ? 1 : 0;
    return true;
}

/* Memory enough for what a test does between the calls it looks at. */
class Relief {
  public:
    Relief() { shortage.remaining = 0; }
    ~Relief() { shortage = kept_; }
    Relief(const Relief&) = delete;
    Relief& operator=(const Relief&) = delete;

  private:
    const Shortage kept_ = shortage;
};

inline void* allocate(std::size_t size) { return strikes() ? nullptr : __real_malloc(size); }

inline void* reallocate(void* memory, std::size_t size) {
    return strikes() ? nullptr : std::realloc(memory, size);
}

inline void* allocate_for_openssl(std::size_t size, const char* /*file*/, int /*line*/) {
    return allocate(size);
}

inline void* reallocate_for_openssl(void* memory, std::size_t size, const char* /*file*/,
                                    int /*line*/) {
    return reallocate(memory, size);
}

inline void free_for_openssl(void* memory, const char* /*file*/, int /*line*/) {
    std::free(memory);
}

/* False where a library has allocated already. */
inline bool run_short_of_memory() {
    cjose_set_alloc_funcs(allocate, reallocate, std::free);  // sets jansson's too
    return CRYPTO_set_mem_functions(allocate_for_openssl, reallocate_for_openssl,
                                    free_for_openssl) == 1;
}

/*
 * Runs `work` once for each allocation it makes, which fails, alone and with all that follow;
 * returns how many there were.
 */
template <class Work>
int with_every_failure(Work&& work) {
    constexpr int kBound = 100000;
    for (int number = 1; number < kBound; ++number) {
        bool struck = false;
        for (const bool lasting : {false, true}) {
            shortage = {number, lasting, false};
            work();
            shortage.remaining = 0;
            struck = struck || shortage.struck;
            if (lasting) {
                // OpenSSL does without some of it, and says so in the queue all the same.
                ERR_clear_error();
            }
            check_no_error_queued();
        }
        if (!struck) {
            return number - 1;
        }
    }
    fail_msg("it never came to an end");
    return 0;
}

}  // namespace oauth2_rs::fakes

extern "C" {

/* Functions that end the process where memory is short; src/base/memory.h sees to it. */

decltype(cjose_jwe_import) __real_cjose_jwe_import;
cjose_jwe_t* __wrap_cjose_jwe_import(const char* text, std::size_t size, cjose_err* error) {
    const oauth2_rs::fakes::Relief relief;
    return __real_cjose_jwe_import(text, size, error);
}

decltype(EVP_KDF_CTX_new) __real_EVP_KDF_CTX_new;
EVP_KDF_CTX* __wrap_EVP_KDF_CTX_new(EVP_KDF* kdf) {
    const oauth2_rs::fakes::Relief relief;
    return __real_EVP_KDF_CTX_new(kdf);
}

}  // extern "C"

/* What our own code calls malloc for is handed to jansson. */
extern "C" void* __wrap_malloc(std::size_t size) { return oauth2_rs::fakes::allocate(size); }

void* operator new(std::size_t size) {
    void* memory = oauth2_rs::fakes::allocate(size);
    if (memory == nullptr) {
        throw std::bad_alloc();
    }
    return memory;
}

void* operator new(std::size_t size, const std::nothrow_t& /*tag*/) noexcept {
    return oauth2_rs::fakes::allocate(size);
}

void operator delete(void* memory) noexcept { std::free(memory); }

void operator delete(void* memory, std::size_t /*size*/) noexcept { std::free(memory); }

#endif
