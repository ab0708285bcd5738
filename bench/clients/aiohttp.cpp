// This library, everything at its defaults: timeouts, cookie jar, redirects, decoding.

#include <memory>
#include <ranges>
#include <string>
#include <utility>
#include <vector>

#include <aiohttp/aiohttp.hpp>
#include <nlohmann/json.hpp>

#include "clients/common.hpp"
#include "clients/order.hpp"

namespace {

using aiohttp::ClientSession;
using aiohttp::ClientSessionOptions;
using aiohttp::TCPConnectorOptions;
using boost::asio::awaitable;

struct Run {
    const bench::Job& job;
    bench::Tally& tally;
    ClientSession session;
    std::string upload;
};

awaitable<void> fetch(Run* run, std::size_t index) {
    auto response = co_await run->session.get(run->job.url);
    const auto body = co_await response.read();
    run->tally.answer(index, response.status(), body.size());
}

awaitable<void> get(Run* run) {
    while (const auto index = run->tally.take()) {
        auto response = co_await run->session.get(run->job.url);
        const auto body = co_await response.read();
        run->tally.answer(*index, response.status(), body.size());
    }
}

awaitable<void> download(Run* run) {
    while (const auto index = run->tally.take()) {
        auto response = co_await run->session.get(run->job.url);
        auto content = response.content();
        std::uint64_t bytes = 0;
        while (const auto piece = co_await content.next()) {
            bytes += piece->size();
        }
        run->tally.answer(*index, response.status(), bytes);
    }
}

awaitable<void> post(Run* run) {
    while (const auto index = run->tally.take()) {
        const auto order = bench::make_order(*index);
        auto response = co_await run->session.post(run->job.url).json(order);
        const auto reply = co_await response.json();
        const bool right = response.status() == 200 && bench::is_order(reply, *index);
        run->tally.check(*index, right, response.content_length().value_or(0));
    }
}

awaitable<void> upload(Run* run) {
    while (const auto index = run->tally.take()) {
        auto body = aiohttp::view_body(run->upload, "application/octet-stream");
        auto response = co_await run->session.post(run->job.url).data(std::move(body));
        const auto reply = co_await response.text();
        const bool right = response.status() == 200 && run->tally.is_upload_reply(reply);
        run->tally.check(*index, right, run->upload.size());
    }
}

/// Ten cookies of this host, and ten for each of as many others as it takes.
void fill_jar(Run& run) {
    auto& jar = run.session.cookie_jar();
    for (std::size_t i = 0; i < run.job.cookies; ++i) {
        const auto number = std::to_string(i / 10);
        const auto site = i < 10 ? run.job.url : "http://shop" + number + ".example/";
        const aiohttp::Pairs cookie{{"c" + std::to_string(i % 10), "value" + number}};
        jar.update_cookies(cookie, aiohttp::Url(site));
    }
}

ClientSessionOptions options(const bench::Job& job) {
    TCPConnectorOptions connector;
    connector.limit(job.concurrency).force_close(job.is("close"));
    if (!job.ca_file.empty()) {
        connector.ssl(aiohttp::TlsOptions().ca_file(job.ca_file));
    }
    return ClientSessionOptions().connector(connector);
}

awaitable<void> all(Run* run) {
    const auto& work = run->job.work;
    if (work == "queue" || work == "begun") {
        const auto indices = std::views::iota(std::size_t{0}, run->job.count);
        const auto make = [run](std::size_t index) { return fetch(run, index); };
        const std::size_t limit = work == "queue" ? run->job.concurrency : 0;
        co_await aiohttp::gather_settled(indices, make, {.limit = limit});
        co_return;
    }
    const auto loop = work == "download" ? download
                      : work == "post"   ? post
                      : work == "upload" ? upload
                                         : get;
    if (run->job.concurrency == 1) {
        co_await loop(run);
        co_return;
    }
    std::vector<awaitable<void>> loops;
    for (std::size_t i = 0; i < run->job.concurrency; ++i) {
        loops.push_back(loop(run));
    }
    co_await aiohttp::gather(std::move(loops));
}

}  // namespace

int main(int argc, char** argv) {
    return bench::client_main(argc, argv, [](const bench::Job& job, bench::Tally& tally) {
        Run run{job, tally, ClientSession(options(job)), {}};
        run.upload.assign(job.is("upload") ? job.length : 0, 'x');
        fill_jar(run);
        tally.start();
        aiohttp::run(all(&run));
    });
}
