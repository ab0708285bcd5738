#pragma once

#include <memory>
#include <string>
#include <string_view>

#include <aiohttp/detail/message/tls_peer.hpp>
#include <aiohttp/detail/net/tls_context.hpp>
#include <aiohttp/detail/net/tls_sessions.hpp>
#include <aiohttp/detail/net/tls_verify.hpp>
#include <aiohttp/detail/net/tls_wire.hpp>
#include <aiohttp/detail/net/transport.hpp>
#include <aiohttp/error.hpp>
#include <aiohttp/tls_failure.hpp>

struct ssl_st;

namespace aiohttp::detail {

/// What a TLS handshake came to.
struct TlsHandshake {
    error_code error;              ///< of the transport below, e.g. eof or operation_aborted
    errc kind = errc::tls_failed;  ///< what an error is to be called
    std::string text;              ///< what failed; empty on success or when `error` says it all
    std::shared_ptr<const TlsFailure> failure;  ///< the same for programs, or null
};

/// TLS over any other transport: OpenSSL works on memory, this class moves the bytes. The end of
/// the stream without close_notify is ssl::error::stream_truncated, not eof (RFC 8446 6.1). Closing
/// sends close_notify if that can be done at once, and waits for nothing.
class TlsTransport final : public Transport {
public:
    /// `host` is what SNI names and what the certificate is checked against; an IP address is
    /// checked as such and not named in SNI (RFC 6066 3). `server`: with whom sessions are shared.
    TlsTransport(std::unique_ptr<Transport> next,
                 std::shared_ptr<const TlsContext> context,
                 std::string host,
                 std::string server);
    ~TlsTransport() override;

    asio::awaitable<TlsHandshake> handshake();

    asio::awaitable<IoResult> read_some(asio::mutable_buffer into) override;
    /// What is pending goes first: then, and when it is more than a record, error::would_block. The
    /// bytes count as written when they are encrypted; what of them is left goes out before others.
    IoResult try_write(asio::const_buffer first, asio::const_buffer second) noexcept override;
    asio::awaitable<IoResult> write(asio::const_buffer first, asio::const_buffer second) override;
    asio::awaitable<IoResult> write_until_readable(asio::const_buffer bytes) override;
    void cancel_read() noexcept override;
    void close() noexcept override;
    IoResult try_read(asio::mutable_buffer into) noexcept override;
    bool is_quiet() noexcept override;
    std::shared_ptr<const std::string> remote_endpoint() const override {
        return next_->remote_endpoint();
    }
    const std::shared_ptr<const TlsPeer>& tls_peer() const noexcept override { return peer_; }
    std::shared_ptr<const TlsFailure> tls_failure() const override { return failure_; }

private:
    static constexpr std::size_t record_size = 16384;  // of plain text, at most

    /// Whether OpenSSL can have nothing to say before more has come.
    bool is_drained() const noexcept;
    /// One record, at most; error::would_block when more has to come first.
    IoResult decrypt(asio::mutable_buffer into) noexcept;
    /// Why OpenSSL read nothing; would_block: it needs more bytes.
    error_code explain_read(int read) noexcept;
    /// After a record: those behind it that can be read without waiting, while there is room.
    void read_on(asio::mutable_buffer into, IoResult& result) noexcept;
    error_code encrypt(asio::const_buffer bytes) noexcept;
    void note_write(const error_code& error) noexcept;
    /// Sends what is pending as far as it can be sent without waiting; error::would_block: there is
    /// a rest.
    error_code try_flush() noexcept;
    asio::awaitable<error_code> flush();
    /// Sends what is pending, the rest of an upload or the answer to a key update (RFC 8446 4.6.3),
    /// as long as the peer does not say anything. A write that fails is no error here.
    asio::awaitable<error_code> flush_until_readable();
    asio::awaitable<error_code> receive();
    TlsHandshake failure();
    TlsHandshake accept();
    std::string chosen_protocol() const;
    void say_goodbye() noexcept;

    std::unique_ptr<Transport> next_;
    std::shared_ptr<const TlsContext> context_;
    std::string host_;
    TlsVerification verification_;  // ssl_ points to it
    TlsResumption resumption_;      // ssl_ points to it
    TlsWire wire_;                  // ssl_ points to it
    std::unique_ptr<ssl_st, void (*)(ssl_st*)> ssl_;
    std::string begin_;         // the first bytes of the server
    error_code late_;           // came behind data; what is read next is this
    bool checkable_ = false;    // whether a certificate can be checked against the name
    bool established_ = false;  // the server was accepted
    bool broken_ = false;       // nothing more can be sent
    std::shared_ptr<const TlsPeer> peer_;
    std::shared_ptr<const TlsFailure> failure_;
};

}  // namespace aiohttp::detail
