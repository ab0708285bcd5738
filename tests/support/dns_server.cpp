#include "support/dns_server.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>
#include <utility>

namespace aiohttp::testing {

static int listen_on(int type, std::uint16_t port) {
    const int descriptor = ::socket(AF_INET, type | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::bind(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) {
        ::close(descriptor);
        return -1;
    }
    return descriptor;
}

DnsServer::DnsServer(Script script) : script_(std::move(script)) {
    for (int attempt = 0; attempt < 100 && tcp_ < 0; ++attempt) {
        udp_ = listen_on(SOCK_DGRAM, 0);
        sockaddr_in bound{};
        socklen_t size = sizeof(bound);
        ::getsockname(udp_, reinterpret_cast<sockaddr*>(&bound), &size);
        port_ = ntohs(bound.sin_port);
        tcp_ = listen_on(SOCK_STREAM, port_);
        if (tcp_ < 0) {
            ::close(udp_);  // somebody has this port over TCP
        }
    }
    if (tcp_ < 0 || ::listen(tcp_, 16) != 0 || ::pipe(wake_) != 0) {
        throw std::system_error(errno, std::generic_category(), "DnsServer");
    }
    thread_ = std::thread([this] { serve(); });
}

DnsServer::~DnsServer() {
    ::close(wake_[1]);
    thread_.join();
    ::close(wake_[0]);
    ::close(udp_);
    ::close(tcp_);
}

std::string DnsServer::address() const {
    return "127.0.0.1:" + std::to_string(port_);
}

void DnsServer::serve() {
    for (;;) {
        std::array<pollfd, 3> ready{{{udp_, POLLIN, 0}, {tcp_, POLLIN, 0}, {wake_[0], POLLIN, 0}}};
        ::poll(ready.data(), ready.size(), -1);
        if (ready[2].revents != 0) {
            return;
        }
        if (ready[0].revents != 0) {
            std::string query(2048, '\0');
            sockaddr_in from{};
            socklen_t size = sizeof(from);
            const auto received = ::recvfrom(udp_, query.data(), query.size(), 0,
                                             reinterpret_cast<sockaddr*>(&from), &size);
            query.resize(received > 0 ? static_cast<std::size_t>(received) : 0);
            const auto reply = answer(query, false);
            if (!reply.empty()) {
                ::sendto(udp_, reply.data(), reply.size(), MSG_NOSIGNAL,
                         reinterpret_cast<const sockaddr*>(&from), size);
            }
        }
        if (ready[1].revents != 0) {
            const int connection = ::accept4(tcp_, nullptr, nullptr, SOCK_CLOEXEC);
            serve_tcp(connection);
            ::close(connection);
        }
    }
}

void DnsServer::serve_tcp(int connection) {
    std::array<unsigned char, 2> length{};
    while (::recv(connection, length.data(), length.size(), MSG_WAITALL) == 2) {
        std::string query(length[0] * 256U + length[1], '\0');
        ::recv(connection, query.data(), query.size(), MSG_WAITALL);
        auto reply = answer(query, true);
        if (reply.empty()) {
            return;
        }
        reply.insert(0, {static_cast<char>(reply.size() / 256), static_cast<char>(reply.size())});
        ::send(connection, reply.data(), reply.size(), MSG_NOSIGNAL);
    }
}

static void append_16(std::string& out, std::size_t value) {
    out.push_back(static_cast<char>(value / 256));
    out.push_back(static_cast<char>(value));
}

std::string DnsServer::answer(const std::string& query, bool tcp) {
    if (query.size() < 17) {
        return {};
    }
    ++(tcp ? tcp_questions_ : udp_questions_);
    DnsQuestion question;
    question.tcp = tcp;
    std::size_t at = 12;
    while (at < query.size() && query[at] != 0) {
        const auto label = static_cast<unsigned char>(query[at]);
        question.name.append(question.name.empty() ? "" : ".").append(query, at + 1, label);
        at += label + 1U;
    }
    for (char& c : question.name) {
        c = static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
    }
    question.type = static_cast<std::uint16_t>(static_cast<unsigned char>(query.at(at + 2)));
    const auto said = script_(question);
    if (said.silent) {
        return {};
    }
    if (!said.raw.empty()) {
        return query.substr(0, 2) + said.raw;
    }
    std::string records;
    std::size_t count = 0;
    for (const auto& address : said.addresses) {
        std::array<char, 16> bytes{};
        const bool is_v6 = address.find(':') != std::string::npos;
        if (is_v6 != (question.type == 28) || said.truncated) {
            continue;
        }
        ::inet_pton(is_v6 ? AF_INET6 : AF_INET, address.c_str(), bytes.data());
        records.append("\xc0\x0c", 2);  // the question's name
        append_16(records, question.type);
        append_16(records, 1);
        records.append(2, '\0');
        append_16(records, 60);
        append_16(records, is_v6 ? 16 : 4);
        records.append(bytes.data(), is_v6 ? 16 : 4);
        ++count;
    }
    std::string reply = query.substr(0, 2);
    reply.push_back(said.truncated ? '\x87' : '\x85');
    reply.push_back(static_cast<char>(0x80 + said.rcode));
    append_16(reply, 1);
    append_16(reply, count);
    append_16(reply, 0);
    append_16(reply, 0);
    return reply + query.substr(12, at + 5 - 12) + records;
}

}  // namespace aiohttp::testing
