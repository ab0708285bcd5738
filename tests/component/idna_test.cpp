// International host names on their way to the connector and onto the wire.

#include <string>
#include <string_view>

#include <boost/asio/awaitable.hpp>

#include <aiohttp/error.hpp>
#include <aiohttp/session.hpp>
#include <aiohttp/testing/memory_connector.hpp>

#include "support/catch.hpp"
#include "support/client.hpp"
#include "support/memory.hpp"
#include "support/run_sync.hpp"

namespace asio = boost::asio;
using namespace aiohttp::testing;

TEST_CASE("an international host is dialled and named in its ASCII form", "[H117]") {
    run_sync([]() -> asio::awaitable<void> {
        MemoryRig rig;
        rig.memory->next(serves("here"));
        auto response = co_await rig.session.get("http://bücher.example:81/ü");
        CHECK(response.url().str() == "http://xn--bcher-kva.example:81/%C3%BC");
        co_await rig.session.get("http://xn--bcher-kva.example:81/").text();
        CHECK(rig.memory->dialled() == 1);
        CHECK(rig.memory->connection(0).host == "xn--bcher-kva.example");
        const auto request = rig.memory->requests().at(0);
        CHECK(request.find("\r\nHost: xn--bcher-kva.example:81\r\n") != std::string::npos);
    }());
}

TEST_CASE("a host that is no international name fails before anything is dialled", "[H117]") {
    run_sync([]() -> asio::awaitable<void> {
        MemoryRig rig;
        const auto error =
            co_await failure<aiohttp::InvalidUrlClientError>(rig.session.get("http://☃.example/"));
        CHECK(std::string(error.what()).find("☃.example") != std::string::npos);
        CHECK(rig.memory->dialled() == 0);
    }());
}
