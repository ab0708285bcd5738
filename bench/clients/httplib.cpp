// cpp-httplib: blocking, so one connection only.

#include <cstddef>
#include <stdexcept>
#include <string>

#include <httplib.h>

#include "clients/common.hpp"
#include "clients/order.hpp"

namespace {

void all(const bench::Job& job, bench::Tally& tally) {
    if (job.concurrency != 1 || job.is("cookies")) {
        bench::unsupported(job);
    }
    const std::string upload(job.is("upload") ? job.length : 0, 'x');
    httplib::Client client((job.tls ? "https://" : "http://") + job.authority());
    client.set_keep_alive(!job.is("close"));
    client.set_tcp_nodelay(true);
    client.set_follow_location(true);
    if (job.tls) {
        client.set_ca_cert_path(job.ca_file);
    }
    const httplib::Headers headers =
        job.is("gzip") ? httplib::Headers{{"Accept-Encoding", "gzip"}} : httplib::Headers{};

    tally.start();
    while (const auto index = tally.take()) {
        std::size_t received = 0;
        const auto drop = [&received](const char*, std::size_t count) {
            received += count;
            return true;
        };
        const auto result =
            job.is("download") ? client.Get(job.target, drop)
            : job.is("upload")
                ? client.Post(job.target, upload.data(), upload.size(), "application/octet-stream")
            : job.is("post")
                ? client.Post(job.target, bench::make_order(*index).dump(), "application/json")
                : client.Get(job.target, headers);
        if (!result) {
            throw std::runtime_error(httplib::to_string(result.error()));
        }
        const bool good = result->status == 200;
        if (job.is("post")) {
            const auto reply = nlohmann::json::parse(result->body);
            tally.check(*index, good && bench::is_order(reply, *index), result->body.size());
        } else if (job.is("upload")) {
            tally.check(*index, good && tally.is_upload_reply(result->body), upload.size());
        } else {
            tally.answer(*index, result->status,
                         job.is("download") ? received : result->body.size());
        }
    }
}

}  // namespace

int main(int argc, char** argv) {
    return bench::client_main(argc, argv, all);
}
