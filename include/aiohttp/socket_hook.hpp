#pragma once

#include <functional>

#include <aiohttp/resolved_host.hpp>

namespace aiohttp {

/// Called with every new socket before it connects (TCPConnectorOptions::on_socket), to set options
/// that the library does not know. It must not close the descriptor. When it throws, connecting
/// to that address has failed; with a boost::system::system_error its code is the cause.
using SocketHook = std::function<void(int descriptor, const ResolvedHost& peer)>;

}  // namespace aiohttp
