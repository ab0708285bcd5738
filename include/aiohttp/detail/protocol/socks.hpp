#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace aiohttp::detail {

enum class SocksVersion : std::uint8_t { v4, v4a, v5 };

/// What a SOCKS proxy is asked for.
struct SocksRequest {
    SocksVersion version = SocksVersion::v5;
    std::string host;  ///< a name, or an IP address without brackets
    std::uint16_t port = 0;
    std::string login;     ///< empty: none
    std::string password;  ///< for SOCKS5
};

/// The client's side of a SOCKS4, SOCKS4a or SOCKS5 (RFC 1928, RFC 1929) handshake:
///
///     output() is to be sent, then sent(); wanted() bytes are to be received, then feed(); until
///     done() or failed()
///
/// What is received in one go must not be more than wanted(): the bytes behind a handshake belong
/// to the connection.
class SocksHandshake {
public:
    explicit SocksHandshake(SocksRequest request);

    /// What is to be sent now, or nothing.
    std::string_view output() const noexcept { return output_; }
    void sent();
    /// How many more bytes the next step needs; 0 unless it is their turn.
    std::size_t wanted() const noexcept;
    void feed(std::string_view bytes);

    bool done() const noexcept { return state_ == State::done; }
    bool failed() const noexcept { return state_ == State::failed; }
    /// Why it failed, with the meaning of the proxy's answer.
    const std::string& error() const noexcept { return error_; }
    /// The code the proxy refused with, or 0.
    int reply() const noexcept { return reply_; }

private:
    enum class State : std::uint8_t {
        reply4,       // SOCKS4's only one
        method,       // which method the proxy has chosen
        auth,         // whether it takes login and password
        reply5,       // the fixed part of its answer
        bound_name,   // the length of a name in it
        bound_place,  // address and port, of no interest
        done,
        failed
    };

    void begin4();
    void begin5();
    void request5();
    void expect(State state, std::size_t bytes);
    void fail(std::string what, int reply = 0);
    void step();
    void take_method();
    void take_reply5();

    SocksRequest request_;
    State state_ = State::failed;
    std::string output_;
    std::string input_;
    std::size_t needed_ = 0;
    std::string error_;
    int reply_ = 0;
};

}  // namespace aiohttp::detail
