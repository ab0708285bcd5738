// Docker's list of containers, over the Unix socket of its daemon. Without arguments a server of
// its own answers instead; with one it is the socket's path:
//
//     unix_socket /var/run/docker.sock
#include <aiohttp/aiohttp.hpp>
#include <aiohttp/json.hpp>
#include <aiohttp/testing/server.hpp>

#include <filesystem>
#include <iostream>
#include <memory>
#include <string>

#include <unistd.h>

boost::asio::awaitable<void> list_containers(std::string path) {
    auto connector = std::make_shared<aiohttp::UnixConnector>(path);
    aiohttp::ClientSession session(aiohttp::ClientSessionOptions().connector(connector));
    // The host only fills the Host field: every request goes to the socket.
    auto containers = co_await session.get("http://docker/v1.43/containers/json")
                          .param("all", "true")
                          .raise_for_status()
                          .as<nlohmann::json>();
    for (const auto& container : containers) {
        std::cout << container.at("Id").get<std::string>().substr(0, 12) << "  "
                  << container.at("Image").get<std::string>() << "  "
                  << container.at("Status").get<std::string>() << '\n';
    }
}

int main(int argc, char* argv[]) {
    const auto name = "aiohttp-docker-" + std::to_string(::getpid()) + ".sock";
    const auto own_path = (std::filesystem::temp_directory_path() / name).string();
    aiohttp::testing::Server daemon(aiohttp::testing::ServerOptions().unix_path(own_path));
    daemon.route("/v1.43/containers/json",
                 aiohttp::testing::Reply().json_text(
                     R"([{"Id":"8dfafdbc3a40aa45","Image":"nginx:1","Status":"Up 2 hours"}])"));
    try {
        aiohttp::run(list_containers(argc > 1 ? argv[1] : own_path));
    } catch (const aiohttp::UnixClientConnectorError& error) {
        std::cerr << "Is the daemon running? " << error.what() << '\n';
        return 1;
    }
}
