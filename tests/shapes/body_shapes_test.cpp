// The ways in which users write bodies inside a co_await expression. GCC 12 destroys some
// temporaries of such expressions twice; all of these must survive it, under AddressSanitizer.
#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include <aiohttp/aiohttp.hpp>
#include <aiohttp/testing/certificate.hpp>
#include <aiohttp/testing/server.hpp>
#include "support/catch.hpp"
#include "support/run_sync.hpp"
#include "support/text.hpp"

namespace asio = boost::asio;
using namespace std::chrono_literals;
using aiohttp::ClientSession;
using aiohttp::FileBodyOptions;
using aiohttp::FormData;
using aiohttp::FormDataOptions;
using aiohttp::FormFieldOptions;
using aiohttp::GeneratorBodyOptions;
using aiohttp::MultipartWriter;
using aiohttp::testing::has;
using aiohttp::testing::run_sync;

namespace {

// Long enough not to fit into a string object itself: a lifetime error then shows.
const std::string long_text(100, 'x');

/// Gives a long text, once; holds it until then.
class Once {
public:
    explicit Once(std::string text) : text_(std::move(text)) {}
    asio::awaitable<std::optional<std::string>> operator()() {
        co_return std::exchange(text_, std::nullopt);
    }

private:
    std::optional<std::string> text_;
};

/// Answers with the request's body.
class Echo {
public:
    Echo() {
        server_.route("*", [](const aiohttp::testing::ServerRequest& request) {
            return aiohttp::testing::Reply(200, request.body);
        });
    }
    std::string url() const { return server_.url(); }

private:
    aiohttp::testing::Server server_;
};

asio::awaitable<void> sources(const Echo& echo) {
    ClientSession session;
    const aiohttp::testing::TemporaryFile file(long_text + "end");
    auto text = co_await session.put(echo.url())
                    .data(aiohttp::file_body(file.path().string() + ""))
                    .timeout(5s)
                    .text();
    CHECK(text == long_text + "end");
    text = co_await session.put(echo.url())
               .data(aiohttp::file_body(
                   file.path().string(),
                   FileBodyOptions().offset(100).length(2).content_type("a/" + long_text)))
               .text();
    CHECK(text == "en");
    text = co_await session.put(echo.url())
               .data(aiohttp::view_body(long_text, "a/" + long_text))
               .chunked()
               .expect100(1s)
               .text();
    CHECK(text == long_text);
    text =
        co_await session.put(echo.url())
            .data(aiohttp::generator_body(
                Once(long_text), GeneratorBodyOptions().length(100).content_type("a/" + long_text)))
            .upload_progress(aiohttp::Progress())
            .text();
    CHECK(text == long_text);
}

asio::awaitable<void> forms(const Echo& echo) {
    ClientSession session;
    auto text = co_await session.post(echo.url())
                    .data(FormData().add_field(long_text, "v").add_field("b", long_text + "!"))
                    .text();
    CHECK(text == long_text + "=v&b=" + long_text + "%21");
    text = co_await session.post(echo.url())
               .data(FormData(FormDataOptions().boundary(long_text.substr(40)))
                         .add_field("a" + long_text, std::as_bytes(std::span(long_text)))
                         .add_field("b", aiohttp::view_body(long_text),
                                    FormFieldOptions()
                                        .filename("f" + long_text)
                                        .content_type("t/" + long_text)
                                        .header("X-" + long_text, "h" + long_text)))
               .text();
    CHECK(has(text, "name=\"a" + long_text + '"'));
    CHECK(has(text, "filename=\"f" + long_text + '"'));
    CHECK(has(text, "X-" + long_text + ": h" + long_text));
    FormData named;
    named.add_field("a", long_text);
    text = co_await session.post(echo.url()).data(std::move(named)).text();
    CHECK(text == "a=" + long_text);
    text = co_await session.post(echo.url())
               .data(MultipartWriter("x" + long_text)
                         .append("a" + long_text)
                         .append(MultipartWriter().append(aiohttp::view_body(long_text)))
                         .append("b" + long_text))
               .text();
    CHECK(has(text, "\r\n\r\na" + long_text + "\r\n"));
    CHECK(has(text, "\r\n\r\nb" + long_text + "\r\n"));
}

asio::awaitable<void> mistakes(const Echo& echo) {
    ClientSession session;
    bool thrown = false;
    try {
        co_await session.post(echo.url())
            .data(FormData().add_field("a", long_text).add_field(long_text + "\r\n", long_text))
            .text();
    } catch (const aiohttp::ValueError&) {
        thrown = true;
    }
    CHECK(thrown);
}

}  // namespace

TEST_CASE("bodies made inside the expression keep their temporaries", "[shapes]") {
    const Echo echo;
    run_sync(sources(echo));
}

TEST_CASE("forms made inside the expression keep their temporaries", "[shapes]") {
    const Echo echo;
    run_sync(forms(echo));
}

TEST_CASE("a form's setter may throw in the middle of an expression", "[shapes]") {
    const Echo echo;
    run_sync(mistakes(echo));
}
