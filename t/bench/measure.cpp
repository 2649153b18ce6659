/*
 * Measures the arms of a plan: in every round each arm does the same number of units of work, and
 * of the rounds the quieter half counts. Prints a line an arm: its name, and the nanoseconds of CPU
 * and of the clock on the wall that a unit took.
 *
 *   measure PLAN ROUNDS UNITS CONNECTIONS
 *
 * A line of the plan: kind=http|bare name=NAME and what that kind of arm needs, separated by tabs.
 */
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <fstream>
#include <sstream>

#include "bare_arm.h"
#include "http_arm.h"

using namespace oauth2_rs::bench;

namespace {

struct Measured {
    std::string name;
    std::unique_ptr<Arm> arm;
    std::vector<double> cpu_ns;
    std::vector<double> wall_ns;
};

Settings parse_line(const std::string& line) {
    Settings settings;
    std::istringstream fields(line);
    for (std::string field; std::getline(fields, field, '\t');) {
        const auto equals = field.find('=');
        if (equals == std::string::npos) {
            throw Failure("no name=value: " + field);
        }
        settings[field.substr(0, equals)] = field.substr(equals + 1);
    }
    return settings;
}

std::unique_ptr<Arm> make_arm(const Settings& settings, std::size_t connections) {
    if (required(settings, "kind") == "bare") {
        return make_bare_arm(settings);
    }
    return std::make_unique<HttpArm>(settings, connections);
}

std::vector<Measured> read_plan(const char* path, std::size_t connections) {
    std::vector<Measured> arms;
    std::ifstream file(path);
    for (std::string line; std::getline(file, line);) {
        const Settings settings = parse_line(line);
        arms.push_back({required(settings, "name"), make_arm(settings, connections), {}, {}});
    }
    return arms;
}

void run_round(std::vector<Measured>* arms, std::size_t units) {
    for (Measured& measured : *arms) {
        std::size_t done = 0;
        const Cost cost = measured.arm->run(units, &done);
        measured.cpu_ns.push_back(static_cast<double>(cost.cpu_ns) / static_cast<double>(done));
        measured.wall_ns.push_back(static_cast<double>(cost.wall_ns) / static_cast<double>(done));
    }
}

/* Other processes only ever add to a figure, so the lower half is the quieter one. */
double median_of_quieter_half(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    const std::size_t half = (values.size() + 1) / 2;
    return (values[(half - 1) / 2] + values[half / 2]) / 2;
}

void measure(const char* plan, std::size_t rounds, std::size_t units, std::size_t connections) {
    std::vector<Measured> arms = read_plan(plan, connections);
    // Prepares keys, and shows every token to whatever remembers some.
    for (Measured& measured : arms) {
        std::size_t done = 0;
        measured.arm->run(std::max(units, measured.arm->distinct()), &done);
    }
    for (std::size_t round = 0; round < rounds; ++round) {
        run_round(&arms, units);
    }
    for (const Measured& measured : arms) {
        std::printf("%s\t%.0f\t%.0f\n", measured.name.c_str(),
                    median_of_quieter_half(measured.cpu_ns),
                    median_of_quieter_half(measured.wall_ns));
    }
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 5) {
        std::fputs("usage: measure PLAN ROUNDS UNITS CONNECTIONS\n", stderr);
        return 2;
    }
    try {
        measure(argv[1], std::strtoul(argv[2], nullptr, 10), std::strtoul(argv[3], nullptr, 10),
                std::strtoul(argv[4], nullptr, 10));
    } catch (const std::exception& failure) {
        std::fprintf(stderr, "measure: %s\n", failure.what());
        return 1;
    }
    return 0;
}
