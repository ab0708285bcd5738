// The other limit: the bare epoll loop written with Asio's coroutines. What it costs more than
// that is what Asio costs; what a client costs more than this is its own.

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/write.hpp>

#include "clients/asio_run.hpp"
#include "clients/common.hpp"
#include "clients/message.hpp"
#include "clients/order.hpp"

namespace {

namespace asio = boost::asio;
using asio::awaitable;
using asio::ip::tcp;
using bench::Job;
using Plain = tcp::socket;
using Secure = asio::ssl::stream<tcp::socket>;

constexpr auto token = asio::as_tuple(asio::deferred);

using Run = bench::AsioRun;

void check(const boost::system::error_code& error) {
    if (error) {
        throw boost::system::system_error(error);
    }
}

awaitable<void> open(Plain& stream, Run* run) {
    const auto opened = co_await stream.async_connect(run->server, token);
    check(std::get<0>(opened));
    stream.set_option(tcp::no_delay(true));
}

awaitable<void> open(Secure& stream, Run* run) {
    const auto opened = co_await stream.next_layer().async_connect(run->server, token);
    check(std::get<0>(opened));
    stream.next_layer().set_option(tcp::no_delay(true));
    run->tls.prepare(stream.native_handle());
    const auto shaken = co_await stream.async_handshake(asio::ssl::stream_base::client, token);
    check(std::get<0>(shaken));
}

/// What a connection keeps from request to request.
struct Buffers {
    std::string out;
    std::string body;
    std::vector<char> in;
};

void finish(Run& run,
            std::size_t index,
            const bench::Head& head,
            const Buffers& buffers,
            std::size_t received) {
    const auto& body = buffers.body;
    if (run.job.is("post")) {
        const auto reply = nlohmann::json::parse(body);
        run.tally.check(index, bench::is_order(reply, index), body.size());
    } else if (run.job.is("upload")) {
        run.tally.check(index, run.tally.is_upload_reply(body), run.upload.size());
    } else if (run.job.is("gzip")) {
        run.tally.answer(index, head.status, bench::gunzip(body).size());
    } else {
        run.tally.answer(index, head.status, received);
    }
}

/// The requests of one connection; of all that come, with one connection each.
template <class Stream>
awaitable<void> requests(Stream& stream, Run* run, Buffers* buffers, std::size_t index) {
    const auto& job = run->job;
    auto& [out, body, in] = *buffers;
    while (true) {
        if (job.is("post")) {
            const auto order = bench::make_order(index).dump();
            out = bench::make_head(job, order.size()) + order;
        }
        const std::array<asio::const_buffer, 2> parts{asio::buffer(out), asio::buffer(run->upload)};
        if (run->upload.empty()) {
            const auto sent = co_await asio::async_write(stream, parts[0], token);
            check(std::get<0>(sent));
        } else {
            const auto sent = co_await asio::async_write(stream, parts, token);
            check(std::get<0>(sent));
        }

        std::optional<bench::Head> head;
        std::size_t filled = 0;
        while (!head) {
            if (filled == in.size()) {
                throw std::runtime_error("a head that is too long");
            }
            const auto read = co_await stream.async_read_some(asio::buffer(in) + filled, token);
            check(std::get<0>(read));
            filled += std::get<1>(read);
            head = bench::parse_head({in.data(), filled});
        }
        body.assign(in.data() + head->size, filled - head->size);
        auto received = body.size();
        while (received < head->body_length) {
            const auto read = co_await stream.async_read_some(asio::buffer(in), token);
            check(std::get<0>(read));
            const auto count = std::get<1>(read);
            received += count;
            if (!job.is("download")) {
                body.append(in.data(), count);
            }
        }
        finish(*run, index, *head, *buffers, received);

        if (job.is("close")) {
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
    Buffers buffers;
    buffers.out = bench::make_head(run->job, run->upload.size());
    const auto answer = run->job.is("post") ? std::size_t{1} << 10U : run->job.length;
    buffers.in.resize(std::min(std::size_t{512} + answer, std::size_t{64} << 10U));
    while (const auto index = run->tally.take()) {
        Stream stream(run->io, *context...);
        co_await open(stream, run);
        co_await requests(stream, run, &buffers, *index);
        bench::close(stream);
    }
}

}  // namespace

int main(int argc, char** argv) {
    return bench::asio_main(argc, argv, [](Run& run) {
        return run.job.tls ? worker<Secure>(&run, &run.context) : worker<Plain>(&run);
    });
}
