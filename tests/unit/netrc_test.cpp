#include <aiohttp/netrc.hpp>

#include <cstddef>
#include <string>
#include <string_view>

#include <aiohttp/detail/protocol/netrc.hpp>
#include <aiohttp/testing/certificate.hpp>

#include "support/catch.hpp"

using aiohttp::netrc_auth;
using aiohttp::NetrcError;
using aiohttp::detail::Netrc;
using aiohttp::testing::TemporaryFile;

namespace {

/// "login:password" for a host, or "none"; or the line and what is wrong there.
std::string ask(std::string_view text, std::string_view host = "h.test") {
    Netrc netrc;
    if (const auto problem = netrc.parse(text)) {
        CHECK(netrc.entries().empty());
        return std::to_string(problem->line) + ": " + problem->reason;
    }
    const auto auth = netrc.find(host);
    return auth ? auth->login() + ':' + auth->password() : "none";
}

}  // namespace

TEST_CASE("a host has the credentials of its entry", "[F86]") {
    constexpr std::string_view file =
        "machine a.test login ann password 1\n"
        "machine H.Test\n\tlogin bob\n\tpassword 2\n"
        "machine bücher.test login cid password 3";
    CHECK(ask(file, "a.test") == "ann:1");
    CHECK(ask(file) == "bob:2");
    CHECK(ask(file, "xn--bcher-kva.test") == "cid:3");
    CHECK(ask(file, "other.test") == "none");
    CHECK(ask(file, "test") == "none");
    CHECK(ask(file, "www.h.test") == "none");
    CHECK(ask(file, "") == "none");
    CHECK(ask("") == "none");
    CHECK(ask(" \r\n\t") == "none");
}

TEST_CASE("a default entry is for all hosts that have none, wherever it stands", "[F86]") {
    constexpr std::string_view file =
        "default login d password 1\r\nmachine h.test login m password 2\r\n";
    CHECK(ask(file) == "m:2");
    CHECK(ask(file, "other.test") == "d:1");
    CHECK(ask("default login d password 1 machine h.test", "h.test") == "none");
}

TEST_CASE("of several entries for a host the last one counts", "[F86]") {
    CHECK(ask("machine h.test login a password 1 machine h.test login b password 2") == "b:2");
    CHECK(ask("default login a password 1 default login b password 2") == "b:2");
    CHECK(ask("machine h.test login a login b password 1 password 2") == "b:2");
}

TEST_CASE("an entry may lack parts", "[F86]") {
    CHECK(ask("machine h.test") == "none");
    CHECK(ask("machine h.test login a") == "a:");
    CHECK(ask("machine h.test user a") == "a:");
    CHECK(ask("machine h.test password p") == ":p");
    CHECK(ask("machine h.test account acc password p") == "acc:p");
    CHECK(ask("machine h.test login a account acc password p") == "a:p");
    CHECK(ask("machine h.test login a:b password p") == "none");
    CHECK(ask("machine h.test login \"\" password \"\"") == "none");
}

TEST_CASE("tokens may be quoted and escaped", "[F86]") {
    CHECK(ask("machine h.test login \"a b\" password \"p \\\" \\\\ #x\n\"") == "a b:p \" \\ #x\n");
    CHECK(ask("machine h.test login a\\ b password \\\"p") == "a b:\"p");
    CHECK(ask("machine h.test login a password p\"q\"") == "a:p\"q\"");
    CHECK(ask("machine h.test login a password \"p\"password q") == "a:q");
    CHECK(ask("machine h.test login a password p\\") == "a:p\\");
    CHECK(ask("machine h.test login machine password default") == "machine:default");
}

TEST_CASE("comments end with their line, and no value begins one", "[F86]") {
    CHECK(ask("# machine h.test login x\n#\n#machine y\nmachine h.test # the host\n"
              "login a#b #login c\npassword #p # end") == "a#b:#p");
    CHECK(ask("#") == "none");
}

TEST_CASE("macros are passed over", "[F86]") {
    CHECK(ask("macdef init\ncd /\nmachine h.test login x\n\nmachine h.test login a password p") ==
          "a:p");
    CHECK(ask("machine h.test login a password p macdef m\r\nlogin b\r\n\r\n") == "a:p");
    CHECK(ask("machine h.test login a password p\nmacdef m\nlogin b") == "a:p");
    CHECK(ask("macdef m\n\nmachine h.test login a") == "a:");
    CHECK(ask("machine h.test login a macdef m\n\npassword p") ==
          "3: there is something that is no keyword");
}

TEST_CASE("a malformed file is told by its line, without its text", "[F87]") {
    CHECK(ask("hello") == "1: there is something that is no keyword");
    CHECK(ask("login a") == "1: there is something that is no keyword");
    CHECK(ask("machine h.test login a password my secret") ==
          "1: there is something that is no keyword");
    CHECK(ask("machine a login b\n\nmachine") == "3: a keyword has no value");
    CHECK(ask("machine \"\" login b") == "1: a keyword has no value");
    CHECK(ask("machine h.test login") == "1: a keyword has no value");
    CHECK(ask("machine h.test password \"p") == "1: a keyword has no value");
    CHECK(ask("machine h.test \"login") == "1: a quote is not closed");
    CHECK(ask("macdef") == "1: a keyword has no value");
    CHECK(ask(std::string_view("\0", 1)) == "1: there is something that is no keyword");
}

TEST_CASE("a file is asked for a host", "[F86]") {
    const TemporaryFile file("machine bücher.test login a password p");
    const auto auth = netrc_auth(file.path().string(), "Bücher.test");
    REQUIRE(auth);
    CHECK(auth->encode() == "Basic YTpw");
    CHECK_FALSE(netrc_auth(file.path().string(), "other.test"));
}

TEST_CASE("a file that cannot be used is an error that tells no password", "[F87]") {
    const auto problem_of = [](const std::string& path, std::size_t line) {
        try {
            static_cast<void>(netrc_auth(path, "h"));
        } catch (const NetrcError& error) {
            CHECK(error.path() == path);
            CHECK(error.line() == line);
            return std::string(error.what());
        }
        return std::string("none");
    };
    const TemporaryFile malformed("machine h login a\npassword my secret");
    CHECK(problem_of(malformed.path().string(), 2) ==
          "netrc file \"" + malformed.path().string() +
              "\", line 2: there is something that is no keyword");
    CHECK(problem_of("/no/such/file", 0) ==
          "netrc file \"/no/such/file\": cannot open: No such file or directory");
    CHECK(problem_of("/", 0) == "netrc file \"/\": cannot read: Is a directory");
    CHECK(problem_of("/dev/zero", 0) == "netrc file \"/dev/zero\": it is longer than 1 MiB");
}
