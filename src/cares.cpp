#include <aiohttp/impl/async_resolver.ipp>
