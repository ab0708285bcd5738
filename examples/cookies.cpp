// Cookies that are kept between two runs of a program. In aiohttp:
//
//     jar = aiohttp.CookieJar(unsafe=True)
//     jar.load("cookies.json")
//     async with aiohttp.ClientSession(cookie_jar=jar) as session:
//         async with session.get("http://localhost:8080/visit") as response:
//             print(await response.text())
//     jar.save("cookies.json")
#include <aiohttp/aiohttp.hpp>
#include <aiohttp/testing/server.hpp>

#include <filesystem>
#include <iostream>
#include <memory>
#include <string>

boost::asio::awaitable<std::string> visit(std::string url, std::string file) {
    // Cookies of an IP address need unsafe(); those of a name do not.
    auto jar = std::make_shared<aiohttp::CookieJar>(aiohttp::CookieJarOptions().unsafe(true));
    if (std::filesystem::exists(file)) {
        jar->load(file);
    }
    aiohttp::ClientSession session(aiohttp::ClientSessionOptions().cookie_jar(jar));
    auto text = co_await session.get(url).text();
    for (const aiohttp::Cookie& cookie : *jar) {
        std::cout << text << ", told " << cookie.name << '=' << cookie.value << '\n';
    }
    jar->save(file);  // as a whole or not at all, readable by you only
    co_return text;
}

boost::asio::awaitable<bool> run_twice(std::string url, std::string file) {
    const auto first = co_await visit(url, file);
    const auto second = co_await visit(url, file);
    co_return first == "visit 1" && second == "visit 2";
}

int main(int argc, char* argv[]) {
    if (argc > 2) {  // cookies URL FILE
        aiohttp::run(visit(argv[1], argv[2]));
        return 0;
    }
    aiohttp::testing::Server server;
    server.route("*", [](const aiohttp::testing::ServerRequest& request) {
        const bool known = request.header("cookie") == "visits=1";
        return aiohttp::testing::Reply(200, known ? "visit 2" : "visit 1")
            .header("Set-Cookie", known ? "visits=2" : "visits=1; Max-Age=3600");
    });
    const std::string file =
        std::filesystem::temp_directory_path() / ("cookies-" + std::to_string(server.port()));
    const bool kept = aiohttp::run(run_twice(server.url("/visit"), file));
    std::filesystem::remove(file);
    return kept ? 0 : 1;
}
