#include "fixture.hpp"

#include <chrono>
#include <exception>
#include <iostream>
#include <string>

#include <aiohttp/detail/protocol/content_coding.hpp>
#include <aiohttp/run.hpp>
#include <aiohttp/testing/server.hpp>

namespace snippets {

using aiohttp::testing::Reply;
using aiohttp::testing::Script;
using aiohttp::testing::Server;
using aiohttp::testing::ServerOptions;
using aiohttp::testing::ServerRequest;

std::string compressed(const std::string& text) {
    std::string out;
    aiohttp::detail::make_content_encoder(aiohttp::ContentCoding::gzip)->encode(text, true, out);
    return out;
}

/// Knows the paths that the documentation uses; the others are not found.
class AnyServer {
public:
    explicit AnyServer(const ServerOptions& options) : server_(options) {
        server_.route("/", Reply(200, "Hello"));
        server_.route("/get", Reply(200, "Hello, world"));
        server_.route("/slow", Reply(200, "at last").delay(std::chrono::milliseconds(20)));
        server_.route("/stalled", Script().stall());
        server_.route("/file", Reply(200, std::string(1'000'000, 'x')));
        server_.route("/lines", Reply().chunked({"one\n", "two\n", "three\n"}));
        server_.route(
            "/compressed",
            Reply(200, compressed(std::string(10'000, 'x'))).header("Content-Encoding", "gzip"));
        server_.route("/koi8",
                      Reply(200, "\xf0\xd2\xc9\xd7\xc5\xd4", "text/plain; charset=koi8-r"));
        server_.route("/user/7", Reply().json_text(R"({"name":"Ada","age":36})"));
        server_.route("/post", [](const ServerRequest& request) {
            return Reply(200, request.body, "application/json");
        });
        server_.route("/headers",
                      [](const ServerRequest& request) { return Reply(200, request.raw_head); });
        server_.route("/parts", Reply(200,
                                      "--b\r\nContent-Disposition: form-data; name=a\r\n\r\none\r\n"
                                      "--b\r\nContent-Disposition: form-data; name=b\r\n\r\ntwo\r\n"
                                      "--b--\r\n",
                                      "multipart/form-data; boundary=b"));
        server_.route("/redirect", Reply(302).header("Location", "/get"));
        server_.route("/cookies/set", Reply(200).header("Set-Cookie", "session=42"));
        server_.route("/page/*",
                      [](const ServerRequest& request) { return Reply(200, request.path); });
    }
    std::string url(std::string_view path) const { return server_.url(path); }

private:
    Server server_;
};

std::string http_url(std::string_view path) {
    static const AnyServer server{ServerOptions()};
    return server.url(path);
}

std::string https_url(std::string_view path) {
    static const AnyServer server{ServerOptions().tls()};
    return server.url(path);
}

int run_all(const std::vector<std::pair<std::string, Body>>& bodies) {
    int failures = 0;
    for (const auto& [name, body] : bodies) {
        try {
            aiohttp::ClientSession session;
            aiohttp::run(body(session));
        } catch (const std::exception& error) {
            std::cerr << name << ": " << error.what() << '\n';
            ++failures;
        }
    }
    return failures;
}

}  // namespace snippets
