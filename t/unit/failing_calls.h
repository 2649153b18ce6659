#ifndef OAUTH2_RS_UNIT_FAILING_CALLS_H
#define OAUTH2_RS_UNIT_FAILING_CALLS_H

#include <openssl/err.h>

#include "checks.h"
#include "told_failures.h"

/*
 * Calls of OpenSSL that fail in turn: a program that includes this header defines __wrap_ functions
 * that ask fails(), and is linked with --wrap for each.
 */
namespace oauth2_rs::fakes {

int calls_left = -1;  // that go well before one fails; below zero: none fails
bool call_failed = false;

/* OpenSSL's failures leave a word in its queue. */
inline bool fails(const char* wrapper = __builtin_FUNCTION()) {
    if (calls_left < 0 || calls_left-- > 0) {
        return false;
    }
    call_failed = true;
    tell_failed(wrapper);
    ERR_raise(ERR_LIB_USER, ERR_R_INTERNAL_ERROR);
    return true;
}

/*
 * Runs `work` once for each call that it makes, which fails; returns how many there were. Nothing
 * may stay in the error queue.
 */
template <class Work>
int with_every_call_failing(Work&& work) {
    constexpr int kBound = 10000;
    for (int number = 0; number < kBound; ++number) {
        calls_left = number;
        call_failed = false;
        work();
        calls_left = -1;
        check_no_error_queued();
        if (!call_failed) {
            return number;
        }
    }
    fail_msg("it never came to an end");
    return 0;
}

}  // namespace oauth2_rs::fakes

#endif
