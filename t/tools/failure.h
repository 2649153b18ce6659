#ifndef MINT_FAILURE_H
#define MINT_FAILURE_H

#include <stdexcept>
#include <string>

namespace oauth2_rs::mint {

/* Ends a command with exit status 1. The message is the one line the administrator reads. */
class Failure : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

/* The command line itself is wrong: exit status 2. */
class UsageError : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

/* A Failure that names what was attempted and OpenSSL's reason, and empties OpenSSL's queue. */
Failure crypto_failure(const std::string &what);

}  // namespace oauth2_rs::mint

#endif
