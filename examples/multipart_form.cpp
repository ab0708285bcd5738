// A form with fields and files, as a browser sends it. In aiohttp:
//
//     form = aiohttp.FormData()
//     form.add_field("title", "Holidays")
//     form.add_field("notes", b"...", filename="notes.txt", content_type="text/plain")
//     form.add_field("photo", open(path, "rb"))
//     async with session.post(url, data=form) as response:
//         print(await response.text())
#include <aiohttp/aiohttp.hpp>
#include <aiohttp/testing/certificate.hpp>
#include <aiohttp/testing/server.hpp>

#include <iostream>
#include <stdexcept>
#include <string>
#include <utility>

boost::asio::awaitable<void> send_form(std::string url, std::string path) {
    aiohttp::ClientSession session;
    aiohttp::FormData form;
    form.add_field("title", "Holidays");
    form.add_field("notes", "Sun and sea",
                   aiohttp::FormFieldOptions().filename("notes.txt").content_type("text/plain"));
    form.add_field("photo", aiohttp::file_body(path));  // streamed, with its own name and type

    auto response = co_await session.post(url).data(std::move(form)).raise_for_status();
    const auto answer = co_await response.text();
    std::cout << answer << '\n';
    if (answer.empty()) {
        throw std::runtime_error("the server saw no form");
    }
}

int main(int argc, char* argv[]) {
    aiohttp::testing::Server server;
    server.route("/form", [](const aiohttp::testing::ServerRequest& request) {
        const auto type = std::string(request.header("content-type"));
        const bool whole = type.starts_with("multipart/form-data; boundary=") &&
                           request.body.find("name=\"photo\"; filename=") != std::string::npos;
        return aiohttp::testing::Reply(whole ? 200 : 400, request.body);
    });
    const aiohttp::testing::TemporaryFile photo("not really a photo", ".jpg");
    aiohttp::run(send_form(argc > 1 ? argv[1] : server.url("/form"),
                           argc > 2 ? argv[2] : photo.path().string()));
}
