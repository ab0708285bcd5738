#include <aiohttp/detail/protocol/http1_framing.hpp>

#include "support/catch.hpp"

using namespace aiohttp::detail;

namespace {

ResponseHead head_of(int status, aiohttp::Headers headers, int version = 11) {
    ResponseHead head;
    head.version = version;
    head.status = status;
    head.headers = std::move(headers);
    return head;
}

/// The framing as text, e.g. "length 5 keep_alive", or the error.
std::string framing_of(const ResponseHead& head,
                       std::string_view method = "GET",
                       bool read_until_eof = true) {
    Framing framing;
    framing.keep_alive = true;  // must be overwritten
    framing.upgraded = true;
    std::string error;
    if (!decide_framing(method, head, read_until_eof, framing, error)) {
        CHECK_FALSE(error.empty());
        return "failed: " + error;
    }
    CHECK(error.empty());
    constexpr std::string_view kinds[] = {"none", "length", "chunked", "until_close"};
    std::string text(kinds[static_cast<std::size_t>(framing.kind)]);
    if (framing.kind == BodyKind::length) {
        text += ' ' + std::to_string(framing.length);
    }
    return text + (framing.keep_alive ? " keep_alive" : "") + (framing.upgraded ? " upgraded" : "");
}

std::string framing_of(const aiohttp::Headers& headers) {
    return framing_of(head_of(200, headers));
}

}  // namespace

TEST_CASE("Content-Length frames the body", "[protocol][A1]") {
    const auto [value, framing] = GENERATE(table<std::string, std::string>({
        {"5", "length 5 keep_alive"},
        {"0", "length 0 keep_alive"},
        {"007", "length 7 keep_alive"},
        {"9223372036854775807", "length 9223372036854775807 keep_alive"},
    }));
    CHECK(framing_of({{"content-LENGTH", value}}) == framing);
}

TEST_CASE("a malformed Content-Length is an error, also without a body", "[protocol][J142]") {
    const std::string value =
        GENERATE("", "-1", "+5", "5 ", "5, 5", "5,6", "5a", "0x5", "five", "5.0", "1 2", "-0",
                 "9223372036854775808", "18446744073709551616", "99999999999999999999999");
    const std::string error = "failed: bad Content-Length \"" + value + "\"";
    const aiohttp::Headers headers{{"Content-Length", value}};
    CHECK(framing_of(headers) == error);
    CHECK(framing_of(head_of(200, headers), "HEAD") == error);
    CHECK(framing_of(head_of(204, headers)) == error);
    CHECK(framing_of(head_of(304, headers)) == error);
    CHECK(framing_of(head_of(101, headers)) == error);
    CHECK(framing_of(head_of(404, headers), "CONNECT") == error);
}

TEST_CASE("two Content-Length fields are an error even when equal", "[protocol][J142]") {
    const std::string second = GENERATE("5", "6");
    CHECK(framing_of({{"Content-Length", "5"}, {"content-length", second}}) ==
          "failed: got 2 Content-Length fields, the last is \"" + second + "\"");
}

TEST_CASE("Content-Length beside any Transfer-Encoding is an error", "[protocol][J142]") {
    const std::string coding = GENERATE("chunked", "gzip", "identity", "");
    CHECK(framing_of({{"Content-Length", "5"}, {"Transfer-Encoding", coding}}) ==
          "failed: Content-Length \"5\" beside Transfer-Encoding \"" + coding + "\"");
    CHECK(framing_of({{"Transfer-Encoding", coding}, {"Content-Length", "5"}})
              .starts_with("failed: "));
}

TEST_CASE("a final chunked coding frames the body", "[protocol][J143]") {
    const std::string value = GENERATE("chunked", "Chunked", "gzip, chunked", "gzip,,chunked,",
                                       "foo;q=\"1\" , CHUNKED", " \t chunked \t ");
    CHECK(framing_of({{"Transfer-Encoding", value}}) == "chunked keep_alive");
}

TEST_CASE("transfer codings of several lines are one list", "[protocol][J143]") {
    CHECK(framing_of({{"Transfer-Encoding", "gzip"}, {"Transfer-Encoding", "chunked"}}) ==
          "chunked keep_alive");
    CHECK(framing_of({{"Transfer-Encoding", "chunked"}, {"Transfer-Encoding", "gzip"}}) ==
          "until_close");
}

TEST_CASE("two chunked codings are an error", "[protocol][J143]") {
    const std::string value =
        GENERATE("chunked, chunked", "chunked,Chunked", "chunked, gzip, chunked");
    CHECK(framing_of({{"Transfer-Encoding", value}}) ==
          "failed: Transfer-Encoding applies chunked more than once");
    CHECK(framing_of({{"Transfer-Encoding", "chunked"}, {"transfer-encoding", "chunked"}})
              .starts_with("failed: "));
}

TEST_CASE("a transfer coding that is no token is an error", "[protocol]") {
    const std::string value = GENERATE("gz ip, chunked", "\xffgzip, chunked", "chunked x",
                                       "\"chunked\"", ";a=b, chunked");
    CHECK(framing_of({{"Transfer-Encoding", value}}).starts_with("failed: bad Transfer-Encoding "));
    CHECK(framing_of(head_of(200, {{"Transfer-Encoding", value}}), "HEAD").starts_with("failed: "));
}

TEST_CASE("Transfer-Encoding that does not end in chunked is read until close", "[protocol]") {
    const std::string value =
        GENERATE("gzip", "identity", "chunked, gzip", "", "chunkedx", "xchunked", "chunked;a=b");
    const aiohttp::Headers headers{{"Transfer-Encoding", value}};
    CHECK(framing_of(headers) == "until_close");
    CHECK(framing_of(head_of(200, headers), "GET", false) == "none");
}

TEST_CASE("without a length the body ends with the connection", "[protocol][J145]") {
    CHECK(framing_of(head_of(200, {})) == "until_close");
    CHECK(framing_of(head_of(205, {})) == "until_close");
    CHECK(framing_of(head_of(200, {{"Connection", "keep-alive"}})) == "until_close");
}

TEST_CASE("without a length and read_until_eof the body is empty", "[protocol][J145]") {
    CHECK(framing_of(head_of(200, {}), "GET", false) == "none");
    CHECK(framing_of(head_of(200, {{"Content-Length", "5"}}), "GET", false) ==
          "length 5 keep_alive");
    CHECK(framing_of(head_of(200, {{"Transfer-Encoding", "chunked"}}), "GET", false) ==
          "chunked keep_alive");
}

TEST_CASE("responses without a body stay poolable whatever their headers say",
          "[protocol][A2][A3]") {
    const aiohttp::Headers headers =
        GENERATE(aiohttp::Headers{}, aiohttp::Headers{{"Content-Length", "100"}},
                 aiohttp::Headers{{"Transfer-Encoding", "chunked"}},
                 aiohttp::Headers{{"Transfer-Encoding", "gzip"}});
    CHECK(framing_of(head_of(200, headers), "HEAD") == "none keep_alive");
    CHECK(framing_of(head_of(404, headers), "HEAD") == "none keep_alive");
    CHECK(framing_of(head_of(204, headers)) == "none keep_alive");
    CHECK(framing_of(head_of(304, headers)) == "none keep_alive");
    CHECK(framing_of(head_of(100, headers)) == "none keep_alive");
    CHECK(framing_of(head_of(103, headers), "POST") == "none keep_alive");
}

TEST_CASE("responses without a body still may close the connection", "[protocol][A4]") {
    const aiohttp::Headers headers{{"Content-Length", "100"}, {"Connection", "close"}};
    CHECK(framing_of(head_of(200, headers), "HEAD") == "none");
    CHECK(framing_of(head_of(204, headers)) == "none");
}

TEST_CASE("methods are case-sensitive", "[protocol]") {
    const auto head = head_of(200, {{"Content-Length", "5"}});
    CHECK(framing_of(head, "head") == "length 5 keep_alive");
    CHECK(framing_of(head, "connect") == "length 5 keep_alive");
}

TEST_CASE("101 is final, has no body and takes the connection", "[protocol][J146]") {
    CHECK(framing_of(head_of(101, {{"Upgrade", "websocket"}, {"Connection", "Upgrade"}})) ==
          "none upgraded");
    CHECK(framing_of(head_of(101, {{"Connection", "keep-alive"}, {"Content-Length", "5"}})) ==
          "none upgraded");
}

TEST_CASE("only 1xx other than 101 are interim", "[protocol][J146]") {
    const auto [status, interim] = GENERATE(table<int, bool>({{100, true},
                                                              {101, false},
                                                              {102, true},
                                                              {103, true},
                                                              {199, true},
                                                              {200, false},
                                                              {999, false}}));
    CHECK(is_interim(status) == interim);
}

TEST_CASE("a successful answer to CONNECT is a tunnel whatever its headers say", "[protocol]") {
    const aiohttp::Headers headers =
        GENERATE(aiohttp::Headers{}, aiohttp::Headers{{"Content-Length", "5"}},
                 aiohttp::Headers{{"Content-Length", "-5"}},
                 aiohttp::Headers{{"Transfer-Encoding", "chunked"}, {"Content-Length", "5"}});
    CHECK(framing_of(head_of(200, headers), "CONNECT") == "none upgraded");
    CHECK(framing_of(head_of(299, headers), "CONNECT") == "none upgraded");
}

TEST_CASE("a refused CONNECT has an ordinary body", "[protocol]") {
    CHECK(framing_of(head_of(407, {{"Content-Length", "5"}}), "CONNECT") == "length 5 keep_alive");
    CHECK(framing_of(head_of(502, {}), "CONNECT") == "until_close");
}

TEST_CASE("HTTP/1.1 keeps the connection unless it says close", "[protocol][A1][A4]") {
    const auto [value, kept] = GENERATE(table<std::string, bool>({{"keep-alive", true},
                                                                  {"close", false},
                                                                  {"Close", false},
                                                                  {"foo, close", false},
                                                                  {"close, keep-alive", false},
                                                                  {"closed", true},
                                                                  {"", true},
                                                                  {"Upgrade", true}}));
    CHECK(framing_of({{"Connection", value}, {"Content-Length", "5"}}) ==
          (kept ? "length 5 keep_alive" : "length 5"));
    CHECK(framing_of({{"Content-Length", "5"}, {"Connection", "foo"}, {"connection", value}}) ==
          (kept ? "length 5 keep_alive" : "length 5"));
}

TEST_CASE("HTTP/1.0 keeps the connection only when it says keep-alive", "[protocol][A5]") {
    const auto [value, kept] = GENERATE(table<std::string, bool>({{"keep-alive", true},
                                                                  {"Keep-Alive", true},
                                                                  {"foo, keep-alive", true},
                                                                  {"close", false},
                                                                  {"keep-alive, close", false},
                                                                  {"", false}}));
    CHECK(framing_of(head_of(200, {{"Connection", value}, {"Content-Length", "5"}}, 10)) ==
          (kept ? "length 5 keep_alive" : "length 5"));
    CHECK(framing_of(head_of(200, {{"Content-Length", "5"}}, 10)) == "length 5");
    CHECK(framing_of(head_of(200, {{"Connection", "keep-alive"}}, 10)) == "until_close");
}

TEST_CASE("an HTTP/1.0 response with Transfer-Encoding is read but not kept", "[protocol]") {
    CHECK(framing_of(head_of(200, {{"Transfer-Encoding", "chunked"}, {"Connection", "keep-alive"}},
                             10)) == "chunked");
}

namespace {

/// The seconds that a Keep-Alive field leaves an idle connection, -1 for any number, -2 when the
/// connection is not kept.
int idle_seconds(const aiohttp::Headers& more, int version = 11) {
    aiohttp::Headers headers{{"Content-Length", "0"}};
    for (const auto field : more) {
        headers.add(field.name, field.value);
    }
    Framing framing;
    std::string error;
    REQUIRE(decide_framing("GET", head_of(200, headers, version), true, framing, error));
    return framing.keep_alive ? framing.idle_seconds : -2;
}

int idle_seconds(const std::string& keep_alive) {
    return idle_seconds({{"Keep-Alive", keep_alive}});
}

}  // namespace

TEST_CASE("Keep-Alive says how long an idle connection lasts", "[protocol][A6]") {
    CHECK(idle_seconds(aiohttp::Headers()) == -1);
    CHECK(idle_seconds("timeout=5") == 5);
    CHECK(idle_seconds("timeout=5, max=1000") == 5);
    CHECK(idle_seconds("max=2,TIMEOUT = 007") == 7);
    CHECK(idle_seconds("max=2") == -1);
    CHECK(idle_seconds("timeout=999999999") == 999'999'999);
    CHECK(idle_seconds("timeout=1000000000") == 999'999'999);
    CHECK(idle_seconds("timeout=98765432109876543210") == 999'999'999);
    CHECK(idle_seconds({{"keep-alive", "timeout=5"}, {"KEEP-ALIVE", "max=7"}}) == 5);
    CHECK(idle_seconds({{"Connection", "Keep-Alive"}, {"Keep-Alive", "timeout=3"}}, 10) == 3);
    // It keeps nothing alive that is not.
    CHECK(idle_seconds({{"Keep-Alive", "timeout=3"}}, 10) == -2);
    CHECK(idle_seconds({{"Connection", "close"}, {"Keep-Alive", "timeout=3"}}) == -2);
}

TEST_CASE("a server that has no time or no request left does not keep its connection",
          "[protocol][A4]") {
    for (const char* value : {"timeout=0", "max=0", "max=1", "timeout=5, max=1", "timeout=00"}) {
        CHECK(idle_seconds(value) == -2);
    }
}

TEST_CASE("a malformed Keep-Alive parameter is ignored", "[protocol][A6]") {
    for (const char* value : {"", ",,", "timeout", "timeout=", "timeout= ", "timeout=-1",
                              "max=", "timeout=1.5", "timeout=1 2", "timeout==1", "timeout=+1",
                              "=5", "tim eout=1", "timeout:5", "timeout=5;max=1", "xtimeout=1"}) {
        CHECK(idle_seconds(value) == -1);
    }
    CHECK(idle_seconds("timeout=x, timeout=4") == 4);
}
