#pragma once

#include <mutex>
#include <stdexcept>
#include <string>
#include <utility>

#include <aiohttp/detail/config.hpp>
#include <aiohttp/testing/detail/server_connection.hpp>
#include <aiohttp/testing/detail/server_core.hpp>
#include <aiohttp/testing/detail/server_reply.hpp>
#include <aiohttp/testing/server.hpp>

namespace aiohttp::testing {

AIOHTTP_DECL ServerOptions& ServerOptions::address(std::string address) {
    fields_.address = std::move(address);
    return *this;
}

AIOHTTP_DECL ServerOptions& ServerOptions::port(std::uint16_t port) {
    fields_.port = port;
    return *this;
}

AIOHTTP_DECL ServerOptions& ServerOptions::unix_path(std::string path) {
    fields_.unix_path = std::move(path);
    return *this;
}

AIOHTTP_DECL ServerOptions& ServerOptions::tls(bool on) {
    fields_.tls = on;
    return *this;
}

AIOHTTP_DECL ServerOptions& ServerOptions::certificate(Certificate certificate) {
    fields_.certificate = std::move(certificate);
    fields_.tls = true;
    return *this;
}

AIOHTTP_DECL ServerOptions& ServerOptions::client_authority(std::string pem) {
    fields_.client_authority = std::move(pem);
    return *this;
}

AIOHTTP_DECL ServerOptions& ServerOptions::max_tls_version(int version) {
    if (version < 10 || version > 13) {
        throw std::invalid_argument("ServerOptions::max_tls_version: 10 to 13, not " +
                                    std::to_string(version));
    }
    fields_.max_tls_version = version;
    return *this;
}

AIOHTTP_DECL ServerOptions& ServerOptions::alpn(std::vector<std::string> protocols) {
    fields_.alpn = std::move(protocols);
    return *this;
}

AIOHTTP_DECL ServerOptions& ServerOptions::impose_alpn(bool on) {
    fields_.impose_alpn = on;
    return *this;
}

AIOHTTP_DECL ServerOptions& ServerOptions::session_tickets(bool on) {
    fields_.session_tickets = on;
    return *this;
}

AIOHTTP_DECL ServerOptions& ServerOptions::host(std::string host) {
    fields_.host = std::move(host);
    return *this;
}

AIOHTTP_DECL ServerOptions& ServerOptions::backlog(int connections) {
    fields_.backlog = connections;
    return *this;
}

AIOHTTP_DECL ServerOptions& ServerOptions::accepting(bool on) {
    fields_.accepting = on;
    return *this;
}

AIOHTTP_DECL ServerOptions& ServerOptions::record(bool on) {
    fields_.record = on;
    return *this;
}

AIOHTTP_DECL ServerOptions& ServerOptions::body_limit(std::size_t bytes) {
    fields_.body_limit = bytes;
    return *this;
}

AIOHTTP_DECL ServerOptions& ServerOptions::socket_buffer(int bytes) {
    fields_.socket_buffer = bytes;
    return *this;
}

struct Server::Impl {
    explicit Impl(const ServerOptions& options)
        : core(std::make_shared<aiohttp::detail::ServerCore>(options.fields())) {}

    std::shared_ptr<aiohttp::detail::ServerCore> core;
};

AIOHTTP_DECL Server::Server(const ServerOptions& options) : impl_(std::make_unique<Impl>(options)) {
    impl_->core->start();
}

AIOHTTP_DECL Server::~Server() {
    impl_->core->stop();
}

AIOHTTP_DECL std::uint16_t Server::port() const {
    return impl_->core->port();
}

AIOHTTP_DECL std::string Server::host() const {
    const auto& options = impl_->core->options();
    if (!options.host.empty()) {
        return options.host;
    }
    const bool local =
        !options.unix_path.empty() || (options.tls && options.address == "127.0.0.1");
    return local ? "localhost" : options.address;
}

AIOHTTP_DECL std::string Server::url(std::string_view path) const {
    auto name = host();
    if (name.find(':') != std::string::npos) {
        name = '[' + name + ']';
    }
    std::string url = impl_->core->options().tls ? "https://" : "http://";
    url.append(name);
    if (port() != 0) {
        url.append(":").append(std::to_string(port()));
    }
    url.append(path);
    return url;
}

AIOHTTP_DECL std::string Server::ca_pem() const {
    return impl_->core->authority_pem();
}

AIOHTTP_DECL Server& Server::route(std::string path, Handler handler) {
    aiohttp::detail::ServerRoute route;
    route.handler = std::move(handler);
    impl_->core->routes().set(std::move(path), std::move(route));
    return *this;
}

AIOHTTP_DECL Server& Server::route(std::string path, Reply reply) {
    aiohttp::detail::ServerRoute route;
    const auto& data = reply.data();
    const auto framing = aiohttp::detail::frame_reply(data, {});
    if (aiohttp::detail::is_immediate(data) && framing.keep_alive) {
        aiohttp::detail::append_reply_head(route.rendered, data, framing);
        aiohttp::detail::append_reply_body(route.rendered, data, framing);
    }
    route.reply = std::move(reply);
    impl_->core->routes().set(std::move(path), std::move(route));
    return *this;
}

AIOHTTP_DECL Server& Server::route(std::string path, Script script) {
    aiohttp::detail::ServerRoute route;
    route.scripted = true;
    route.handler = [script = std::move(script)](const ServerRequest&) -> Answer { return script; };
    impl_->core->routes().set(std::move(path), std::move(route));
    return *this;
}

AIOHTTP_DECL Server& Server::route(std::string path, std::vector<Answer> answers) {
    if (answers.empty()) {
        throw std::invalid_argument("testing::Server::route: no answers for " + path);
    }
    return route(std::move(path),
                 [answers = std::move(answers),
                  next = std::size_t{0}](const ServerRequest&) mutable -> Answer {
                     const auto index = next;
                     next = std::min(next + 1, answers.size() - 1);
                     return answers[index];
                 });
}

AIOHTTP_DECL Server& Server::route_at_head(std::string path, Handler handler) {
    aiohttp::detail::ServerRoute route;
    route.handler = std::move(handler);
    route.at_head = true;
    impl_->core->routes().set(std::move(path), std::move(route));
    return *this;
}

AIOHTTP_DECL Server& Server::on_accept(Script script) {
    return on_accept(AcceptHandler(
        [script = std::move(script)](std::size_t) -> std::optional<Script> { return script; }));
}

AIOHTTP_DECL Server& Server::on_accept(AcceptHandler handler) {
    impl_->core->set_accept_handler(std::move(handler));
    return *this;
}

AIOHTTP_DECL std::vector<ServerRequest> Server::requests() const {
    return impl_->core->log().requests();
}

AIOHTTP_DECL ServerRequest Server::request(std::size_t index) const {
    return impl_->core->log().request(index);
}

AIOHTTP_DECL void Server::clear_requests() {
    impl_->core->log().clear();
}

AIOHTTP_DECL std::size_t Server::request_count() const {
    return impl_->core->log().counters().requests;
}

AIOHTTP_DECL std::size_t Server::malformed_requests() const {
    return impl_->core->log().counters().malformed;
}

AIOHTTP_DECL std::size_t Server::handshake_failures() const {
    return impl_->core->log().counters().handshake_failures;
}

AIOHTTP_DECL std::size_t Server::connections_accepted() const {
    return impl_->core->log().counters().accepted;
}

AIOHTTP_DECL std::size_t Server::connections_open() const {
    return impl_->core->log().counters().open;
}

AIOHTTP_DECL std::size_t Server::max_connections_open() const {
    return impl_->core->log().counters().max_open;
}

AIOHTTP_DECL std::size_t Server::max_concurrent_requests() const {
    return impl_->core->log().counters().max_concurrent;
}

AIOHTTP_DECL bool Server::wait_for_requests(std::size_t count,
                                            std::chrono::nanoseconds timeout) const {
    return impl_->core->log().wait(
        timeout, [count](const auto& counters) { return counters.requests >= count; });
}

AIOHTTP_DECL bool Server::wait_for_connections_accepted(std::size_t count,
                                                        std::chrono::nanoseconds timeout) const {
    return impl_->core->log().wait(
        timeout, [count](const auto& counters) { return counters.accepted >= count; });
}

AIOHTTP_DECL bool Server::wait_for_connections_open(std::size_t count,
                                                    std::chrono::nanoseconds timeout) const {
    return impl_->core->log().wait(
        timeout, [count](const auto& counters) { return counters.open == count; });
}

AIOHTTP_DECL std::size_t Server::close_idle_connections() {
    return impl_->core->for_idle_connections(
        [](aiohttp::detail::ServerConnection& connection) { connection.close(true); });
}

AIOHTTP_DECL std::size_t Server::reset_idle_connections() {
    return impl_->core->for_idle_connections(
        [](aiohttp::detail::ServerConnection& connection) { connection.reset(); });
}

AIOHTTP_DECL std::size_t Server::send_on_idle(std::string bytes) {
    return impl_->core->for_idle_connections(
        [bytes = std::move(bytes)](aiohttp::detail::ServerConnection& connection) {
            connection.send_unasked(bytes);
        });
}

AIOHTTP_DECL void Server::refuse_connections() {
    impl_->core->refuse_connections();
}

}  // namespace aiohttp::testing
