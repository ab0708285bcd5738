#include <aiohttp/detail/protocol/http_connect.hpp>

#include <string>
#include <string_view>

#include "support/catch.hpp"
#include "support/sans_io.hpp"

using aiohttp::Headers;
using aiohttp::detail::connect_target;
using aiohttp::detail::ConnectDecoder;
using aiohttp::detail::ConnectStatus;
using aiohttp::detail::encode_connect;
using aiohttp::testing::ExactBytes;
using aiohttp::testing::Pieces;
using aiohttp::testing::same_however_cut;
using aiohttp::testing::truncate_everywhere;

namespace {

std::string decode(const Pieces& pieces) {
    ConnectDecoder decoder;
    std::string input;
    for (const auto piece : pieces) {
        input += piece;
        const ExactBytes bytes(input);
        switch (decoder.decode(bytes.view())) {
            case ConnectStatus::need_more:
                break;
            case ConnectStatus::failed:
                return "failed: " + decoder.error();
            case ConnectStatus::connected:
            case ConnectStatus::refused:
                return std::to_string(decoder.head().status) + ' ' + decoder.head().reason +
                       " at " + std::to_string(decoder.consumed());
        }
    }
    return "need more";
}

std::string decoded(std::string_view answer) {
    return same_however_cut(answer, decode);
}

}  // namespace

TEST_CASE("CONNECT names the target twice, and has the proxy's fields only", "[K162]") {
    std::string request;
    encode_connect(request, connect_target("a.test", 443), Headers{{"X-Proxy", "1"}});
    CHECK(request == "CONNECT a.test:443 HTTP/1.1\r\nHost: a.test:443\r\nX-Proxy: 1\r\n\r\n");
    CHECK(connect_target("::1", 8443) == "[::1]:8443");
    CHECK(connect_target("fe80::1%25eth0", 443) == "[fe80::1]:443");
    CHECK(connect_target("127.0.0.1", 80) == "127.0.0.1:80");
}

TEST_CASE("any 2xx opens the tunnel, whatever its fields say, and what follows is the server's") {
    CHECK(decoded("HTTP/1.1 200 Connection established\r\n\r\n") ==
          "200 Connection established at 39");
    CHECK(decoded("HTTP/1.0 204 \r\nContent-Length: 100\r\n\r\n") == "204  at 38");
    CHECK(decoded("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\x16\x03")
              .starts_with("200 OK at "));
    CHECK(decoded("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n\r\nabc") == "200 OK at 44");
    ConnectDecoder decoder;
    CHECK(decoder.decode("HTTP/1.1 299 Fine\r\n\r\n") == ConnectStatus::connected);
}

TEST_CASE("any other status refuses", "[K162]") {
    for (const char* const status : {"101", "300", "302", "403", "407", "502"}) {
        ConnectDecoder decoder;
        CHECK(decoder.decode("HTTP/1.1 " + std::string(status) + " No\r\nA: b\r\n\r\nbody") ==
              ConnectStatus::refused);
        CHECK(decoder.head().headers["a"] == "b");
    }
}

TEST_CASE("what is no answer to CONNECT fails") {
    CHECK(decoded("SSH-2.0-OpenSSH\r\n").starts_with("failed: "));
    CHECK(decoded("HTTP/1.1 200 OK\r\nbad name: x\r\n\r\n").starts_with("failed: "));
    CHECK(decoded(std::string(20'000, 'x')).starts_with("failed: "));
    std::string interim;
    for (int i = 0; i < 65; ++i) {
        interim += "HTTP/1.1 103 Early\r\n\r\n";
    }
    CHECK(decode({interim}) == "failed: more than 64 interim responses");
}

TEST_CASE("an answer to CONNECT that is cut short is not taken for one") {
    truncate_everywhere(
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nA: b\r\n\r\n", decode,
        [](std::string_view, const std::string& outcome) { CHECK(outcome == "need more"); });
}
