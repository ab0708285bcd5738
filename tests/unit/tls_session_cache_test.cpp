#include <aiohttp/detail/net/tls_session_cache.hpp>

#include <array>
#include <cstdint>
#include <memory>
#include <string>

#include "support/catch.hpp"

using aiohttp::detail::TlsSession;
using aiohttp::detail::TlsSessionCache;

namespace {

// The cache never looks into a session, so that any address will do.
std::array<char, 400> places;

ssl_session_st* number(std::size_t index) {
    return reinterpret_cast<ssl_session_st*>(&places[index]);
}

TlsSession session(std::size_t index, bool single_use = true, std::int64_t expires = 100) {
    TlsSession made;
    made.session = std::shared_ptr<ssl_session_st>(number(index), [](ssl_session_st*) {});
    made.expires = expires;
    made.single_use = single_use;
    return made;
}

}  // namespace

TEST_CASE("a ticket of TLS 1.3 is given out once, the newest one first", "[tls][sessions]") {
    TlsSessionCache cache;
    CHECK(cache.take("a", 0) == nullptr);
    cache.put("a", session(1));
    cache.put("a", session(2));
    CHECK(cache.take("b", 0) == nullptr);
    CHECK(cache.take("a", 0).get() == number(2));
    CHECK(cache.take("a", 0).get() == number(1));
    CHECK(cache.take("a", 0) == nullptr);
    CHECK(cache.servers() == 0);
}

TEST_CASE("a session of TLS 1.2 is given out until it expires", "[tls][sessions]") {
    TlsSessionCache cache;
    cache.put("a", session(1, false, 100));
    CHECK(cache.take("a", 98).get() == number(1));
    CHECK(cache.take("a", 99).get() == number(1));
    CHECK(cache.take("a", 100) == nullptr);
    CHECK(cache.servers() == 0);
}

TEST_CASE("an expired ticket is passed over", "[tls][sessions]") {
    TlsSessionCache cache;
    cache.put("a", session(1, true, 200));
    cache.put("a", session(2, true, 100));
    CHECK(cache.take("a", 150).get() == number(1));
    CHECK(cache.servers() == 0);
}

TEST_CASE("a server has a few sessions, the newest ones", "[tls][sessions]") {
    TlsSessionCache cache(10, 2);
    for (std::size_t i = 1; i <= 3; ++i) {
        cache.put("a", session(i));
    }
    CHECK(cache.take("a", 0).get() == number(3));
    CHECK(cache.take("a", 0).get() == number(2));
    CHECK(cache.take("a", 0) == nullptr);
}

TEST_CASE("the server that was not used for longest is forgotten first", "[tls][sessions]") {
    TlsSessionCache cache(2, 4);
    cache.put("a", session(1, false));
    cache.put("b", session(2, false));
    CHECK(cache.take("a", 0).get() == number(1));
    cache.put("c", session(3, false));
    CHECK(cache.servers() == 2);
    CHECK(cache.take("b", 0) == nullptr);
    CHECK(cache.take("a", 0).get() == number(1));
    CHECK(cache.take("c", 0).get() == number(3));
    for (std::size_t i = 4; i < 400; ++i) {
        cache.put(std::to_string(i), session(i));
        CHECK(cache.servers() == 2);
    }
}

TEST_CASE("forgetting a server frees its sessions", "[tls][sessions]") {
    TlsSessionCache cache;
    auto kept = session(1);
    const std::weak_ptr<ssl_session_st> watched = kept.session;
    cache.put("a", std::move(kept));
    cache.forget("b");
    CHECK_FALSE(watched.expired());
    cache.forget("a");
    CHECK(watched.expired());
    CHECK(cache.take("a", 0) == nullptr);
    cache.put("a", session(2));
    CHECK(cache.take("a", 0).get() == number(2));
}
