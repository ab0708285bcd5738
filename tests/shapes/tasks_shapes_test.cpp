// The ways in which users write these functions inside a co_await expression: all of them must
// survive GCC 12, which destroys some temporaries of such expressions twice. (It also evaluates
// a co_await inside CHECK() twice, so there is none.)
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/experimental/awaitable_operators.hpp>

#include <aiohttp/tasks.hpp>
#include "support/catch.hpp"
#include "support/run_sync.hpp"

namespace asio = boost::asio;
using namespace asio::experimental::awaitable_operators;
using namespace std::chrono_literals;
using aiohttp::testing::run_sync;

namespace {

const std::string long_text(100, 'x');

asio::awaitable<std::string> echo(std::string text) {
    co_await aiohttp::sleep(0ms);
    co_return text;
}

/// Like the library's Request: configured by setters until it is awaited.
class Request : public asio::awaitable<std::string> {
public:
    explicit Request(std::shared_ptr<std::string> text)
        : asio::awaitable<std::string>(perform(text)), text_(std::move(text)) {}

    Request& add(const std::string& more) & {
        *text_ += more;
        return *this;
    }
    Request&& add(const std::string& more) && { return std::move(add(more)); }

private:
    static asio::awaitable<std::string> perform(std::shared_ptr<std::string> text) {
        co_await aiohttp::sleep(0ms);
        co_return *text;
    }

    std::shared_ptr<std::string> text_;
};

struct Session {
    static Request get(const std::string& text) {
        return Request(std::make_shared<std::string>(text));
    }
};

asio::awaitable<void> gather_shapes() {
    Session session;
    auto pair = co_await aiohttp::gather(session.get(long_text).add("1"), session.get(long_text));
    auto& [first, second] = pair;
    CHECK(first == long_text + "1");
    CHECK(second == long_text);
    auto [third, fourth] = co_await aiohttp::gather(session.get("3"), echo("4" + long_text));
    CHECK(third == "3");
    CHECK(fourth == "4" + long_text);

    std::vector<Request> requests;
    for (int i = 0; i < 3; ++i) {
        requests.push_back(session.get(long_text).add(std::to_string(i)));
    }
    const auto texts = co_await aiohttp::gather(std::move(requests), {.limit = 2});
    CHECK(texts.at(2) == long_text + "2");

    const std::vector<std::string> names{"a" + long_text, "b" + long_text};
    const auto fetch = [&session](const std::string& name) { return session.get(name).add("!"); };
    const auto fetched = co_await aiohttp::gather(names, fetch, {.limit = 10});
    CHECK(fetched.at(1) == "b" + long_text + "!");
    const auto inlined = co_await aiohttp::gather(
        names, [&session](const std::string& name) { return session.get(name); }, {.limit = 1});
    CHECK(inlined == names);
    const auto count = (co_await aiohttp::gather(names, fetch)).size();
    CHECK(count == 2);
    for (const auto& text : co_await aiohttp::gather(names, fetch)) {
        CHECK(text.back() == '!');
    }
}

asio::awaitable<void> settled_shapes() {
    Session session;
    auto outcomes = co_await aiohttp::gather_settled(session.get(long_text), echo("2"));
    CHECK(*std::get<0>(outcomes) == long_text);
    std::vector<Request> requests;
    requests.push_back(session.get(long_text));
    auto settled = co_await aiohttp::gather_settled(std::move(requests), {.limit = 1});
    CHECK(settled.at(0)->size() == 100);
    const auto text = *std::get<1>(co_await aiohttp::gather_settled(echo("1"), session.get("2")));
    CHECK(text == "2");
}

asio::awaitable<void> completed_shapes() {
    Session session;
    std::vector<Request> requests;
    requests.push_back(session.get(long_text));
    requests.push_back(session.get(long_text));
    auto completed = aiohttp::as_completed(std::move(requests), {.limit = 10});
    std::size_t count = 0;
    while (auto item = co_await completed.next()) {
        CHECK(item->value() == long_text);
        CHECK(item->index() == count++);
    }
    CHECK(count == 2);
}

asio::awaitable<void> task_shapes() {
    Session session;
    auto task = co_await aiohttp::create_task(session.get(long_text).add("1"));
    auto text = co_await task.result();
    CHECK(text == long_text + "1");
    text = co_await co_await aiohttp::create_task(session.get(long_text));
    CHECK(text == long_text);
    text = co_await (co_await aiohttp::create_task(session.get(long_text))).result();
    CHECK(text == long_text);

    std::vector<aiohttp::Task<std::string>> tasks;
    tasks.push_back(co_await aiohttp::create_task(session.get(long_text)));
    tasks.push_back(co_await aiohttp::create_task(echo(long_text)));
    auto result = co_await aiohttp::wait(tasks, aiohttp::FIRST_COMPLETED, 5s);
    CHECK_FALSE(result.done.empty());
    const auto none = (co_await aiohttp::wait(tasks)).pending;
    CHECK(none.empty());
    text = co_await std::move(tasks[1]);
    CHECK(text == long_text);
}

asio::awaitable<void> operator_shapes() {
    Session session;
    auto both = co_await (aiohttp::gather(session.get(long_text), echo("2")) &&
                          aiohttp::gather_settled(echo("3")));
    CHECK(std::get<0>(both) == long_text);
    CHECK(std::get<1>(both) == "2");
    auto either = co_await (aiohttp::gather(session.get(long_text)) || aiohttp::sleep(10s));
    CHECK(either.index() == 0);
}

asio::awaitable<std::size_t> size_of(std::string text) {
    co_return text.size();
}

}  // namespace

TEST_CASE("gather keeps its temporaries", "[shapes]") {
    run_sync(gather_shapes());
}
TEST_CASE("gather_settled keeps its temporaries", "[shapes]") {
    run_sync(settled_shapes());
}
TEST_CASE("as_completed keeps its temporaries", "[shapes]") {
    run_sync(completed_shapes());
}
TEST_CASE("tasks keep their temporaries", "[shapes]") {
    run_sync(task_shapes());
}
TEST_CASE("groups compose with the awaitable operators", "[shapes]") {
    run_sync(operator_shapes());
}
TEST_CASE("run takes what an awaitable is made of", "[shapes]") {
    CHECK(aiohttp::run(size_of(long_text)) == 100);
    CHECK(aiohttp::run(Session::get(long_text)) == long_text);
    CHECK(std::get<0>(aiohttp::run(aiohttp::gather(Session::get("1")))) == "1");
}
