// Lookups whose io_context is destroyed: nothing is posted to it after that has begun.

#include <atomic>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/execution_context.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/prefer.hpp>
#include <boost/asio/query.hpp>
#include <boost/asio/require.hpp>

#include <aiohttp/async_resolver.hpp>
#include <aiohttp/resolver.hpp>

#include "support/catch.hpp"
#include "support/dns_server.hpp"

namespace {

namespace asio = boost::asio;
using aiohttp::AddressFamily;
using aiohttp::Resolver;

/// An executor that counts what it is given.
template <class Inner>
class Counting {
public:
    Counting(Inner inner, std::atomic<int>* given) : inner_(std::move(inner)), given_(given) {}

    template <class Function>
    void execute(Function&& function) const {
        ++*given_;
        inner_.execute(std::forward<Function>(function));
    }
    template <class Property>
    auto query(const Property& property) const noexcept
        -> decltype(asio::query(std::declval<const Inner&>(), property)) {
        return asio::query(inner_, property);
    }
    template <class Property>
    auto require(const Property& property) const
        -> Counting<std::decay_t<decltype(asio::require(std::declval<const Inner&>(), property))>> {
        return {asio::require(inner_, property), given_};
    }
    template <class Property>
    auto prefer(const Property& property) const
        -> Counting<std::decay_t<decltype(asio::prefer(std::declval<const Inner&>(), property))>> {
        return {asio::prefer(inner_, property), given_};
    }
    friend bool operator==(const Counting& one, const Counting& other) noexcept {
        return one.inner_ == other.inner_;
    }
    friend bool operator!=(const Counting& one, const Counting& other) noexcept {
        return !(one == other);
    }

private:
    Inner inner_;
    std::atomic<int>* given_;
};

/// Closes a resolver when the destructor of its context has told the lookups, which began later
/// than this service and end sooner, and before it destroys what is queued.
class Closing : public asio::execution_context::service {
public:
    static inline asio::execution_context::id id;

    explicit Closing(asio::execution_context& context)
        : asio::execution_context::service(context) {}

    std::shared_ptr<Resolver> resolver;
    std::atomic<int>* given = nullptr;

private:
    void shutdown() override {
        if (resolver) {
            const int before = *given;
            resolver->close();
            CHECK(*given == before);
        }
    }
};

asio::awaitable<void> look(std::shared_ptr<Resolver> resolver, std::string name) {
    co_await resolver->resolve(std::move(name), 80, AddressFamily::any);
}

/// Destroys a context with this many lookups under way.
void destroy_under(const std::shared_ptr<Resolver>& resolver,
                   const std::string& name,
                   int lookups) {
    std::atomic<int> given = 0;
    asio::io_context io;
    auto& closing = asio::use_service<Closing>(io);
    closing.resolver = resolver;
    closing.given = &given;
    const asio::any_io_executor executor(
        Counting<asio::io_context::executor_type>(io.get_executor(), &given));
    for (int i = 0; i < lookups; ++i) {
        asio::co_spawn(executor, look(resolver, name), asio::detached);
    }
    for (int i = 0; i < lookups; ++i) {
        io.poll_one();  // each begins
    }
    CHECK(given > 0);
}

}  // namespace

TEST_CASE("threads that look names up leave an io_context alone that is being destroyed") {
    // So many that some are not done by then.
    destroy_under(std::make_shared<aiohttp::ThreadedResolver>(), "localhost", 500);
}

#if defined(AIOHTTP_WITH_CARES)
TEST_CASE("AsyncResolver::close leaves an io_context alone that is being destroyed") {
    const aiohttp::testing::DnsServer server([](const auto&) {
        aiohttp::testing::DnsAnswer answer;
        answer.silent = true;
        return answer;
    });
    auto options = aiohttp::AsyncResolverOptions().nameservers({server.address()});
    destroy_under(std::make_shared<aiohttp::AsyncResolver>(std::move(options)), "name.test.", 3);
}
#endif
