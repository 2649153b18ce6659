#include "http_arm.h"

#include <cstdlib>
#include <sstream>

namespace oauth2_rs::bench {

namespace {

/* "/path", or "/path%d:COUNT", which stands for /path0 to /path(COUNT-1) in turn. */
std::string path_of(const std::string& pattern, std::size_t index) {
    const auto place = pattern.find("%d:");
    if (place == std::string::npos) {
        return pattern;
    }
    const std::size_t count = std::strtoul(pattern.c_str() + place + 3, nullptr, 10);
    return pattern.substr(0, place) + std::to_string(index % count);
}

std::vector<std::string> make_requests(const Settings& settings) {
    std::vector<std::string> requests;
    for (const std::string& token : read_tokens(required(settings, "tokens"))) {
        requests.push_back("GET " + path_of(required(settings, "path"), requests.size()) +
                           " HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + token +
                           "\r\n\r\n");
    }
    return requests;
}

}  // namespace

HttpArm::HttpArm(const Settings& settings, std::size_t connections)
    : requests_(make_requests(settings)) {
    std::istringstream pids(required(settings, "pids"));
    for (std::string pid; std::getline(pids, pid, ',');) {
        workers_.emplace_back(static_cast<pid_t>(std::strtol(pid.c_str(), nullptr, 10)));
    }
    if (settings.count("cert") != 0) {
        tls_ = make_tls_context(required(settings, "cert"), required(settings, "key"));
    }
    const auto port = std::strtoul(required(settings, "port").c_str(), nullptr, 10);
    for (const Worker& worker : workers_) {
        connect_to(worker, static_cast<std::uint16_t>(port), connections / workers_.size());
    }
}

void HttpArm::connect_to(const Worker& chosen, std::uint16_t port, std::size_t count) {
    for (Worker& worker : workers_) {
        if (&worker != &chosen) {
            worker.hold();
        }
    }
    for (std::size_t made = 0; made < count; ++made) {
        connections_.emplace_back(port, tls_.get());
        // Once there is an answer the connection is that worker's.
        connections_.back().send(requests_.front());
        connections_.back().receive();
    }
    for (Worker& worker : workers_) {
        worker.go_on();
    }
}

std::int64_t HttpArm::run(std::size_t units, std::size_t* done) {
    std::int64_t total = 0;
    for (*done = 0; *done < units; *done += connections_.size()) {
        total += wave();
    }
    return total;
}

std::int64_t HttpArm::wave() {
    for (Worker& worker : workers_) {
        worker.hold();
    }
    for (Connection& connection : connections_) {
        connection.send(requests_[next_]);
        next_ = (next_ + 1) % requests_.size();
    }
    const std::int64_t before = cpu_ns();
    for (Worker& worker : workers_) {
        worker.go_on();
    }
    // The last is answered last, as a rule: who waits for it is woken once and not fifty times, at
    // the worker's cost.
    for (auto connection = connections_.rbegin(); connection != connections_.rend(); ++connection) {
        connection->receive();
    }
    for (Worker& worker : workers_) {
        worker.hold();
    }
    return cpu_ns() - before;
}

std::int64_t HttpArm::cpu_ns() const {
    std::int64_t sum = 0;
    for (const Worker& worker : workers_) {
        sum += worker.cpu_ns();
    }
    return sum;
}

}  // namespace oauth2_rs::bench
