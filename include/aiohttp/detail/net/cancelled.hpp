#pragma once

#include <boost/asio/error.hpp>
#include <boost/system/error_code.hpp>
#include <boost/system/system_error.hpp>

namespace aiohttp::detail {

/// Call it for the result of an operation when neither a deadline nor a close explains an
/// operation_aborted: then the caller was cancelled, and says so the way all of Asio does.
inline void throw_if_cancelled(const boost::system::error_code& error) {
    if (error == boost::asio::error::operation_aborted) {
        throw boost::system::system_error(error);
    }
}

}  // namespace aiohttp::detail
