#pragma once

// The other side of the counted requests: a server in the same process and thread, on real sockets
// of the loopback interface. It works when the client waits, in peer.cpp's epoll_wait(). So what
// happens, in which order and when, is decided by the program and not by a clock or by what else
// the machine does.

#include <string>
#include <string_view>

namespace counts {

/// What the server answers to a path: a whole response. Without one it sends back the request's
/// body, as JSON.
void route(std::string_view path, std::string response);

/// As nginx sends it.
std::string response(std::string_view status, std::string_view fields, std::string_view body);

/// From now on connections are TLS, with a certificate that nobody should trust.
void use_tls();

}  // namespace counts
