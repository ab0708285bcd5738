#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

namespace aiohttp::testing {

/// A server whose connections are good for one request and then end at a random moment, in one of
/// the ways in which that happens: closed while idle, half closed, reset, closed as soon as the
/// next request begins, or when it has been read but before it is answered, or in the usual way,
/// announced. It answers every request with the number in its `X-Number` field, and counts how
/// often it has seen each number in a POST. It runs on a thread of its own.
class UnreliableServer {
public:
    /// Numbers are below `numbers`.
    UnreliableServer(std::size_t numbers, unsigned seed);
    UnreliableServer(const UnreliableServer&) = delete;
    UnreliableServer& operator=(const UnreliableServer&) = delete;
    ~UnreliableServer();

    std::string url() const;
    /// Stops it; what follows is for afterwards.
    void stop();
    /// How many POSTs with this number have come, whole.
    unsigned posts(std::size_t number) const;
    /// How many requests have come, whole.
    std::size_t requests() const;
    /// How many of them were left without an answer.
    std::size_t unanswered() const;
    /// How many connections were closed without warning.
    std::size_t surprises() const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace aiohttp::testing
