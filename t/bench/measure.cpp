/*
 * Measures the arms of a plan: in every round each arm does the same number of units of work.
 * Prints a line an arm: its name, and for each round the nanoseconds of CPU that a unit took.
 *
 *   measure PLAN ROUNDS UNITS CONNECTIONS
 *
 * A line of the plan: kind=http|bare name=NAME and what that kind of arm needs, separated by tabs.
 */
#include <sched.h>

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
    std::vector<double> rounds;
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
        arms.push_back({required(settings, "name"), make_arm(settings, connections), {}});
    }
    return arms;
}

void run_round(std::vector<Measured>* arms, std::size_t units) {
    for (Measured& measured : *arms) {
        std::size_t done = 0;
        const auto cpu_ns = static_cast<double>(measured.arm->run(units, &done));
        measured.rounds.push_back(cpu_ns / static_cast<double>(done));
    }
}

/*
 * To the first processor, where NGINX's configuration has the first worker: processors may differ
 * in speed, for hours where others share the machine, and waking one from another is dear. Without
 * effect where that one isn't ours to use.
 */
void run_beside_worker() {
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(0, &set);
    sched_setaffinity(0, sizeof(set), &set);
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
        std::printf("%s", measured.name.c_str());
        for (const double cpu_ns : measured.rounds) {
            std::printf("\t%.0f", cpu_ns);
        }
        std::printf("\n");
    }
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 5) {
        std::fputs("usage: measure PLAN ROUNDS UNITS CONNECTIONS\n", stderr);
        return 2;
    }
    run_beside_worker();
    try {
        measure(argv[1], std::strtoul(argv[2], nullptr, 10), std::strtoul(argv[3], nullptr, 10),
                std::strtoul(argv[4], nullptr, 10));
    } catch (const std::exception& failure) {
        std::fprintf(stderr, "measure: %s\n", failure.what());
        return 1;
    }
    return 0;
}
