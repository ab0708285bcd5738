// TLS over a transport in memory: cut at every byte, and ended by the book.

#include <algorithm>
#include <array>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/error.hpp>

#include <aiohttp/detail/net/tls_context.hpp>
#include <aiohttp/detail/net/tls_transport.hpp>
#include <aiohttp/testing/certificate.hpp>
#include <aiohttp/tls.hpp>

#include "support/catch.hpp"
#include "support/run_sync.hpp"

namespace {

namespace asio = boost::asio;
using aiohttp::TlsOptions;
using aiohttp::detail::error_code;
using aiohttp::detail::IoResult;
using aiohttp::detail::TlsContexts;
using aiohttp::detail::TlsHandshake;
using aiohttp::detail::TlsTransport;
using aiohttp::testing::Certificate;
using aiohttp::testing::CertificateAuthority;
using aiohttp::testing::run_sync;

constexpr std::size_t everything = std::numeric_limits<std::size_t>::max();
// By so much two handshakes may differ: ECDSA signatures are not always of the same length.
constexpr std::size_t slack = 16;

/// A TLS server in memory, which only moves when the client does.
class MemoryServer {
public:
    MemoryServer(const Certificate& certificate, int version)
        : context_(asio::ssl::context::tls_server) {
        context_.use_certificate_chain(asio::buffer(certificate.chain_pem));
        context_.use_private_key(asio::buffer(certificate.key_pem), asio::ssl::context::pem);
        SSL_CTX_set_max_proto_version(context_.native_handle(), version);
        ssl_.reset(SSL_new(context_.native_handle()));
        BIO* const input = BIO_new(BIO_s_mem());
        BIO_set_mem_eof_return(input, -1);
        SSL_set_bio(ssl_.get(), input, BIO_new(BIO_s_mem()));
        SSL_set_accept_state(ssl_.get());
    }

    /// What comes from the client goes to `origin`, and back: a proxy.
    void tunnel_to(MemoryServer& origin) {
        received_.clear();
        origin_ = &origin;
    }

    void receive(std::string_view bytes) {
        BIO_write(SSL_get_rbio(ssl_.get()), bytes.data(), static_cast<int>(bytes.size()));
        std::array<char, 4096> plain;
        std::size_t size = 0;
        while (SSL_read_ex(ssl_.get(), plain.data(), plain.size(), &size) == 1) {
            received_.append(plain.data(), size);
        }
        collect();
        if (origin_ != nullptr) {
            origin_->receive(std::exchange(received_, {}));
            relay();
        }
    }
    /// Brings the client what the origin has said.
    void relay() {
        const auto answer = std::exchange(origin_->output(), {});
        if (!answer.empty()) {
            send(answer);
        }
    }
    void send(std::string_view text) {
        std::size_t size = 0;
        SSL_write_ex(ssl_.get(), text.data(), text.size(), &size);
        collect();
    }
    void send_raw(std::string_view bytes) { output_ += bytes; }
    /// Says that it changes its keys and wants the client to do so.
    void update_keys() {
        SSL_key_update(ssl_.get(), SSL_KEY_UPDATE_REQUESTED);
        SSL_do_handshake(ssl_.get());
        collect();
    }
    void notify() {
        SSL_shutdown(ssl_.get());
        collect();
    }

    const std::string& received() const { return received_; }
    /// Whether the client's close_notify came.
    bool notified() const { return (SSL_get_shutdown(ssl_.get()) & SSL_RECEIVED_SHUTDOWN) != 0; }
    std::string& output() { return output_; }

private:
    void collect() {
        std::array<char, 4096> bytes;
        int size = 0;
        while ((size = BIO_read(SSL_get_wbio(ssl_.get()), bytes.data(), bytes.size())) > 0) {
            output_.append(bytes.data(), static_cast<std::size_t>(size));
        }
    }

    struct Free {
        void operator()(SSL* ssl) const { SSL_free(ssl); }
    };
    asio::ssl::context context_;
    std::unique_ptr<SSL, Free> ssl_;
    std::string received_;
    std::string output_;
    MemoryServer* origin_ = nullptr;
};

/// What becomes of the stream after so many bytes of the server.
struct Fault {
    std::size_t after = everything;
    error_code error = asio::error::eof;
    std::size_t piece = everything;  ///< how much comes at once
};

class MemoryPipe final : public aiohttp::detail::Transport {
public:
    MemoryPipe(MemoryServer& server, Fault fault) : server_(server), fault_(fault) {}

    asio::awaitable<IoResult> read_some(asio::mutable_buffer into) override {
        auto result = try_read(into);
        if (result.error == asio::error::would_block) {
            result.error = asio::error::eof;  // nobody would ever say more
        }
        co_return result;
    }
    IoResult try_write(asio::const_buffer first, asio::const_buffer second) noexcept override {
        IoResult result;
        for (auto bytes : {first, second}) {
            bytes = asio::buffer(bytes, window);
            window -= window == everything ? 0 : bytes.size();
            server_.receive({static_cast<const char*>(bytes.data()), bytes.size()});
            result.bytes += bytes.size();
        }
        if (result.bytes == 0 && first.size() + second.size() > 0) {
            result.error = asio::error::would_block;
        }
        return result;
    }
    asio::awaitable<IoResult> write(asio::const_buffer first, asio::const_buffer second) override {
        auto result = try_write(first, second);
        if (result.bytes < first.size() + second.size()) {
            result.error = asio::error::operation_aborted;  // the end of a wait without end
        }
        co_return result;
    }
    asio::awaitable<IoResult> write_until_readable(asio::const_buffer bytes) override {
        auto result = try_write(bytes, {});
        if (result.error && on_full != nullptr) {
            std::exchange(on_full, nullptr)(server_);
        }
        if (result.error) {
            const bool readable = !server_.output().empty();
            result.error = readable ? error_code() : asio::error::operation_aborted;
        }
        co_return result;
    }
    void cancel_read() noexcept override {}
    void close() noexcept override {}
    IoResult try_read(asio::mutable_buffer into) noexcept override {
        auto& output = server_.output();
        const auto size =
            std::min({into.size(), output.size(), fault_.after - given_, fault_.piece});
        if (size == 0) {
            const bool ended = given_ == fault_.after;
            return {ended ? fault_.error : error_code(asio::error::would_block), 0};
        }
        std::copy_n(output.data(), size, static_cast<char*>(into.data()));
        output.erase(0, size);
        given_ += size;
        return {error_code(), size};
    }
    std::shared_ptr<const std::string> remote_endpoint() const override {
        return std::make_shared<const std::string>("memory");
    }

    std::size_t given() const { return given_; }
    /// After so many bytes nothing more comes from the server.
    void end(std::size_t bytes = 0) { fault_.after = given_ + bytes; }

    std::size_t window = everything;           ///< how much more the server takes
    void (*on_full)(MemoryServer&) = nullptr;  ///< what it does when it takes no more

private:
    MemoryServer& server_;
    Fault fault_;
    std::size_t given_ = 0;
};

/// A pipe that changes one byte on its way to the client.
class DamagingPipe final : public aiohttp::detail::Transport {
public:
    DamagingPipe(std::unique_ptr<MemoryPipe> next, std::size_t place)
        : next_(std::move(next)), place_(place) {}
    asio::awaitable<IoResult> read_some(asio::mutable_buffer into) override {
        const auto result = co_await next_->read_some(into);
        if (place_ >= seen_ && place_ < seen_ + result.bytes) {
            static_cast<char*>(into.data())[place_ - seen_] ^= 0x55;
        }
        seen_ += result.bytes;
        co_return result;
    }
    asio::awaitable<IoResult> write(asio::const_buffer first, asio::const_buffer second) override {
        return next_->write(first, second);
    }
    asio::awaitable<IoResult> write_until_readable(asio::const_buffer bytes) override {
        return next_->write_until_readable(bytes);
    }
    void cancel_read() noexcept override {}
    void close() noexcept override {}
    IoResult try_read(asio::mutable_buffer into) noexcept override { return next_->try_read(into); }
    std::shared_ptr<const std::string> remote_endpoint() const override {
        return std::make_shared<const std::string>("memory");
    }

private:
    std::unique_ptr<MemoryPipe> next_;
    std::size_t place_;
    std::size_t seen_ = 0;
};

/// What comes behind the data of a server.
enum class Ending { close_notify, truncation, no_record };

/// A connection in memory.
struct Rig {
    explicit Rig(const Certificate& certificate, int version = TLS1_3_VERSION, Fault fault = {})
        : server(certificate, version) {
        auto made = std::make_unique<MemoryPipe>(server, fault);
        pipe = made.get();
        auto context = contexts.get(TlsOptions().ca_pem(certificate.authority_pem));
        client = std::make_unique<TlsTransport>(std::move(made), std::move(context), "localhost",
                                                "localhost");
    }

    asio::awaitable<std::string> read() {
        std::array<char, 100> bytes;
        const auto result = co_await client->read_some(asio::buffer(bytes));
        co_return result.error ? result.error.message() : std::string(bytes.data(), result.bytes);
    }

    void end(Ending ending) {
        if (ending == Ending::close_notify) {
            server.notify();
        } else if (ending == Ending::no_record) {
            server.send_raw("this is no record");
        } else {
            pipe->end(server.output().size());
        }
    }

    TlsContexts contexts;
    MemoryServer server;
    MemoryPipe* pipe = nullptr;
    std::unique_ptr<TlsTransport> client;
};

const Certificate& certificate() {
    static const auto made = CertificateAuthority().issue();
    return made;
}

asio::awaitable<void> cut_everywhere(int version, error_code error) {
    std::size_t needed = 0;
    {
        Rig rig(certificate(), version);
        const auto outcome = co_await rig.client->handshake();
        CHECK(outcome.text.empty());
        needed = rig.pipe->given();
    }
    for (std::size_t after = 0; after + slack < needed; after += 3) {
        INFO("cut after " << after << " of " << needed);
        Rig rig(certificate(), version, Fault{after, error});
        const auto outcome = co_await rig.client->handshake();
        if (!outcome.error && outcome.text.empty()) {
            FAIL("the handshake has succeeded");
        }
        CHECK(rig.client->tls_peer() == nullptr);
        rig.client->close();
    }
}

asio::awaitable<void> handshake_byte_by_byte(int version) {
    Rig rig(certificate(), version, Fault{everything, error_code(), 1});
    const auto outcome = co_await rig.client->handshake();
    CHECK_FALSE(outcome.error);
    CHECK(outcome.text.empty());
    rig.server.send("hello");
    const auto text = co_await rig.read();
    CHECK(text == "hello");
}

asio::awaitable<void> damage_everywhere() {
    std::size_t needed = 0;
    {
        Rig rig(certificate());
        co_await rig.client->handshake();
        needed = rig.pipe->given();
    }
    for (std::size_t at = 0; at + slack < needed; at += 11) {
        INFO("damaged at " << at);
        MemoryServer server(certificate(), TLS1_3_VERSION);
        auto damage =
            std::make_unique<DamagingPipe>(std::make_unique<MemoryPipe>(server, Fault()), at);
        TlsContexts contexts;
        auto context = contexts.get(TlsOptions().ca_pem(certificate().authority_pem));
        TlsTransport client(std::move(damage), std::move(context), "localhost", "x");
        const auto outcome = co_await client.handshake();
        CHECK((outcome.error || !outcome.text.empty()));
    }
}

}  // namespace

TEST_CASE("a handshake that is cut at any byte fails", "[K169]") {
    const auto version = GENERATE(TLS1_2_VERSION, TLS1_3_VERSION);
    run_sync(cut_everywhere(version, asio::error::eof));
    run_sync(cut_everywhere(version, asio::error::connection_reset));
}

TEST_CASE("a handshake that comes byte by byte succeeds", "[K167]") {
    const auto version = GENERATE(TLS1_2_VERSION, TLS1_3_VERSION);
    run_sync(handshake_byte_by_byte(version));
}

TEST_CASE("a handshake with a damaged byte fails", "[K169]") {
    run_sync(damage_everywhere());
}

TEST_CASE("a closed connection says close_notify, once, and waits for nothing", "[tls]") {
    run_sync([]() -> asio::awaitable<void> {
        for (const bool by_destructor : {false, true}) {
            Rig rig(certificate());
            co_await rig.client->handshake();
            CHECK_FALSE(rig.server.notified());
            if (by_destructor) {
                rig.client.reset();
            } else {
                rig.client->close();
                rig.client->close();
                rig.client.reset();
            }
            CHECK(rig.server.notified());
        }
    }());
}

TEST_CASE("a server that updates its keys is answered and told of the end", "[tls]") {
    run_sync([]() -> asio::awaitable<void> {
        for (const bool with_data : {false, true}) {
            INFO("with data " << with_data);
            Rig rig(certificate());
            co_await rig.client->handshake();
            char none = 0;
            rig.client->try_read(asio::buffer(&none, 1));  // the tickets
            rig.server.update_keys();
            if (with_data) {
                rig.server.send("hello");
                const auto text = co_await rig.read();
                CHECK(text == "hello");
            } else {
                const auto read = rig.client->try_read(asio::buffer(&none, 1));
                CHECK(read.error == asio::error::would_block);
            }
            // The next request need not wait behind the answer.
            const auto written = rig.client->try_write(asio::buffer("again", 5), {});
            CHECK_FALSE(written.error);
            CHECK(rig.server.received() == "again");
            rig.client->close();
            CHECK(rig.server.notified());
        }
    }());
}

TEST_CASE("a connection that closes behind an update of keys says close_notify", "[tls]") {
    run_sync([]() -> asio::awaitable<void> {
        Rig rig(certificate());
        co_await rig.client->handshake();
        char none = 0;
        rig.server.update_keys();
        rig.client->try_read(asio::buffer(&none, 1));
        rig.client->close();
        CHECK(rig.server.notified());
    }());
}

TEST_CASE("a connection whose handshake failed says no close_notify", "[tls]") {
    run_sync([]() -> asio::awaitable<void> {
        Rig rig(certificate(), TLS1_3_VERSION, Fault{200, asio::error::eof});
        co_await rig.client->handshake();
        rig.client.reset();
        CHECK_FALSE(rig.server.notified());
    }());
}

TEST_CASE("what comes after close_notify is no data", "[B30]") {
    run_sync([]() -> asio::awaitable<void> {
        Rig rig(certificate());
        co_await rig.client->handshake();
        rig.server.send("hello");
        rig.server.notify();
        rig.server.send_raw("\x17\x03\x03 whatever");
        const auto text = co_await rig.read();
        CHECK(text == "hello");
        for (int i = 0; i < 2; ++i) {
            std::array<char, 10> bytes;
            const auto end = co_await rig.client->read_some(asio::buffer(bytes));
            CHECK(end.error == asio::error::eof);
            CHECK(rig.client->try_read(asio::buffer(bytes)).error == asio::error::eof);
        }
    }());
}

TEST_CASE("the end without close_notify is a truncation", "[B30]") {
    run_sync([]() -> asio::awaitable<void> {
        Rig rig(certificate());
        co_await rig.client->handshake();
        rig.server.send("hello");
        const auto text = co_await rig.read();
        CHECK(text == "hello");
        std::array<char, 10> bytes;
        const auto end = co_await rig.client->read_some(asio::buffer(bytes));
        CHECK(end.error == asio::ssl::error::stream_truncated);
        rig.pipe->end();
        const auto at_once = rig.client->try_read(asio::buffer(bytes));
        CHECK(at_once.error == asio::ssl::error::stream_truncated);
    }());
}

TEST_CASE("many records are read at once, and what ends them comes behind", "[B30]") {
    run_sync([]() -> asio::awaitable<void> {
        const std::string text(100'000, 'x');
        std::vector<char> bytes(40'000);
        for (const auto ending : {Ending::close_notify, Ending::truncation, Ending::no_record}) {
            Rig rig(certificate());
            co_await rig.client->handshake();
            rig.server.send(text);
            rig.end(ending);
            auto result = co_await rig.client->read_some(asio::buffer(bytes));
            CHECK(result.bytes == bytes.size());
            std::size_t total = 0;
            while (!result.error) {
                total += result.bytes;
                result = co_await rig.client->read_some(asio::buffer(bytes));
            }
            CHECK(total == text.size());
            CHECK(result.bytes == 0);
            if (ending == Ending::close_notify) {
                CHECK(result.error == asio::error::eof);
            } else if (ending == Ending::truncation) {
                CHECK(result.error == asio::ssl::error::stream_truncated);
            } else {
                CHECK(result.error.category() == asio::error::get_ssl_category());
            }
            const auto again = co_await rig.client->read_some(asio::buffer(bytes));
            CHECK(again.error);
            CHECK(rig.client->try_read(asio::buffer(bytes)).error != asio::error::would_block);
        }
    }());
}

TEST_CASE("an upload that goes on after interim answers loses none of them", "[B32]") {
    run_sync([]() -> asio::awaitable<void> {
        Rig rig(certificate());
        co_await rig.client->handshake();
        const std::string upload(40'000, 'x');
        std::size_t sent = 0;
        for (const std::string answer : {"one ", "two "}) {
            rig.pipe->window = 0;
            rig.server.send(answer);
            rig.server.send(answer);
            const auto result =
                co_await rig.client->write_until_readable(asio::buffer(upload) + sent);
            CHECK_FALSE(result.error);
            sent += result.bytes;
        }
        rig.pipe->window = everything;
        std::string answers;
        while (answers.size() < 16) {
            answers += co_await rig.read();
        }
        CHECK(answers == "one one two two ");
        co_await rig.client->write(asio::buffer(upload) + sent, asio::const_buffer());
        CHECK((rig.server.received() == upload));
    }());
}

TEST_CASE("an early answer is read though the rest of the upload is not taken", "[B32]") {
    run_sync([]() -> asio::awaitable<void> {
        Rig rig(certificate());
        co_await rig.client->handshake();
        std::string upload;
        for (int i = 0; upload.size() < 20'000; ++i) {
            upload += std::to_string(i) + ' ';
        }
        rig.pipe->window = 1000;
        rig.pipe->on_full = [](MemoryServer& server) { server.send("head"); };
        const auto begun = co_await rig.client->write_until_readable(asio::buffer(upload));
        CHECK_FALSE(begun.error);
        CHECK(begun.bytes < upload.size());
        auto text = co_await rig.read();
        CHECK(text == "head");
        // The rest of a record is still to be sent, and nobody takes it.
        rig.server.send("body");
        text = co_await rig.read();
        CHECK(text == "body");
        // A wait that is given up loses nothing of it.
        text = co_await rig.read();
        CHECK(text == error_code(asio::error::operation_aborted).message());
        rig.pipe->window = 100;
        text = co_await rig.read();
        CHECK(text == error_code(asio::error::operation_aborted).message());
        rig.pipe->window = everything;
        rig.server.send("more");
        text = co_await rig.read();
        CHECK(text == "more");
        const auto rest = asio::buffer(upload) + begun.bytes;
        const auto ended = co_await rig.client->write(rest, asio::const_buffer());
        CHECK_FALSE(ended.error);
        CHECK((rig.server.received() == upload));
    }());
}

TEST_CASE("a write that is given up leaves the record whole", "[tls]") {
    run_sync([]() -> asio::awaitable<void> {
        Rig rig(certificate());
        co_await rig.client->handshake();
        const std::string text(5000, 'x');
        rig.pipe->window = 1000;
        auto written = co_await rig.client->write(asio::buffer(text), asio::const_buffer());
        CHECK(written.error == asio::error::operation_aborted);
        rig.pipe->window = everything;
        const std::string more = "more";
        written = co_await rig.client->write(asio::buffer(more), asio::const_buffer());
        CHECK_FALSE(written.error);
        CHECK((rig.server.received() == text + more));
    }());
}

TEST_CASE("TLS in TLS says close_notify to the server and to the proxy", "[tls]") {
    run_sync([]() -> asio::awaitable<void> {
        Rig rig(certificate());
        MemoryServer origin(certificate(), TLS1_3_VERSION);
        co_await rig.client->handshake();
        rig.server.tunnel_to(origin);
        TlsTransport inner(std::move(rig.client),
                           rig.contexts.get(TlsOptions().ca_pem(certificate().authority_pem)),
                           "localhost", "x");
        const auto outcome = co_await inner.handshake();
        CHECK(outcome.text.empty());
        CHECK_FALSE(outcome.error);
        CHECK_FALSE(origin.notified());
        inner.close();
        CHECK(origin.notified());
        CHECK(rig.server.notified());
    }());
}

TEST_CASE("what can be written without waiting keeps the order of the records", "[tls]") {
    run_sync([]() -> asio::awaitable<void> {
        Rig rig(certificate());
        co_await rig.client->handshake();
        const std::string head = "head ";
        const std::string body(1000, 'x');
        auto written = rig.client->try_write(asio::buffer(head), asio::buffer(body));
        CHECK_FALSE(written.error);
        CHECK(written.bytes == head.size() + body.size());
        CHECK((rig.server.received() == head + body));
        // A record of which a part was written is written before anything else is.
        rig.pipe->window = 500;
        written = rig.client->try_write(asio::buffer(head), asio::buffer(body));
        CHECK_FALSE(written.error);
        CHECK(written.bytes == head.size() + body.size());
        rig.pipe->window = everything;
        written = rig.client->try_write(asio::buffer(head), asio::const_buffer());
        CHECK(written.error == asio::error::would_block);
        CHECK(written.bytes == 0);
        co_await rig.client->write(asio::buffer(head), asio::const_buffer());
        CHECK((rig.server.received() == head + body + head + body + head));
        // What does not fit into one record is for a write that waits.
        const std::string large(20'000, 'x');
        written = rig.client->try_write(asio::buffer(head), asio::buffer(large));
        CHECK(written.error == asio::error::would_block);
    }());
}

TEST_CASE("there is no handshake with a server that has no name", "[K167]") {
    run_sync([]() -> asio::awaitable<void> {
        MemoryServer server(certificate(), TLS1_3_VERSION);
        TlsContexts contexts;
        TlsTransport client(std::make_unique<MemoryPipe>(server, Fault()),
                            contexts.get(TlsOptions().ca_pem(certificate().authority_pem)), "",
                            "x");
        const auto outcome = co_await client.handshake();
        CHECK(outcome.text ==
              "TLS handshake with \"\" failed: no certificate can be checked against this name");
        CHECK(outcome.failure != nullptr);
        CHECK(server.output().empty());
    }());
}
