#ifndef OAUTH2_RS_BASE_RESULT_H
#define OAUTH2_RS_BASE_RESULT_H

#include <string>
#include <utility>
#include <variant>

#include "base/denial.h"

namespace oauth2_rs {

/* A value, or the error that stands in its place. Ask ok() before value() or error(). */
template <class T, class E = Denial>
class [[nodiscard]] Result {
  public:
    Result(T value) : content_(std::in_place_index<0>, std::move(value)) {}
    Result(E error) : content_(std::in_place_index<1>, std::move(error)) {}

    bool ok() const { return content_.index() == 0; }
    T& value() { return *std::get_if<0>(&content_); }
    const T& value() const { return *std::get_if<0>(&content_); }
    const E& error() const { return *std::get_if<1>(&content_); }

  private:
    std::variant<T, E> content_;
};

struct Done {};

/* The outcome of a check that yields nothing but leave to go on. */
using Verdict = Result<Done>;

/* An error of the configuration: a message for the administrator that says what to do. */
struct ConfigError {
    std::string message;
};

template <class T>
using Configured = Result<T, ConfigError>;

/* The answer has to be fetched first; the same call is made again once it is there. */
struct Pending {};

/* What a restartable step leaves: a value, a denial, or Pending. */
template <class T>
class [[nodiscard]] Step {
  public:
    Step(T value) : content_(std::in_place_index<0>, std::move(value)) {}
    Step(Denial denial) : content_(std::in_place_index<1>, denial) {}
    Step(Pending pending) : content_(std::in_place_index<2>, pending) {}

    bool ok() const { return content_.index() == 0; }
    bool pending() const { return content_.index() == 2; }
    T& value() { return *std::get_if<0>(&content_); }
    const T& value() const { return *std::get_if<0>(&content_); }
    const Denial& denial() const { return *std::get_if<1>(&content_); }

    /* Passes on what is not a value; requires !ok(). */
    template <class U>
    Step<U> as() const {
        if (pending()) {
            return Pending{};
        }
        return denial();
    }

  private:
    std::variant<T, Denial, Pending> content_;
};

}  // namespace oauth2_rs

#endif
