#ifndef OAUTH2_RS_UNIT_CHECKS_H
#define OAUTH2_RS_UNIT_CHECKS_H

#include <openssl/err.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <string>
#include <string_view>

#include "base/result.h"

// Needs what stands above; its older versions don't know C++.
extern "C" {
#include <cmocka.h>
}

namespace oauth2_rs::fakes {

/* Where a check stands: the caller's line, for cmocka's message. */
struct Place {
    const char* file;
    int line;
    static Place here(const char* file = __builtin_FILE(), int line = __builtin_LINE()) {
        return {file, line};
    }
};

inline void check_text(std::string_view actual, std::string_view expected,
                       Place place = Place::here()) {
    if (actual != expected) {
        print_error("\"%.*s\" is not \"%.*s\"\n", static_cast<int>(actual.size()), actual.data(),
                    static_cast<int>(expected.size()), expected.data());
        _fail(place.file, place.line);
    }
}

inline void check_holds(std::string_view text, std::string_view part, Place place = Place::here()) {
    if (text.find(part) == std::string_view::npos) {
        print_error("\"%.*s\" does not hold \"%.*s\"\n", static_cast<int>(text.size()), text.data(),
                    static_cast<int>(part.size()), part.data());
        _fail(place.file, place.line);
    }
}

inline void check_lacks(std::string_view text, std::string_view part, Place place = Place::here()) {
    if (text.find(part) != std::string_view::npos) {
        print_error("\"%.*s\" holds \"%.*s\"\n", static_cast<int>(text.size()), text.data(),
                    static_cast<int>(part.size()), part.data());
        _fail(place.file, place.line);
    }
}

/* The worker's TLS shares OpenSSL's error queue: nothing of ours may stay in it. */
inline void check_no_error_queued(Place place = Place::here()) {
    const unsigned long error = ERR_peek_error();
    if (error != 0) {
        print_error("left in the error queue: %s\n", ERR_error_string(error, nullptr));
        ERR_clear_error();
        _fail(place.file, place.line);
    }
}

/* By the word, so that a failure shows which one came. */
inline void check_code(const Denial& denial, Code code, Place place = Place::here()) {
    check_text(reason_word(denial.code), reason_word(code), place);
    _assert_true(*denial.why != '\0', "a denial says why", place.file, place.line);
}

inline void fail_with(const char* what, Place place) {
    print_error("%s\n", what);
    _fail(place.file, place.line);
}

inline const char* words_of(const Denial& denial) { return denial.why; }

template <class E>
const char* words_of(const E& error) {
    return error.message.c_str();
}

/* There must be a value. */
template <class T, class E>
void check_good(const Result<T, E>& result, Place place = Place::here()) {
    if (!result.ok()) {
        fail_with(words_of(result.error()), place);
    }
    check_no_error_queued(place);
}

template <class T>
void check_good(const Step<T>& step, Place place = Place::here()) {
    if (!step.ok()) {
        fail_with(step.pending() ? "pending" : step.denial().why, place);
    }
    check_no_error_queued(place);
}

/* There must be a denial of that code. */
template <class T>
void check_denied(const Result<T>& result, Code code, Place place = Place::here()) {
    if (result.ok()) {
        fail_with("it is not denied", place);
    }
    check_code(result.error(), code, place);
    check_no_error_queued(place);
}

template <class T>
void check_denied(const Step<T>& step, Code code, Place place = Place::here()) {
    if (step.ok() || step.pending()) {
        fail_with(step.ok() ? "it is not denied" : "it is pending", place);
    }
    check_code(step.denial(), code, place);
    check_no_error_queued(place);
}

/* There must be an error of the configuration whose message holds that text. */
template <class T, class E>
void check_refused(const Result<T, E>& result, std::string_view part, Place place = Place::here()) {
    if (result.ok()) {
        fail_with("it is not refused", place);
    }
    check_holds(result.error().message, part, place);
    check_no_error_queued(place);
}

}  // namespace oauth2_rs::fakes

#endif
