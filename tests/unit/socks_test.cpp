#include <aiohttp/detail/protocol/socks.hpp>

#include <cstddef>
#include <string>
#include <string_view>

#include "support/catch.hpp"
#include "support/sans_io.hpp"

using aiohttp::detail::SocksHandshake;
using aiohttp::detail::SocksRequest;
using aiohttp::detail::SocksVersion;
using aiohttp::testing::ExactBytes;
using aiohttp::testing::Pieces;
using aiohttp::testing::same_however_cut;
using aiohttp::testing::truncate_everywhere;
using namespace std::string_literals;

namespace {

std::string hex(std::string_view bytes) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    for (const char c : bytes) {
        const auto byte = static_cast<unsigned char>(c);
        text += digits[byte >> 4U];
        text += digits[byte & 15U];
    }
    return text;
}

/// "> what was sent", for every message, and then how it ended. The proxy's bytes are given as they
/// are asked for.
std::string talk(const SocksRequest& request, const Pieces& pieces) {
    SocksHandshake handshake(request);
    std::string log;
    const auto send = [&] {
        if (!handshake.output().empty()) {
            CHECK(handshake.wanted() == 0);
            log += "> " + hex(handshake.output()) + ' ';
            handshake.sent();
        }
    };
    send();
    std::size_t left = 0;
    for (auto piece : pieces) {
        while (!piece.empty() && handshake.wanted() > 0) {
            const auto size = std::min(piece.size(), handshake.wanted());
            const ExactBytes bytes(piece.substr(0, size));
            handshake.feed(bytes.view());
            piece.remove_prefix(size);
            send();
        }
        left += piece.size();
    }
    if (handshake.failed()) {
        CHECK(handshake.wanted() == 0);
        return log + "failed: " + handshake.error();
    }
    return log + (handshake.done() ? "done, left " + std::to_string(left)
                                   : "wants " + std::to_string(handshake.wanted()));
}

std::string run(const SocksRequest& request, const std::string& answers) {
    return same_however_cut(answers, [&](const Pieces& pieces) { return talk(request, pieces); });
}

SocksRequest to(SocksVersion version, std::string host, std::uint16_t port = 80) {
    SocksRequest request;
    request.version = version;
    request.host = std::move(host);
    request.port = port;
    return request;
}

SocksRequest with_login(SocksRequest request, std::string login, std::string password = {}) {
    request.login = std::move(login);
    request.password = std::move(password);
    return request;
}

const auto no_method_answer = "\x05\xff"s;
const auto connected4 = "\x00\x5a\x00\x00\x00\x00\x00\x00"s;
const auto connected5 = "\x05\x00\x05\x00\x00\x01\x7f\x00\x00\x01\x1f\x90"s;

}  // namespace

TEST_CASE("SOCKS4 asks for an IPv4 address", "[K161]") {
    const auto request = to(SocksVersion::v4, "10.1.2.3", 8080);
    CHECK(run(request, connected4) == "> 04011f900a01020300 done, left 0");
    CHECK(run(request, connected4 + "SSH-") == "> 04011f900a01020300 done, left 4");
    CHECK(run(with_login(request, "me"), connected4) == "> 04011f900a0102036d6500 done, left 0");
    CHECK(run(to(SocksVersion::v4, "::ffff:10.1.2.3", 8080), connected4) ==
          "> 04011f900a01020300 done, left 0");
    CHECK(run(to(SocksVersion::v4, "a.test"), connected4) ==
          "failed: SOCKS4 cannot carry the name \"a.test\", only SOCKS4a can");
    CHECK(run(to(SocksVersion::v4, "::1"), connected4) ==
          "failed: SOCKS4 cannot carry the IPv6 address \"::1\"");
    CHECK(run(with_login(request, "a\0b"s), connected4) == "failed: the login has a NUL");
}

TEST_CASE("SOCKS4a gives the name to the proxy", "[K161]") {
    CHECK(run(to(SocksVersion::v4a, "a.test"), connected4) ==
          "> 0401005000000001"
          "00"
          "612e7465737400 done, left 0");
    CHECK(run(to(SocksVersion::v4a, "10.1.2.3"), connected4) ==
          "> 040100500a01020300 done, left 0");
}

TEST_CASE("a refusal by a SOCKS4 proxy says what it means") {
    const auto refusal = [](char code) {
        auto answer = connected4;
        answer[1] = code;
        return run(to(SocksVersion::v4, "10.1.2.3"), answer);
    };
    const std::string sent = "> 040100500a01020300 failed: ";
    CHECK(refusal(91) == sent + "request rejected or failed (reply 91)");
    CHECK(refusal(92) == sent + "no identd here that the proxy could ask (reply 92)");
    CHECK(refusal(93) == sent + "identd names another user (reply 93)");
    CHECK(refusal(7) == sent + "unknown reply (reply 7)");
    CHECK(run(to(SocksVersion::v4, "10.1.2.3"), "HTTP/1.0 400 Bad") ==
          sent + "the answer is not SOCKS4");
}

TEST_CASE("SOCKS5 asks for a name or an address of either family", "[K161]") {
    CHECK(run(to(SocksVersion::v5, "a.test", 443), connected5) ==
          "> 050100 > 050100"
          "03"
          "06612e7465737401bb done, left 0");
    CHECK(run(to(SocksVersion::v5, "10.1.2.3"), connected5) ==
          "> 050100 > 050100010a0102030050 done, left 0");
    CHECK(run(to(SocksVersion::v5, "::1"), connected5) ==
          "> 050100 > 05010004000000000000000000000000000000010050 done, left 0");
    CHECK(run(to(SocksVersion::v5, std::string(255, 'a')), connected5).ends_with("done, left 0"));
    CHECK(run(to(SocksVersion::v5, std::string(256, 'a')), connected5) ==
          "failed: the host name has 256 bytes, SOCKS can carry 255");
}

TEST_CASE("the address in a SOCKS5 answer may be of any type, and ends where it says") {
    const auto request = to(SocksVersion::v5, "10.1.2.3");
    const std::string sent = "> 050100 > 050100010a0102030050 ";
    CHECK(run(request, connected5 + "x") == sent + "done, left 1");
    CHECK(run(request, "\x05\x00\x05\x00\x00\x03\x04host\x00\x50yz"s) == sent + "done, left 2");
    CHECK(run(request, "\x05\x00\x05\x00\x00\x03\x00\x00\x50"s) == sent + "done, left 0");
    CHECK(run(request, "\x05\x00\x05\x00\x00\x04"s + std::string(18, 'a') + "z") ==
          sent + "done, left 1");
    CHECK(run(request, "\x05\x00\x05\x00\x00\x02\x00\x00\x00\x00\x00\x00"s) ==
          sent + "failed: the answer has an unknown type of address, 2");
}

TEST_CASE("SOCKS5 gives login and password when the proxy asks for them", "[K163]") {
    const auto request = with_login(to(SocksVersion::v5, "10.1.2.3"), "me", "secret");
    CHECK(run(request, "\x05\x02\x01\x00"s + connected5.substr(2)) ==
          "> 05020002 > 01026d6506736563726574 > 050100010a0102030050 done, left 0");
    CHECK(run(request, connected5) == "> 05020002 > 050100010a0102030050 done, left 0");
    // Some servers repeat the version of SOCKS.
    CHECK(run(request, "\x05\x02\x05\x00"s + connected5.substr(2)).ends_with("done, left 0"));
    CHECK(run(request, "\x05\x02\x01\x01"s) ==
          "> 05020002 > 01026d6506736563726574 failed: the proxy refuses login and password");
    CHECK(run(request, no_method_answer) ==
          "> 05020002 failed: the proxy takes neither our credentials nor none");
}

TEST_CASE("login and password for SOCKS5 have 1 to 255 bytes") {
    const auto request = to(SocksVersion::v5, "10.1.2.3");
    const std::string longest(255, 'x');
    CHECK(run(with_login(request, longest, longest), "\x05\x02\x01\x00"s + connected5.substr(2))
              .ends_with("done, left 0"));
    const std::string refused = "failed: login and password must have 1 to 255 bytes";
    CHECK(run(with_login(request, longest + 'x', "y"), connected5) == refused);
    CHECK(run(with_login(request, "y", longest + 'x'), connected5) == refused);
    CHECK(run(with_login(request, "y", ""), connected5) == refused);
}

TEST_CASE("a refusal by a SOCKS5 proxy says what it means") {
    const auto refusal = [](char code) {
        return run(to(SocksVersion::v5, "10.1.2.3"),
                   "\x05\x00\x05"s + code + "\x00\x01\x00\x00\x00\x00\x00\x00"s)
            .substr(sizeof "> 050100 > 050100010a0102030050 failed:");
    };
    CHECK(refusal(1) == "general failure of the proxy (reply 1)");
    CHECK(refusal(2) == "not allowed by its rules (reply 2)");
    CHECK(refusal(3) == "network unreachable (reply 3)");
    CHECK(refusal(4) == "host unreachable (reply 4)");
    CHECK(refusal(5) == "connection refused (reply 5)");
    CHECK(refusal(6) == "TTL expired (reply 6)");
    CHECK(refusal(7) == "command not supported (reply 7)");
    CHECK(refusal(8) == "address type not supported (reply 8)");
    CHECK(refusal(9) == "unknown reply (reply 9)");
}

TEST_CASE("what is not SOCKS5, or not what was offered, fails") {
    const auto request = to(SocksVersion::v5, "10.1.2.3");
    CHECK(run(request, "HTTP/1.1 400 Bad Request\r\n") ==
          "> 050100 failed: the answer is not SOCKS5");
    CHECK(run(request, "\x05\x02"s) ==
          "> 050100 failed: the proxy chose method 2, which was not offered");
    CHECK(run(request, "\x05\x01"s) ==
          "> 050100 failed: the proxy chose method 1, which was not offered");
    CHECK(run(request, no_method_answer) == "> 050100 failed: the proxy wants credentials");
    CHECK(run(request, "\x05\x00\x04\x00\x00\x01"s) ==
          "> 050100 > 050100010a0102030050 failed: the answer is not SOCKS5");
}

TEST_CASE("an answer that is cut short is not taken for one") {
    const auto check = [](std::string_view, const std::string& outcome) {
        CHECK(outcome.find("done") == std::string::npos);
        CHECK(outcome.find("failed") == std::string::npos);
    };
    const auto v4 = to(SocksVersion::v4, "10.1.2.3");
    truncate_everywhere(connected4, [&](const Pieces& pieces) { return talk(v4, pieces); }, check);
    const auto v5 = with_login(to(SocksVersion::v5, "10.1.2.3"), "me", "secret");
    for (const auto& answer :
         {"\x05\x02\x01\x00"s + connected5.substr(2), "\x05\x00\x05\x00\x00\x03\x04host\x00\x50"s,
          "\x05\x00\x05\x00\x00\x04"s + std::string(18, 'a')}) {
        truncate_everywhere(answer, [&](const Pieces& pieces) { return talk(v5, pieces); }, check);
    }
}
