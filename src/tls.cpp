#include <aiohttp/detail/net/tls_context.ipp>
#include <aiohttp/detail/net/tls_transport.ipp>
#include <aiohttp/impl/tls.ipp>
