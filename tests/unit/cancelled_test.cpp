#include <aiohttp/cancelled.hpp>

#include <cerrno>
#include <exception>
#include <stdexcept>

#include <boost/asio/error.hpp>
#include <boost/system/error_code.hpp>
#include <boost/system/system_error.hpp>

#include <aiohttp/detail/core/error_details.hpp>
#include <aiohttp/error.hpp>

#include "support/catch.hpp"

using aiohttp::is_cancelled;
using boost::system::system_error;

namespace {

template <class Exception>
bool both(const Exception& error) {
    const bool cancelled = is_cancelled(error);
    CHECK(is_cancelled(std::make_exception_ptr(error)) == cancelled);
    return cancelled;
}

}  // namespace

TEST_CASE("a cancelled operation is told from one that failed") {
    CHECK(both(system_error(boost::asio::error::operation_aborted)));
    CHECK_FALSE(both(system_error(boost::asio::error::connection_reset)));
    CHECK_FALSE(both(system_error(boost::system::error_code())));
    CHECK_FALSE(both(system_error(boost::asio::error::eof)));
    CHECK_FALSE(both(std::runtime_error("cancelled")));
    // The same number in another category.
    CHECK_FALSE(both(system_error(ECANCELED, aiohttp::error_category())));
    CHECK_FALSE(both(aiohttp::ClientConnectionError(aiohttp::detail::make_error(
        aiohttp::errc::connection_closed, aiohttp::Phase::none, "closed"))));
}

TEST_CASE("no exception, and one of an unknown kind, is no cancellation") {
    CHECK_FALSE(is_cancelled(std::exception_ptr()));
    CHECK_FALSE(is_cancelled(std::make_exception_ptr(42)));
}
