#include <aiohttp/impl/resolver.ipp>
#include <aiohttp/impl/threaded_resolver.ipp>
