// A client for one web API: a session with its defaults, and a typed method for each call.
#include <aiohttp/aiohttp.hpp>
#include <aiohttp/json.hpp>
#include <aiohttp/testing/server.hpp>

#include <chrono>
#include <iostream>
#include <string>
#include <vector>

struct Repository {
    std::string full_name;
    int stargazers_count = 0;
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Repository, full_name, stargazers_count)

struct Issue {
    int number = 0;
    std::string title;
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Issue, number, title)

class GitHub {
public:
    explicit GitHub(const std::string& token, const std::string& url = "https://api.github.com/")
        : session_(aiohttp::ClientSessionOptions()
                       .base_url(url)
                       .header("Accept", "application/vnd.github+json")
                       .header("Authorization", "Bearer " + token)
                       .raise_for_status(true)
                       .timeout(std::chrono::seconds(10))) {}

    boost::asio::awaitable<Repository> repository(const std::string& name) {
        return session_.get("repos/" + name).as<Repository>();
    }
    boost::asio::awaitable<std::vector<Issue>> issues(const std::string& name, int page = 1) {
        const auto path = "repos/" + name + "/issues";
        return session_.get(path).param("page", page).as<std::vector<Issue>>();
    }

private:
    aiohttp::ClientSession session_;
};

boost::asio::awaitable<void> amain(std::string url, std::string name) {
    GitHub github("secret", url);
    const auto repository = co_await github.repository(name);
    std::cout << repository.full_name << ", " << repository.stargazers_count << " stars\n";
    for (const auto& issue : co_await github.issues(name)) {
        std::cout << '#' << issue.number << ' ' << issue.title << '\n';
    }
}

int main(int argc, char* argv[]) {
    using aiohttp::testing::Reply;
    aiohttp::testing::Server server;
    server.route("/repos/a/b", Reply().json_text(R"({"full_name":"a/b","stargazers_count":7})"));
    server.route("/repos/a/b/issues", Reply().json_text(R"([{"number":1,"title":"Too hot"}])"));
    aiohttp::run(amain(argc > 1 ? argv[1] : server.url("/"), argc > 2 ? argv[2] : "a/b"));
}
