#ifndef OAUTH2_RS_BENCH_ARM_H
#define OAUTH2_RS_BENCH_ARM_H

#include <cstdint>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

namespace oauth2_rs::bench {

/* Ends the measurement: what a wrong arm costs says nothing. */
struct Failure : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/* One line of the plan: what to measure, as names and values. */
using Settings = std::map<std::string, std::string>;

/* Something whose cost a unit of work is measured. */
class Arm {
  public:
    virtual ~Arm() = default;

    /*
     * Does that many units of work, more or less, and says how many in `done`; nanoseconds of CPU.
     */
    virtual std::int64_t run(std::size_t units, std::size_t* done) = 0;

    /* How many units differ. */
    virtual std::size_t distinct() const = 0;
};

/* The value of that name; fails where the line has none. */
const std::string& required(const Settings& settings, const std::string& name);

/* The lines of a file of tokens; never none. */
std::vector<std::string> read_tokens(const std::string& path);

}  // namespace oauth2_rs::bench

#endif
