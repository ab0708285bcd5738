#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/awaitable.hpp>
#include <boost/system/error_code.hpp>
#include <boost/system/system_error.hpp>

#include <aiohttp/clock.hpp>
#include <aiohttp/resolver.hpp>
#include <aiohttp/sleep.hpp>

namespace aiohttp::testing {

/// A user's resolver: says the same of every name, and knows what it was asked.
class FakeResolver final : public Resolver {
public:
    explicit FakeResolver(std::vector<std::string> addresses = {}, std::uint16_t port = 0) {
        for (auto& address : addresses) {
            hosts.push_back({"", std::move(address), port, AddressFamily::any});
        }
    }

    boost::asio::awaitable<std::vector<ResolvedHost>> resolve(std::string host,
                                                              std::uint16_t /*port*/,
                                                              AddressFamily family) override {
        asked.push_back(host);
        families.push_back(family);
        const Running counted{this};
        if (takes > Duration::zero()) {
            co_await aiohttp::sleep(takes);
        }
        completed += 1;
        if (error) {
            throw boost::system::system_error(error);
        }
        if (!complaint.empty()) {
            throw std::runtime_error(complaint);
        }
        co_return hosts;
    }

    std::vector<ResolvedHost> hosts;
    Duration takes{};
    boost::system::error_code error;
    std::string complaint;
    std::vector<std::string> asked;
    std::vector<AddressFamily> families;
    int running = 0;
    int completed = 0;

private:
    struct Running {
        explicit Running(FakeResolver* resolver) : owner(resolver) { ++owner->running; }
        Running(const Running&) = delete;
        Running& operator=(const Running&) = delete;
        ~Running() { --owner->running; }
        FakeResolver* owner;
    };
};

}  // namespace aiohttp::testing
