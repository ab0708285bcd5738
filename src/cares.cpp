#include <aiohttp/impl/async_resolver.ipp>
#include <aiohttp/impl/async_resolver_options.ipp>
