// Boost.Beast as its examples show it: coroutines, a timeout for every operation, its own messages
// and parsers. A pool, redirects, cookies and the rest would have to be written.

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl.hpp>

#include "clients/asio_run.hpp"
#include "clients/common.hpp"
#include "clients/message.hpp"
#include "clients/order.hpp"

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::awaitable;
using asio::use_awaitable;
using asio::ip::tcp;
using bench::Job;
using Plain = beast::tcp_stream;
using Secure = beast::ssl_stream<beast::tcp_stream>;

constexpr std::chrono::seconds timeout{30};

using Run = bench::AsioRun;

awaitable<void> open(Plain& stream, Run* run) {
    stream.expires_after(timeout);
    co_await stream.async_connect(run->server, use_awaitable);
    stream.socket().set_option(tcp::no_delay(true));
}

awaitable<void> open(Secure& stream, Run* run) {
    co_await open(stream.next_layer(), run);
    run->tls.prepare(stream.native_handle());
    co_await stream.async_handshake(asio::ssl::stream_base::client, use_awaitable);
}

template <class Body>
http::request<Body> make_request(const Job& job) {
    http::request<Body> request(
        job.is("post") || job.is("upload") ? http::verb::post : http::verb::get, job.target, 11);
    request.set(http::field::host, job.authority());
    request.set(http::field::user_agent, "bench");
    request.set(http::field::accept, "*/*");
    if (job.is("post")) {
        request.set(http::field::content_type, "application/json");
    } else if (job.is("upload")) {
        request.set(http::field::content_type, "application/octet-stream");
    } else if (job.is("gzip")) {
        request.set(http::field::accept_encoding, "gzip");
    }
    request.keep_alive(!job.is("close"));
    return request;
}

template <class Stream>
awaitable<void> send(Stream& stream, Run* run, std::size_t index) {
    if (run->job.is("upload")) {
        auto request = make_request<http::span_body<char>>(run->job);
        request.body() = beast::span<char>(run->upload.data(), run->upload.size());
        request.prepare_payload();
        co_await http::async_write(stream, request, use_awaitable);
        co_return;
    }
    auto request = make_request<http::string_body>(run->job);
    if (run->job.is("post")) {
        request.body() = bench::make_order(index).dump();
    }
    request.prepare_payload();
    co_await http::async_write(stream, request, use_awaitable);
}

/// A body in pieces of 64 KiB.
template <class Stream>
awaitable<void> receive_pieces(Stream& stream,
                               Run* run,
                               beast::flat_buffer* buffer,
                               std::size_t index) {
    http::response_parser<http::buffer_body> parser;
    parser.body_limit(boost::none);
    co_await http::async_read_header(stream, *buffer, parser, use_awaitable);
    std::vector<char> piece(std::size_t{64} << 10U);
    std::size_t received = 0;
    while (!parser.is_done()) {
        parser.get().body().data = piece.data();
        parser.get().body().size = piece.size();
        beast::get_lowest_layer(stream).expires_after(timeout);
        boost::system::error_code error;
        co_await http::async_read(stream, *buffer, parser,
                                  asio::redirect_error(use_awaitable, error));
        if (error && error != http::error::need_buffer) {
            throw boost::system::system_error(error);
        }
        received += piece.size() - parser.get().body().size;
    }
    run->tally.answer(index, parser.get().result_int(), received);
}

template <class Stream>
awaitable<void> receive(Stream& stream, Run* run, beast::flat_buffer* buffer, std::size_t index) {
    http::response<http::string_body> response;
    co_await http::async_read(stream, *buffer, response, use_awaitable);
    const auto& body = response.body();
    const bool good = response.result() == http::status::ok;
    if (run->job.is("post")) {
        const auto reply = nlohmann::json::parse(body);
        run->tally.check(index, good && bench::is_order(reply, index), body.size());
    } else if (run->job.is("upload")) {
        run->tally.check(index, good && run->tally.is_upload_reply(body), run->upload.size());
    } else if (run->job.is("gzip")) {
        const bool coded = response[http::field::content_encoding] == "gzip";
        const auto text = coded ? bench::gunzip(body) : body;
        run->tally.answer(index, response.result_int(), text.size());
    } else {
        run->tally.answer(index, response.result_int(), body.size());
    }
}

/// The requests of one connection; of all that come, with one connection each.
template <class Stream>
awaitable<void> requests(Stream& stream, Run* run, std::size_t index) {
    // Left alone it reads 512 bytes at a time.
    beast::flat_buffer buffer;
    buffer.reserve(std::min(std::size_t{512} + run->job.length, std::size_t{64} << 10U));
    while (true) {
        beast::get_lowest_layer(stream).expires_after(timeout);
        co_await send(stream, run, index);
        beast::get_lowest_layer(stream).expires_after(timeout);
        if (run->job.is("download")) {
            co_await receive_pieces(stream, run, &buffer, index);
        } else {
            co_await receive(stream, run, &buffer, index);
        }
        if (run->job.is("close")) {
            co_return;
        }
        const auto next = run->tally.take();
        if (!next) {
            co_return;
        }
        index = *next;
    }
}

template <class Stream, class... Context>
awaitable<void> worker(Run* run, Context*... context) {
    while (const auto index = run->tally.take()) {
        Stream stream(run->io, *context...);
        co_await open(stream, run);
        co_await requests(stream, run, *index);
        bench::close(stream);
    }
}

}  // namespace

int main(int argc, char** argv) {
    return bench::asio_main(argc, argv, [](Run& run) {
        return run.job.tls ? worker<Secure>(&run, &run.context) : worker<Plain>(&run);
    });
}
