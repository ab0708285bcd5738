// The ways in which users write requests inside a co_await expression. GCC 12 destroys some
// temporaries of such expressions twice; all of these must survive it, under AddressSanitizer.
// (It also evaluates a co_await inside CHECK() twice, so there is none.)
#include <chrono>
#include <cstddef>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>

#include <aiohttp/aiohttp.hpp>
#include <aiohttp/json.hpp>
#include <aiohttp/testing/server.hpp>
#include "support/catch.hpp"
#include "support/run_sync.hpp"

namespace asio = boost::asio;
using namespace asio::experimental::awaitable_operators;
using namespace std::chrono_literals;
using aiohttp::ClientSession;
using aiohttp::ClientTimeout;
using aiohttp::testing::run_sync;

namespace {

// Long enough not to fit into a string object itself: a lifetime error then shows.
const std::string long_text(100, 'x');

struct Order {
    std::string item;
    int count = 0;
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Order, item, count)

class OnePiece : public aiohttp::BodySource {
public:
    explicit OnePiece(std::string text) : text_(std::move(text)) {}
    std::optional<std::uint64_t> size() const override { return std::nullopt; }
    asio::awaitable<std::optional<std::string>> next() override {
        co_return std::exchange(text_, std::nullopt);
    }

private:
    std::optional<std::string> text_;
};

/// Answers with the request's body, or else with its query.
class Echo {
public:
    Echo() {
        server_.route("/echo", [](const aiohttp::testing::ServerRequest& request) {
            const auto type = request.header("content-type");
            return aiohttp::testing::Reply(200, request.body.empty() ? request.query : request.body,
                                           type.empty() ? "text/plain" : std::string(type));
        });
        server_.route("/long", aiohttp::testing::Reply(200, long_text));
        server_.route("/stalled", aiohttp::testing::Script().stall());
    }
    std::string url(const std::string& path = "/echo") const { return server_.url(path); }
    std::string last_header(const std::string& name) const {
        return std::string(server_.requests().back().header(name));
    }

private:
    aiohttp::testing::Server server_;
};

asio::awaitable<void> proxies(const Echo& echo) {
    ClientSession session(aiohttp::ClientSessionOptions().proxy("http://127.0.0.1:1"));
    const auto direct = co_await session.get(echo.url("/long")).proxy(aiohttp::no_proxy).text();
    CHECK(direct == long_text);
    const auto long_path = "http://" + long_text.substr(0, 60) + ".test/long";
    auto response = co_await session.get(long_path).proxy(
        aiohttp::Proxy(echo.url(""))
            .auth(aiohttp::ProxyAuth(aiohttp::BasicAuth("u", long_text)))
            .ssl(aiohttp::TlsOptions().ca_file(long_text)));
    CHECK(response.status() == 200);
    CHECK(echo.last_header("Proxy-Authorization") == aiohttp::BasicAuth("u", long_text).encode());
    const auto forwarded = co_await session.get(long_path)
                               .proxy(echo.url(""))
                               .proxy_auth(aiohttp::ProxyAuth::digest("u", long_text))
                               .text();
    CHECK(forwarded == long_text);
    const auto basic = co_await session.get(long_path)
                           .proxy(aiohttp::Url(echo.url("")))
                           .proxy_auth(aiohttp::BasicAuth("u", "p"))
                           .text();
    CHECK(basic == long_text);
}

asio::awaitable<void> chained_setters(const Echo& echo) {
    ClientSession session;
    auto response = co_await session.get(echo.url())
                        .param("page", 2)
                        .param("text", long_text + "!")
                        .header("X-Long", long_text + "?")
                        .read_until_eof(true)
                        .timeout(5s);
    auto text = co_await response.text();
    CHECK(text == "page=2&text=" + long_text + "!");
    CHECK(echo.last_header("x-long") == long_text + "?");

    response = co_await session.post(aiohttp::Url(echo.url()))
                   .data(long_text + "1")
                   .timeout(ClientTimeout{.total = 5s, .sock_read = 5s});
    text = co_await response.text();
    CHECK(text == long_text + "1");
    text = co_await session.post(echo.url()).data(std::make_unique<OnePiece>(long_text)).text();
    CHECK(text == long_text);
    response = co_await session.get(echo.url()).ssl(aiohttp::TlsOptions().ca_file(long_text));
    CHECK(response.status() == 200);
    response = co_await session.get(echo.url()).ssl(aiohttp::verify_none);
    CHECK(response.status() == 200);
}

asio::awaitable<void> named_values(const Echo& echo) {
    ClientSession session;
    const nlohmann::json document{{"item", long_text}, {"list", {1, 2, 3}}};
    const auto same = co_await session.post(echo.url()).json(document).as<nlohmann::json>();
    CHECK(same == document);
    const aiohttp::Pairs pairs{{"a", long_text}, {"b", "2"}};
    const auto query = co_await session.get(echo.url()).params(pairs).text();
    CHECK(query == "a=" + long_text + "&b=2");
    const auto form = co_await session.post(echo.url()).form(pairs).text();
    CHECK(form == query);
    const aiohttp::Headers headers{{"X-A", long_text}, {"X-B", "2"}};
    co_await session.get(echo.url()).headers(headers);
    CHECK(echo.last_header("x-a") == long_text);
}

asio::awaitable<void> shortcuts(const Echo& echo) {
    ClientSession session;
    const auto text = co_await session.get(echo.url("/long")).text();
    CHECK(text == long_text);
    const auto bytes = co_await session.get(echo.url("/long")).header("X", long_text).read();
    CHECK(bytes == long_text);
    const Order order{long_text, 3};
    const auto echoed = co_await session.post(echo.url()).json(order).as<Order>();
    CHECK(echoed.item == long_text);
    const auto item = (co_await session.post(echo.url()).json(order).as<Order>()).item;
    CHECK(item == long_text);
    auto response = co_await session.post(echo.url()).json(order);
    const auto typed = co_await response.json<Order>();
    CHECK(typed.count == 3);
}

asio::awaitable<void> stored_requests(const Echo& echo) {
    ClientSession session;
    auto request = session.get(echo.url());
    request.param("a", long_text).header("X-A", long_text);
    for (int i = 0; i < 3; ++i) {
        request.param("i", i);
    }
    auto response = co_await std::move(request);
    const auto text = co_await response.text();
    CHECK(text == "a=" + long_text + "&i=0&i=1&i=2");

    auto first = session.get(echo.url()).param("n", 1);
    auto second = std::move(first).param("n", 2);
    auto third = session.get(echo.url("/stalled"));
    third = std::move(second);
    const auto moved = co_await std::move(third).text();
    CHECK(moved == "n=1&n=2");

    {
        const auto never_sent = session.post(echo.url()).data(long_text).header("X-A", long_text);
    }
}

asio::awaitable<void> nested_awaits(const Echo& echo) {
    ClientSession session;
    auto text = co_await (co_await session.get(echo.url("/long")).header("X", long_text)).text();
    CHECK(text == long_text);
    text = co_await session.get(echo.url())
               .param("inner", co_await session.get(echo.url("/long")).text())
               .param("outer", long_text)
               .text();
    CHECK(text == "inner=" + long_text + "&outer=" + long_text);
    const auto joined = co_await session.get(echo.url("/long")).text() + "," +
                        co_await session.get(echo.url("/long")).text();
    CHECK(joined == long_text + "," + long_text);
    if ((co_await session.get(echo.url("/long")).header("X", long_text)).ok()) {
        text.clear();
    }
    CHECK(text.empty());
    auto response = co_await session.get(echo.url("/long"));
    auto body = response.content();
    while (auto piece = co_await body.next()) {
        text += *piece;
    }
    CHECK(text == long_text);
    text = co_await ClientSession(aiohttp::ClientSessionOptions().base_url(echo.url("/")))
               .get("long")
               .text();
    CHECK(text == long_text);
}

asio::awaitable<void> combined(const Echo& echo) {
    ClientSession session;
    auto both = co_await (session.get(echo.url("/long")).header("X", long_text) &&
                          session.get(echo.url()).param("b", long_text));
    auto& [first, second] = both;
    auto text = co_await first.text();
    CHECK(text == long_text);
    text = co_await second.text();
    CHECK(text == "b=" + long_text);
    auto either = co_await (session.get(echo.url("/long")).text() ||
                            session.get(echo.url("/stalled")).param("x", long_text).text());
    CHECK(std::get<0>(either) == long_text);

    const std::vector<std::string> names{"a" + long_text, "b" + long_text};
    const auto texts = co_await aiohttp::gather(
        names,
        [&](const std::string& name) { return session.get(echo.url()).param("n", name).text(); },
        {.limit = 1});
    CHECK(texts.at(1) == "n=b" + long_text);
    std::vector<aiohttp::Request> requests;
    requests.push_back(session.get(echo.url("/long")).header("X", long_text));
    requests.push_back(session.get(echo.url()));
    auto responses = co_await aiohttp::gather(std::move(requests));
    text = co_await responses.at(0).text();
    CHECK(text == long_text);
    auto pair = co_await aiohttp::gather(session.get(echo.url("/long")).text(),
                                         session.get(echo.url()).param("p", 1));
    CHECK(std::get<0>(pair) == long_text);
    auto task = co_await aiohttp::create_task(session.get(echo.url("/long")).text());
    text = co_await task.result();
    CHECK(text == long_text);
}

/// The message of the ValueError, and proof that the coroutine goes on.
asio::awaitable<std::string> refused(ClientSession& session,
                                     std::string url,
                                     std::function<aiohttp::Request(aiohttp::Request)> setter) {
    std::string message;
    try {
        co_await setter(session.post(url).header("X-Long", long_text));
    } catch (const aiohttp::ValueError& error) {
        message = error.what();
    }
    const bool goes_on = (co_await session.get(url)).ok();
    CHECK(goes_on);
    co_return message;
}

asio::awaitable<void> setters_that_throw(const Echo& echo) {
    ClientSession session;
    bool thrown = false;
    try {
        co_await session.get(echo.url() + "?" + long_text)
            .header("X-Long", long_text + "1")
            .header("bad name", long_text + "2")
            .param("a", long_text + "3")
            .timeout(5s);
    } catch (const aiohttp::ValueError&) {
        thrown = true;
    }
    CHECK(thrown);
    thrown = false;
    try {
        co_await session.get(co_await session.get(echo.url("/long")).text())
            .param("inner", co_await session.get(echo.url("/long")).text())
            .header("X-Bad", long_text + "\n" + co_await session.get(echo.url("/long")).text());
    } catch (const aiohttp::ValueError&) {
        thrown = true;
    }
    CHECK(thrown);

    const auto twice = [](aiohttp::Request request) {
        return std::move(request).data(long_text).data(long_text);
    };
    auto message = co_await refused(session, echo.url(), twice);
    CHECK_FALSE(message.empty());
    const auto negative = [](aiohttp::Request request) {
        return std::move(request).timeout(ClientTimeout{.total = -1s});
    };
    message = co_await refused(session, echo.url(), negative);
    CHECK_FALSE(message.empty());
    const auto method = [&](aiohttp::Request) {
        return session.request("not a token", echo.url()).header("X-Long", long_text);
    };
    message = co_await refused(session, echo.url(), method);
    CHECK_FALSE(message.empty());
}

asio::awaitable<void> errors_in_the_expression(const Echo& echo) {
    ClientSession session;
    int status = 0;
    try {
        co_await session.get(echo.url("/missing"))
            .header("X-Long", long_text)
            .raise_for_status()
            .text();
    } catch (const aiohttp::ClientResponseError& error) {
        status = error.status();
    }
    CHECK(status == 404);
    auto result = co_await aiohttp::as_result(
        session.get(echo.url("/stalled")).header("X-Long", long_text).timeout(5ms).text());
    CHECK(result.error().code() == aiohttp::condition::timeout);
    const auto message =
        (co_await aiohttp::as_result(session.get("ftp://host/" + long_text))).error().message();
    CHECK_FALSE(message.empty());
    bool thrown = false;
    try {
        const auto never =
            (co_await aiohttp::as_result(session.get("ftp://host/" + long_text))).value();
    } catch (const aiohttp::NonHttpUrlClientError&) {
        thrown = true;
    }
    CHECK(thrown);
}

asio::awaitable<std::string> returned(std::shared_ptr<ClientSession> session, std::string url) {
    co_return co_await session->get(url + "?" + long_text).header("X-Long", long_text).text();
}

}  // namespace

TEST_CASE("chained setters keep their temporaries", "[shapes]") {
    const Echo echo;
    run_sync(chained_setters(echo));
}
TEST_CASE("proxies made within the expression are right", "[shapes]") {
    const Echo echo;
    run_sync(proxies(echo));
}
TEST_CASE("values named before the expression are right", "[shapes]") {
    const Echo echo;
    run_sync(named_values(echo));
}
TEST_CASE("shortcuts run the whole exchange", "[shapes]") {
    const Echo echo;
    run_sync(shortcuts(echo));
}
TEST_CASE("a request can be stored, changed, moved and dropped", "[shapes]") {
    const Echo echo;
    run_sync(stored_requests(echo));
}
TEST_CASE("an expression may await more than once", "[shapes]") {
    const Echo echo;
    run_sync(nested_awaits(echo));
}
TEST_CASE("requests combine with operators, groups and tasks", "[shapes]") {
    const Echo echo;
    run_sync(combined(echo));
}
TEST_CASE("a setter may throw in the middle of an expression", "[shapes]") {
    const Echo echo;
    run_sync(setters_that_throw(echo));
}
TEST_CASE("a request may throw in the middle of an expression", "[shapes]") {
    const Echo echo;
    run_sync(errors_in_the_expression(echo));
}

TEST_CASE("a request may be the operand of co_return", "[shapes]") {
    const Echo echo;
    CHECK(run_sync(returned(std::make_shared<ClientSession>(), echo.url())) == long_text);
}

TEST_CASE("a request is spawned as any awaitable is", "[shapes]") {
    const Echo echo;
    asio::io_context io;
    ClientSession session(io.get_executor());
    auto response = asio::co_spawn(io, session.get(echo.url("/long")).header("X-Long", long_text),
                                   asio::use_future);
    auto text = asio::co_spawn(io, session.get(echo.url("/long")).text(), asio::use_future);
    std::string handled;
    asio::co_spawn(io, session.get(echo.url()).param("a", long_text).text(),
                   [&handled](std::exception_ptr error, std::string result) {
                       CHECK_FALSE(error);
                       handled = std::move(result);
                   });
    io.run();
    CHECK(response.get().status() == 200);
    CHECK(text.get() == long_text);
    CHECK(handled == "a=" + long_text);
    CHECK(aiohttp::run(ClientSession().get(echo.url("/long")).text()) == long_text);
}
