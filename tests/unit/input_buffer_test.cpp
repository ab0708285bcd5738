// The memory that connections read into.

#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <aiohttp/detail/connection/input_buffer.hpp>

#include "support/catch.hpp"

namespace {

using aiohttp::detail::InputBuffer;
using aiohttp::detail::SpareBuffers;

void put(InputBuffer& buffer, std::string_view text) {
    std::memcpy(buffer.prepare(text.size()).data(), text.data(), text.size());
    buffer.commit(text.size());
}

}  // namespace

TEST_CASE("an input buffer gives its memory back when it is empty", "[buffer]") {
    const auto spare = std::make_shared<SpareBuffers>();
    InputBuffer first(spare);
    put(first, "abc");
    const auto* const memory = first.view().data();
    first.rest();
    CHECK(first.view() == "abc");  // it is not empty
    first.consume(3);
    first.rest();
    CHECK(first.lacks_room());
    InputBuffer second(spare);
    put(second, "d");
    CHECK(second.view().data() == memory);
}

TEST_CASE("an input buffer grows and keeps what is in it", "[buffer]") {
    const auto spare = std::make_shared<SpareBuffers>();
    InputBuffer buffer(spare);
    std::string all;
    for (int i = 0; i < 100; ++i) {
        all.append(1000, static_cast<char>('a' + i % 26));
        put(buffer, std::string_view(all).substr(all.size() - 1000));
        if (i % 3 == 0) {
            buffer.consume(500);
            all.erase(0, 500);
        }
        CHECK((buffer.view() == all));
    }
}

TEST_CASE("buffers are scarce while many are taken", "[buffer]") {
    const auto spare = std::make_shared<SpareBuffers>();
    std::vector<std::unique_ptr<InputBuffer>> buffers;
    InputBuffer other(spare);
    while (!other.scarce() && buffers.size() < 10'000) {
        buffers.push_back(std::make_unique<InputBuffer>(spare));
        put(*buffers.back(), std::string(buffers.size() * 100, 'x'));
    }
    CHECK(buffers.size() == 128);
    put(other, "there is always one for bytes that are here");
    CHECK_FALSE(other.scarce());  // it has what it needs
    other.consume(other.view().size());
    other.rest();
    CHECK(other.scarce());
    SECTION("until one rests") {
        buffers[7]->consume(buffers[7]->view().size());
        buffers[7]->rest();
        CHECK_FALSE(other.scarce());
    }
    SECTION("until one is destroyed, with bytes in it") {
        buffers.pop_back();
        CHECK_FALSE(other.scarce());
    }
}

TEST_CASE("the string to write over is kept unless it is large", "[buffer]") {
    SpareBuffers spare;
    spare.give_back(std::string(1000, 'x'));
    auto text = spare.take_text();
    CHECK(text.capacity() >= 1000);
    CHECK(spare.take_text().empty());
    spare.give_back(std::string(100'000, 'x'));
    CHECK(spare.take_text().capacity() < 1000);
}
