#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/system/error_code.hpp>

namespace aiohttp {
struct TlsFailure;
}

namespace aiohttp::detail {

struct TlsPeer;
inline const std::shared_ptr<const TlsPeer> no_tls_peer;

namespace asio = boost::asio;
using boost::system::error_code;

/// What an operation on a transport came to. Trivially destructible, as GCC 12 wants it.
struct IoResult {
    error_code error;
    std::size_t bytes = 0;
};

/// Something that a deadline can bring to an end.
class Abortable {
public:
    /// Makes the operation under way complete soon with operation_aborted.
    virtual void abort() noexcept = 0;

protected:
    ~Abortable() = default;
};

/// A reliable byte stream to the peer: TCP, TLS over another transport, memory in tests. The only
/// I/O seam of the library. One reader and one writer at a time.
class Transport : public Abortable {
public:
    virtual ~Transport() = default;

    /// Reads at least one byte. The end of the stream is asio::error::eof.
    virtual asio::awaitable<IoResult> read_some(asio::mutable_buffer into) = 0;
    /// The socket, when its bytes are the stream's as they are, else null: whoever waits for an
    /// answer may read from it as read_some() would, without a coroutine of its own for that.
    virtual asio::generic::stream_protocol::socket* plain_socket() noexcept { return nullptr; }
    /// Writes of both buffers, in one system call, what can be written without waiting:
    /// error::would_block when nothing can; a transport that never can says so always.
    virtual IoResult try_write(asio::const_buffer /*first*/,
                               asio::const_buffer /*second*/) noexcept {
        return {asio::error::would_block, 0};
    }
    /// Writes both buffers whole, in one system call where possible.
    virtual asio::awaitable<IoResult> write(asio::const_buffer first,
                                            asio::const_buffer second) = 0;
    /// Writes a part, at least one byte unless the peer has sent something first (then perhaps
    /// nothing, and no error): how an early answer interrupts a long upload.
    virtual asio::awaitable<IoResult> write_until_readable(asio::const_buffer bytes) = 0;
    /// Makes a pending read_some() complete with operation_aborted. Nothing is lost, and the stream
    /// goes on: how a wait that need not succeed comes to its end. Nothing else is pending then.
    virtual void cancel_read() noexcept = 0;
    /// Closes at once; pending operations complete with operation_aborted.
    virtual void close() noexcept = 0;
    /// Reads what has already arrived, without waiting: error::would_block when nothing has.
    virtual IoResult try_read(asio::mutable_buffer into) noexcept = 0;
    /// Whether it is known without reading that nothing has arrived, no end of the stream either.
    /// If not, try_read() tells.
    virtual bool is_quiet() noexcept { return false; }
    /// The peer's address, e.g. "127.0.0.1:8080". Connections to one server may share it, and so do
    /// their responses.
    virtual std::shared_ptr<const std::string> remote_endpoint() const = 0;
    /// Who was met in the TLS handshake; null without TLS.
    virtual const std::shared_ptr<const TlsPeer>& tls_peer() const noexcept { return no_tls_peer; }
    /// After an error: how TLS refused, if it was that; else null.
    virtual std::shared_ptr<const TlsFailure> tls_failure() const { return nullptr; }

    void abort() noexcept final { close(); }
};

}  // namespace aiohttp::detail
