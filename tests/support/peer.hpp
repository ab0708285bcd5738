#pragma once

#include <array>
#include <string>
#include <string_view>

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>

#include <aiohttp/testing/server.hpp>

// A client of the scripted server that is no part of the library.
namespace aiohttp::testing {

/// A blocking connection whose reads return what came, and "" at the end.
class Peer {
public:
    explicit Peer(const Server& server, const std::string& address = "127.0.0.1") : socket_(io_) {
        socket_.connect({boost::asio::ip::make_address(address), server.port()});
        socket_.set_option(boost::asio::ip::tcp::no_delay(true));
    }

    void send(std::string_view bytes) { boost::asio::write(socket_, boost::asio::buffer(bytes)); }

    std::string read_some() {
        std::array<char, 4096> bytes;
        const auto size = socket_.read_some(boost::asio::buffer(bytes), error_);
        return {bytes.data(), size};
    }

    std::string read_until(std::string_view end) {
        std::string text;
        while (text.find(end) == std::string::npos) {
            const auto piece = read_some();
            if (piece.empty()) {
                break;
            }
            text += piece;
        }
        return text;
    }

    std::string read_to_end() {
        std::string text;
        for (auto piece = read_some(); !piece.empty(); piece = read_some()) {
            text += piece;
        }
        return text;
    }

    std::string exchange(std::string_view request, std::string_view end) {
        send(request);
        return read_until(end);
    }

    boost::asio::ip::tcp::socket& socket() { return socket_; }
    boost::system::error_code error() const { return error_; }

private:
    boost::asio::io_context io_;
    boost::asio::ip::tcp::socket socket_;
    boost::system::error_code error_;
};

/// To read_until(), what never comes.
inline const std::string end_of_time = "\x01never";

/// A GET request for `target`, with the fields `more`.
inline std::string get(std::string_view target, std::string_view more = {}) {
    std::string text = "GET ";
    text.append(target).append(" HTTP/1.1\r\nHost: x\r\n").append(more).append("\r\n");
    return text;
}

}  // namespace aiohttp::testing
