#include <algorithm>
#include <limits>
#include <map>
#include <ostream>
#include <random>
#include <string>
#include <string_view>

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include <aiohttp/detail/core/ascii.hpp>
#include <aiohttp/detail/protocol/http1_body.hpp>
#include <aiohttp/detail/protocol/http1_framing.hpp>
#include <aiohttp/detail/protocol/http1_head.hpp>

#include "support/catch.hpp"

// The decoders against Boost.Beast's parser: whatever both accept they must understand alike.
//
// Intended differences, where only one of the two accepts:
//   ours alone     lines that end in LF; an empty line before the status line; a status line that
//                  ends behind the status; HTTP/1.2 to 1.9; control characters in values; white
//                  space behind a chunk size; anything in chunk extensions
//   Beast alone    the same Content-Length twice; "chunked, chunked"; a transfer coding that is no
//                  token; a status below 100; a line break in a quoted chunk extension; what is
//                  beyond our limits
// Intended differences where both accept:
//   reason         Beast tells the usual one where there is none
//   keep-alive     ours gives up an HTTP/1.0 connection after a Transfer-Encoding

namespace http = boost::beast::http;
using namespace aiohttp::detail;

namespace {

struct Message {
    bool accepted = false;
    int version = 0;
    int status = 0;
    bool keep_alive = false;
    std::string reason;
    std::string fields;  // grouped by name, as Beast does it; trailers included
    std::string body;

    bool operator==(const Message&) const = default;
};

std::ostream& operator<<(std::ostream& out, const Message& message) {
    return out << message.accepted << ' ' << message.version << ' ' << message.status << ' '
               << message.keep_alive << ' ' << message.reason << '\n'
               << message.fields << '\n'
               << message.body;
}

// By name, and in order within a name.
using Fields = std::multimap<std::string, std::string>;

std::string describe(const Fields& fields) {
    std::string text;
    for (const auto& [name, value] : fields) {
        text += name + "=" + value + "\n";
    }
    return text;
}

void append(Fields& to, const aiohttp::Headers& headers) {
    for (const auto field : headers) {
        to.emplace(to_lower_copy(field.name), field.value);
    }
}

Message by_us(std::string_view input) {
    Message message;
    HeadDecoder decoder;
    ResponseHead head;
    if (decoder.decode(input, head) != HeadStatus::done) {
        return message;
    }
    Framing framing;
    std::string error;
    if (!decide_framing("GET", head, true, framing, error)) {
        return message;
    }
    input.remove_prefix(decoder.consumed());
    BodyDecoder body;
    body.start(framing, {});
    auto status = BodyStatus::data;
    while (status == BodyStatus::data) {
        const auto step = body.step(input);
        status = step.status;
        message.body += step.data;
        input.remove_prefix(step.consumed);
    }
    message.accepted = body.on_eof() == BodyStatus::done;
    message.version = head.version;
    message.status = head.status;
    message.keep_alive = framing.keep_alive;
    const auto usual = http::obsolete_reason(static_cast<http::status>(head.status));
    message.reason = head.reason == std::string_view(usual) ? std::string() : head.reason;
    Fields fields;
    append(fields, head.headers);
    append(fields, body.trailers());
    message.fields = describe(fields);
    return message;
}

Message by_beast(std::string_view input) {
    Message message;
    http::response_parser<http::string_body> parser;
    parser.header_limit(std::numeric_limits<std::uint32_t>::max());
    parser.body_limit(boost::none);
    parser.eager(true);
    boost::beast::error_code error = http::error::need_more;
    while (!input.empty() && !parser.is_done()) {
        const auto used = parser.put(boost::asio::buffer(input.data(), input.size()), error);
        input.remove_prefix(used);
        if (error || used == 0) {
            break;
        }
    }
    if ((error && error != http::error::need_more) || !parser.got_some()) {
        return message;
    }
    if (!parser.is_done()) {
        error = {};
        parser.put_eof(error);
        if (error) {
            return message;
        }
    }
    message.accepted = parser.is_done();
    const auto& response = parser.get();
    message.version = static_cast<int>(response.version());
    message.status = static_cast<int>(response.result_int());
    message.keep_alive = parser.keep_alive();
    // Where there is none, Beast answers with the usual one.
    const bool usual = response.reason() == http::obsolete_reason(response.result());
    message.reason = usual ? std::string() : std::string(response.reason());
    message.body = response.body();
    Fields fields;
    for (const auto& field : response) {
        fields.emplace(to_lower_copy(field.name_string()), field.value());
    }
    message.fields = describe(fields);
    return message;
}

/// Numbers that are the same with every standard library.
class Dice {
public:
    explicit Dice(std::uint32_t seed) : engine_(seed) {}
    std::size_t below(std::size_t limit) { return engine_() % limit; }
    template <class T, std::size_t N>
    const T& one_of(const T (&choices)[N]) {
        return choices[below(N)];
    }

private:
    std::mt19937 engine_;
};

std::string chunked_body(Dice& dice, const std::string& body) {
    std::string out;
    for (std::size_t at = 0; at < body.size();) {
        const auto size = std::min(body.size() - at, 1 + dice.below(20));
        constexpr std::string_view digits = "0123456789abcdef";
        constexpr const char* extensions[] = {"", "", "", ";a", ";a=b", ";a=\"b;c\";d"};
        out += dice.one_of({"", "0", "00"});
        out += size < 16 ? "" : "1";
        out += digits[size % 16];
        out += dice.one_of(extensions);
        out += "\r\n" + body.substr(at, size) + "\r\n";
        at += size;
    }
    out += "0\r\n";
    if (dice.below(3) == 0) {
        out += "X-Trailer: t\r\nETag: \"x\"\r\n";
    }
    return out + "\r\n";
}

std::string generated_response(Dice& dice) {
    constexpr const char* lines[] = {"200 OK",
                                     "200 OK",
                                     "200 OK",
                                     "404 Not Found",
                                     "500 Internal Server Error",
                                     "206 Partial Content",
                                     "302 Found",
                                     "204 No Content",
                                     "304 Not Modified",
                                     "205 Reset",
                                     "999 ",
                                     "299 Caf\xc3\xa9"};
    constexpr const char* some_fields[] = {"Server: nginx\r\n",
                                           "Date: Tue, 15 Oct 2024 12:00:00 GMT\r\n",
                                           "Set-Cookie: a=b; Path=/\r\n",
                                           "set-cookie: c=d\r\n",
                                           "X-Empty:\r\n",
                                           "X-Spaces: \t padded \t \r\n",
                                           "X-Fold: a\r\n b\r\n",
                                           "X-Fold2: a \r\n\t  b\r\n  c\r\n",
                                           "X-Obs: caf\xe9\r\n",
                                           "Content-Type: text/html\r\n",
                                           "x!#$%&'*+-.^_`|~: token\r\n",
                                           "Vary: a,b , c\r\n",
                                           "Upgrade: h2c\r\n"};
    constexpr const char* connections[] = {"",
                                           "",
                                           "Connection: close\r\n",
                                           "Connection: keep-alive\r\n",
                                           "Connection: Foo\r\n",
                                           "connection: foo, Close\r\n",
                                           "CONNECTION: Keep-Alive, x\r\n"};
    std::string body;
    for (auto left = dice.below(60); left > 0; --left) {
        body += static_cast<char>(dice.below(4) == 0 ? dice.below(256) : 'a' + dice.below(26));
    }
    std::string out = dice.below(5) == 0 ? "HTTP/1.0 " : "HTTP/1.1 ";
    out.append(dice.one_of(lines)).append("\r\n");
    for (auto left = dice.below(8); left > 0; --left) {
        out += dice.one_of(some_fields);
    }
    out += dice.one_of(connections);
    const auto kind = dice.below(5);
    if (kind == 0) {
        return out + "\r\n" + body;
    }
    if (kind < 3) {
        return out + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
    }
    constexpr const char* codings[] = {"chunked", "Chunked", "gzip, chunked", "gzip,chunked"};
    return out + "Transfer-Encoding: " + dice.one_of(codings) + "\r\n\r\n" +
           chunked_body(dice, body);
}

std::string mutated(Dice& dice, std::string input) {
    constexpr const char* pieces[] = {"\r\n",
                                      "\n",
                                      "\r",
                                      " ",
                                      "\t",
                                      ":",
                                      ",",
                                      ";",
                                      "0",
                                      "5",
                                      "f",
                                      "\r\n\r\n",
                                      "\r\n ",
                                      "Content-Length: 5\r\n",
                                      "Transfer-Encoding: chunked\r\n",
                                      "Connection: close\r\n",
                                      "chunked",
                                      "HTTP/1.0 ",
                                      "\x7f",
                                      "\x80",
                                      "\""};
    for (auto left = 1 + dice.below(3); left > 0 && !input.empty(); --left) {
        const auto at = dice.below(input.size());
        switch (dice.below(5)) {
            case 0:
                input[at] = static_cast<char>(dice.below(256));
                break;
            case 1:
                input.erase(at, 1 + dice.below(4));
                break;
            case 2:
                input.insert(at, dice.one_of(pieces));
                break;
            case 3:
                input.insert(at, input.substr(dice.below(input.size()), 1 + dice.below(30)));
                break;
            default:
                input.resize(at);
                break;
        }
    }
    return input;
}

const std::string by_hand[] = {
    "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
    "HTTP/1.1 200 \r\n\r\n",
    "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabcdef",
    "HTTP/1.1 204 No Content\r\nContent-Length: 3\r\n\r\n",
    "HTTP/1.1 304 Not Modified\r\nTransfer-Encoding: chunked\r\n\r\n",
    "HTTP/1.0 200 OK\r\n\r\nuntil close",
    "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 1\r\n\r\nx",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nuntil close",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nA: b\r\n\r\n",
    "HTTP/1.1 200 OK\r\ntransfer-encoding: CHUNKED\r\n\r\nA\r\n0123456789\r\n0\r\n\r\n",
};

}  // namespace

TEST_CASE("valid responses are understood as Beast understands them", "[protocol][J143][J144]") {
    for (const auto& input : by_hand) {
        INFO(input);
        const auto ours = by_us(input);
        CHECK(ours.accepted);
        CHECK(ours == by_beast(input));
    }
    Dice dice(20240);
    for (int i = 0; i < 200; ++i) {
        const auto input = generated_response(dice);
        INFO(input);
        const auto ours = by_us(input);
        REQUIRE(ours.accepted);
        auto beasts = by_beast(input);
        if (ours.version == 10 && input.find("Transfer-Encoding") != std::string::npos) {
            beasts.keep_alive = ours.keep_alive;
        }
        REQUIRE(ours == beasts);
    }
}

TEST_CASE("mutated responses that Beast accepts, too, are understood alike", "[protocol]") {
    Dice dice(20241);
    int both = 0;
    for (int i = 0; i < 2000; ++i) {
        const auto input = mutated(dice, generated_response(dice));
        const auto ours = by_us(input);
        const auto beasts = by_beast(input);
        if (ours.accepted && beasts.accepted) {
            ++both;
            INFO(input);
            CHECK(ours.version == beasts.version);
            CHECK(ours.status == beasts.status);
            CHECK(ours.reason == beasts.reason);
            CHECK(ours.fields == beasts.fields);
            CHECK(ours.body == beasts.body);
        }
    }
    CHECK(both > 300);
}
