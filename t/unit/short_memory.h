#ifndef OAUTH2_RS_UNIT_SHORT_MEMORY_H
#define OAUTH2_RS_UNIT_SHORT_MEMORY_H

#include <jansson.h>
#include <openssl/crypto.h>

#include <cstdlib>
#include <new>

#include "checks.h"
#include "fakes.h"
#include "shim/oauth2_rs.h"

/*
 * Memory that runs short when a test wants it to, in C++, jansson and OpenSSL. For the one program
 * that includes this header; it is linked with --wrap=malloc.
 */

extern "C" void* __real_malloc(std::size_t size);

namespace {

/* The allocation that fails, counted from now on; a lasting shortage takes all that follow too. */
struct Shortage {
    int remaining = 0;  // 0: none fails
    bool lasting = false;
    bool struck = false;
};
Shortage shortage;

bool strikes() {
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

void* allocate(std::size_t size) { return strikes() ? nullptr : __real_malloc(size); }

/* jansson bears one failure; of a lasting one an assertion in its lexer ends the process. */
void* allocate_for_jansson(std::size_t size) {
    return shortage.lasting ? __real_malloc(size) : allocate(size);
}

void* allocate_for_openssl(std::size_t size, const char* /*file*/, int /*line*/) {
    return allocate(size);
}

void* reallocate_for_openssl(void* memory, std::size_t size, const char* /*file*/, int /*line*/) {
    return strikes() ? nullptr : std::realloc(memory, size);
}

void free_for_openssl(void* memory, const char* /*file*/, int /*line*/) { std::free(memory); }

}  // namespace

/* What our own code calls malloc for is handed to jansson. */
extern "C" void* __wrap_malloc(std::size_t size) { return allocate_for_jansson(size); }

void* operator new(std::size_t size) {
    void* memory = allocate(size);
    if (memory == nullptr) {
        throw std::bad_alloc();
    }
    return memory;
}

void operator delete(void* memory) noexcept { std::free(memory); }

void operator delete(void* memory, std::size_t /*size*/) noexcept { std::free(memory); }

namespace {

using oauth2_rs::fakes::check_no_error_queued;

/* To be called before anything else. */
bool take_over_allocation() {
    json_set_alloc_funcs(allocate_for_jansson, std::free);
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

void ignore(void* /*host*/, oauth2_rs_severity_t /*severity*/, oauth2_rs_text_t message) {
    assert_true(message.len > 0);
}
const oauth2_rs_reporter_t kReporter{ignore, nullptr};

std::int64_t now(void* /*host*/) { return oauth2_rs::fakes::kNow * 1000; }

/* The client has no certificate. */
int no_certificate(void* /*host*/, oauth2_rs_certificate_t* /*certificate*/) { return 1; }

int nothing_cached(void* /*host*/, const unsigned char* /*key*/, oauth2_rs_text_t* /*value*/) {
    return 0;
}
void keep_nothing(void* /*host*/, const unsigned char* /*key*/, oauth2_rs_text_t /*value*/,
                  std::int64_t /*until_ms*/) {}

const oauth2_rs_host_t kHost{now,     no_certificate, nothing_cached, keep_nothing,
                             nullptr, nullptr,        nullptr,        nullptr};

}  // namespace

#endif
