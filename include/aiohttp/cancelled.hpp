#pragma once

#include <exception>

namespace aiohttp {

/// Whether an exception says that the operation was cancelled, not that it failed:
/// boost::system::system_error with boost::asio::error::operation_aborted, as all of Asio throws
/// it. For the catch block that must tell the two apart:
///
///     } catch (const std::exception& error) {
///         if (!aiohttp::is_cancelled(error)) { log(error.what()); }
///         throw;
///     }
bool is_cancelled(const std::exception& error) noexcept;
/// The same; false for a null pointer and for what is no std::exception.
bool is_cancelled(const std::exception_ptr& error) noexcept;

}  // namespace aiohttp
