// JSON both ways, with types of your own. In aiohttp:
//
//     async with session.post(url, json={"item": "tea", "count": 3}) as response:
//         echo = await response.json()
//         print(echo["json"]["count"], "x", echo["json"]["item"])
#include <aiohttp/aiohttp.hpp>
#include <aiohttp/json.hpp>
#include <aiohttp/testing/server.hpp>

#include <iostream>
#include <string>

struct Order {
    std::string item;
    int count = 0;
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Order, item, count)

/// The part of httpbin's answer that we want.
struct Echo {
    Order json;
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Echo, json)

boost::asio::awaitable<void> amain(std::string url) {
    aiohttp::ClientSession session;

    // A type of your own: from_json and to_json do the work.
    const Order order{.item = "tea", .count = 3};
    const auto echo = co_await session.post(url).json(order).as<Echo>();
    std::cout << echo.json.count << " x " << echo.json.item << '\n';

    // Or a document. Name it first: GCC 12 does not take the braces after co_await.
    const nlohmann::json document{{"item", "milk"}, {"count", 1}};
    auto response = co_await session.post(url).json(document);
    const auto answer = co_await response.json();
    std::cout << answer.at("json").dump() << '\n';
}

int main(int argc, char* argv[]) {
    aiohttp::testing::Server server;
    server.route("/post", [](const aiohttp::testing::ServerRequest& request) {
        return aiohttp::testing::Reply().json_text("{\"json\":" + request.body + "}");
    });
    aiohttp::run(amain(argc > 1 ? argv[1] : server.url("/post")));
}
