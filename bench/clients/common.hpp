#pragma once

// What all C++ clients share: the command line, the count of what was done, and the line of JSON
// at the end. The clients in other languages do the same.

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iostream>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

#include <sys/resource.h>
#include <unistd.h>

namespace bench {

/// CLIENT WORK URL COUNT CONCURRENCY [--ca FILE] [--length BYTES] [--cookies COUNT]
///
/// WORK is one of
/// - get: keep-alive GETs, the body read at once
/// - close: GETs with a connection each
/// - download: GETs, the body read in pieces and dropped
/// - post: POSTs of an order as JSON, the reply is the same order, parsed
/// - upload: POSTs of --length bytes from memory, the reply is how many arrived
/// - gzip: GETs of a body that comes compressed and is decoded
/// - queue: GETs from a list, CONCURRENCY at a time; the next begins when one has ended
/// - begun: all GETs begin at once and wait in the client for one of CONCURRENCY connections
/// - cookies: as get, with a jar of --cookies cookies, ten of them for this host
///
/// --length is the length of the right body, decoded; --ca is what to trust over TLS.
struct Job {
    std::string work;
    std::string url;
    std::size_t count = 0;
    std::size_t concurrency = 0;
    std::string ca_file;
    std::size_t length = 0;
    std::size_t cookies = 0;

    // The parts of the URL.
    bool tls = false;
    std::string host;
    std::string port;
    std::string target;

    Job(int argc, char** argv) {
        if (argc < 5) {
            throw std::runtime_error(
                "usage: CLIENT WORK URL COUNT CONCURRENCY [--ca FILE] "
                "[--length BYTES] [--cookies COUNT]");
        }
        work = argv[1];
        url = argv[2];
        count = number(argv[3]);
        concurrency = number(argv[4]);
        for (int i = 5; i + 1 < argc; i += 2) {
            const std::string_view name = argv[i];
            if (name == "--ca") {
                ca_file = argv[i + 1];
            } else if (name == "--length") {
                length = number(argv[i + 1]);
            } else if (name == "--cookies") {
                cookies = number(argv[i + 1]);
            } else {
                throw std::runtime_error("unknown option " + std::string(name));
            }
        }
        split_url();
    }

    bool is(std::string_view name) const { return work == name; }

    /// The Host field.
    std::string authority() const { return host + ":" + port; }

private:
    static std::size_t number(const char* text) { return std::strtoull(text, nullptr, 10); }

    void split_url() {
        tls = url.starts_with("https://");
        const auto begin = url.find("://") + 3;
        const auto slash = url.find('/', begin);
        const auto colon = url.find(':', begin);
        host = url.substr(begin, colon - begin);
        port = url.substr(colon + 1, slash - colon - 1);
        target = url.substr(slash);
    }
};

/// A client says that it has no such work; the driver leaves it out there.
[[noreturn]] inline void unsupported(const Job& job) {
    std::cout << R"({"unsupported": ")" << job.work << "\"}" << std::endl;
    std::_Exit(3);
}

/// Hands out the requests, checks the answers, measures, and reports.
class Tally {
public:
    explicit Tally(const Job& job) : job_(job) { raise_descriptor_limit(); }

    /// The measured time begins; what a client sets up before is not counted.
    void start() {
        cpu_ = cpu_seconds();
        wall_ = std::chrono::steady_clock::now();
    }

    /// The number of the next request, from 0; nullopt when all have been taken.
    std::optional<std::size_t> take() {
        return taken_ < job_.count ? std::optional(taken_++) : std::nullopt;
    }

    /// Request `index` got an answer: right is 200 with a body of the job's length.
    void answer(std::size_t index, int status, std::uint64_t bytes) {
        check(index, status == 200 && bytes == job_.length, bytes);
        if (status != 200 || bytes != job_.length) {
            note("status " + std::to_string(status) + ", " + std::to_string(bytes) + " bytes");
        }
    }
    /// The same where the client knows whether the body is right.
    void check(std::size_t index, bool right, std::uint64_t bytes) {
        ++(right ? requests_ : errors_);
        bytes_ += bytes;
        const auto position = requests_ + errors_ - 1;
        slack_ = std::max(slack_, index > position ? index - position : position - index);
    }
    /// A request that got no answer.
    void fail(const std::string& why) {
        ++errors_;
        note(why);
    }
    /// What `upload` is answered with.
    bool is_upload_reply(std::string_view body) const {
        return body == std::to_string(job_.length);
    }

    /// Prints the line of JSON; the process' exit code.
    int report() {
        const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - wall_;
        std::cout << "{\"requests\": " << requests_ << ", \"errors\": " << errors_
                  << ", \"bytes\": " << bytes_ << ", \"wall\": " << wall.count()
                  << ", \"cpu\": " << cpu_seconds() - cpu_ << ", \"rss_kib\": " << peak_rss()
                  << ", \"order_slack\": " << slack_ << ", \"note\": \"" << note_ << "\"}"
                  << std::endl;
        return errors_ == 0 && requests_ == job_.count ? 0 : 1;
    }

private:
    static void raise_descriptor_limit() {
        rlimit limit{};
        if (::getrlimit(RLIMIT_NOFILE, &limit) == 0) {
            limit.rlim_cur = limit.rlim_max;
            ::setrlimit(RLIMIT_NOFILE, &limit);
        }
    }

    static double cpu_seconds() {
        rusage usage{};
        ::getrusage(RUSAGE_SELF, &usage);
        const auto seconds = [](const timeval& time) {
            return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
        };
        return seconds(usage.ru_utime) + seconds(usage.ru_stime);
    }

    /// In KiB. Not getrusage's, which remembers the process that this one was forked from.
    static std::size_t peak_rss() {
        std::ifstream status("/proc/self/status");
        for (std::string line; std::getline(status, line);) {
            if (line.starts_with("VmHWM:")) {
                return std::strtoull(line.c_str() + std::strlen("VmHWM:"), nullptr, 10);
            }
        }
        return 0;
    }

    void note(const std::string& why) {
        if (note_.empty()) {
            std::copy_if(why.begin(), why.end(), std::back_inserter(note_),
                         [](char c) { return c >= ' ' && c != '"' && c != '\\'; });
        }
    }

    const Job& job_;
    std::size_t taken_ = 0;
    std::size_t requests_ = 0;
    std::size_t errors_ = 0;
    std::uint64_t bytes_ = 0;
    std::size_t slack_ = 0;  ///< how many places from its turn a request ended, at most
    std::string note_;       ///< what went wrong first
    double cpu_ = 0;
    std::chrono::steady_clock::time_point wall_;
};

/// main() of every client: `work` does all requests of a job. An exception ends it as failed.
template <class Work>
int client_main(int argc, char** argv, Work work) {
    try {
        const Job job(argc, argv);
        Tally tally(job);
        try {
            work(job, tally);
        } catch (const std::exception& error) {
            tally.fail(error.what());
        }
        return tally.report();
    } catch (const std::exception& error) {
        std::cerr << error.what() << '\n';
        return 2;
    }
}

}  // namespace bench
