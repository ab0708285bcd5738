#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <thread>
#include <vector>

namespace aiohttp::testing {

/// A question as it came to a DnsServer.
struct DnsQuestion {
    std::string name;        ///< In lower case.
    std::uint16_t type = 0;  ///< 1: A, 28: AAAA.
    bool tcp = false;
};

/// What a DnsServer says to it.
struct DnsAnswer {
    std::vector<std::string> addresses;  ///< Those of the question's type are sent.
    int rcode = 0;                       ///< 3: no such name, 2: server failure.
    bool truncated = false;              ///< Nothing but the word that there is more over TCP.
    bool silent = false;                 ///< Nothing at all.
    std::string raw;                     ///< If not empty: these bytes behind the question's id.
};

/// A DNS server on 127.0.0.1, over UDP and TCP at the same free port, on a thread of its own.
class DnsServer {
public:
    using Script = std::function<DnsAnswer(const DnsQuestion&)>;

    /// `script` runs on the server's thread.
    explicit DnsServer(Script script);
    DnsServer(const DnsServer&) = delete;
    DnsServer& operator=(const DnsServer&) = delete;
    ~DnsServer();

    /// "127.0.0.1:port".
    std::string address() const;
    std::size_t udp_questions() const { return udp_questions_; }
    std::size_t tcp_questions() const { return tcp_questions_; }

private:
    void serve();
    void serve_tcp(int connection);
    std::string answer(const std::string& query, bool tcp);

    Script script_;
    int udp_ = -1;
    int tcp_ = -1;
    int wake_[2] = {-1, -1};
    std::uint16_t port_ = 0;
    std::atomic<std::size_t> udp_questions_{0};
    std::atomic<std::size_t> tcp_questions_{0};
    std::thread thread_;
};

}  // namespace aiohttp::testing
