#include <string>

#include <aiohttp/detail/core/copy_on_write.hpp>

#include "support/catch.hpp"

using aiohttp::detail::CopyOnWrite;

TEST_CASE("a copy on write is the default until it is given another value") {
    const CopyOnWrite<std::string> none;
    CHECK(none->empty());
    CHECK(*CopyOnWrite<std::string>("text") == "text");
}

TEST_CASE("a copy on write that is changed changes nobody else's value") {
    const CopyOnWrite<std::string> first("text");
    auto second = first;
    CHECK(&*second == &*first);
    second.edit() += ", changed";
    CHECK(*first == "text");
    CHECK(*second == "text, changed");

    const auto* const own = &*second;
    second.edit() += " again";
    CHECK(&*second == own);

    CopyOnWrite<std::string> empty;
    empty.edit() = "new";
    CHECK(*empty == "new");
    CHECK(CopyOnWrite<std::string>()->empty());
}
