#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/ip/tcp.hpp>

#include <aiohttp/address_guard.hpp>
#include <aiohttp/clock.hpp>
#include <aiohttp/detail/connection/dialer.hpp>
#include <aiohttp/detail/net/name_lookup.hpp>
#include <aiohttp/detail/net/tcp_socket.hpp>

namespace aiohttp::detail {

/// How a TcpDialer connects.
struct DialPolicy {
    AddressFamily family = AddressFamily::any;
    std::optional<Duration> happy_eyeballs_delay;
    std::size_t interleave = 0;  ///< 0: in the resolver's order
    AddressGuard guard;
    SocketSetup socket;
};

/// Resolves the host and connects to one of its addresses.
class TcpDialer final : public Dialer {
public:
    TcpDialer(std::shared_ptr<NameLookup> names, DialPolicy policy);
    asio::awaitable<Error> dial(std::string host,
                                std::uint16_t port,
                                Deadline& deadline,
                                std::unique_ptr<Transport>& transport) override;
    asio::awaitable<Error> dial_another(std::string host,
                                        std::uint16_t port,
                                        std::vector<std::string> but,
                                        Deadline& deadline,
                                        std::unique_ptr<Transport>& transport) override;
    Error refuse(const std::string& host, std::uint16_t port) const override;
    asio::awaitable<Error> resolve(std::string host,
                                   std::uint16_t port,
                                   Deadline& deadline,
                                   std::vector<std::string>& addresses) override;

private:
    using Endpoints = std::vector<asio::ip::tcp::endpoint>;
    struct Attempt;

    asio::awaitable<Error> dial_by_name(std::unique_ptr<Attempt> attempt,
                                        std::vector<std::string> but);
    asio::awaitable<Error> connect(std::unique_ptr<Attempt> attempt) const;
    asio::awaitable<Error> look_up(std::string host,
                                   std::uint16_t port,
                                   Deadline& deadline,
                                   Endpoints& endpoints);
    Error refuse_guarded(const std::string& host, std::uint16_t port, Endpoints& endpoints) const;
    Error choose(const std::string& host, std::uint16_t port, Endpoints& endpoints) const;
    static asio::awaitable<Error> connect_in_turn(std::unique_ptr<Attempt> attempt);
    static asio::awaitable<Error> connect_racing(std::unique_ptr<Attempt> attempt);
    std::shared_ptr<const std::string> name_of(const asio::ip::tcp::endpoint& peer);
    std::unique_ptr<Transport> transport_of(asio::ip::tcp::socket socket,
                                            const asio::ip::tcp::endpoint& peer,
                                            error_code& error);

    std::shared_ptr<NameLookup> names_;
    DialPolicy policy_;
    asio::ip::tcp::endpoint last_peer_;             // the one connected to last ...
    std::shared_ptr<const std::string> last_name_;  // ... and its name; null: none yet
};

}  // namespace aiohttp::detail
