#pragma once

// What the clients that are written with Asio share: one io_context, and a worker a connection.

#include <cstddef>
#include <exception>
#include <string>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>

#include "clients/common.hpp"
#include "clients/raw_tls.hpp"

namespace bench {

struct AsioRun {
    const Job& job;
    Tally& tally;
    RawTls tls;
    boost::asio::io_context io{1};
    boost::asio::ssl::context context{nullptr};
    boost::asio::ip::tcp::endpoint server;
    std::string upload;

    AsioRun(const Job& j, Tally& t)
        : job(j),
          tally(t),
          tls(j),
          context(share(tls.context())),
          server(boost::asio::ip::make_address(j.host),
                 static_cast<unsigned short>(std::stoi(j.port))),
          upload(j.is("upload") ? j.length : 0, 'x') {}

    /// Starts as many workers as connections are wanted, and runs them to their ends.
    template <class Make>
    void spawn(const Make& make) {
        const auto ended = [](const std::exception_ptr& error) {
            if (error) {
                std::rethrow_exception(error);
            }
        };
        tally.start();
        for (std::size_t i = 0; i < job.concurrency; ++i) {
            boost::asio::co_spawn(io, make(*this), ended);
        }
        io.run();
    }

private:
    static SSL_CTX* share(SSL_CTX* context) {
        ::SSL_CTX_up_ref(context);
        return context;
    }
};

/// Says nothing to the peer, so that closing never waits; a TLS session stays resumable.
template <class Stream>
void close(Stream& stream) {
    if constexpr (requires { ::SSL_shutdown(stream.native_handle()); }) {
        ::SSL_set_quiet_shutdown(stream.native_handle(), 1);
        ::SSL_shutdown(stream.native_handle());
    }
}

/// main() of such a client: `make(run)` gives the coroutine of a worker.
template <class Make>
int asio_main(int argc, char** argv, const Make& make) {
    return client_main(argc, argv, [&make](const Job& job, Tally& tally) {
        if (job.is("cookies") || job.is("begun")) {
            unsupported(job);
        }
        AsioRun run(job, tally);
        run.spawn(make);
    });
}

}  // namespace bench
