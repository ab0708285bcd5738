#pragma once

#include <boost/system/errc.hpp>
#include <boost/system/error_code.hpp>
#include <boost/system/system_error.hpp>

#include <aiohttp/cancelled.hpp>
#include <aiohttp/detail/config.hpp>

namespace aiohttp {

AIOHTTP_DECL bool is_cancelled(const std::exception& error) noexcept {
    const auto* const failure = dynamic_cast<const boost::system::system_error*>(&error);
    // What Asio calls operation_aborted. The errors of this library have a category of their own.
    return failure != nullptr && failure->code().category() == boost::system::system_category() &&
           failure->code() == boost::system::errc::operation_canceled;
}

AIOHTTP_DECL bool is_cancelled(const std::exception_ptr& error) noexcept {
    if (error == nullptr) {
        return false;
    }
    try {
        std::rethrow_exception(error);
    } catch (const std::exception& exception) {
        return is_cancelled(exception);
    } catch (...) {
        return false;
    }
}

}  // namespace aiohttp
