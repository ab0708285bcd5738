#include <aiohttp/detail/core/quote.ipp>
#include <aiohttp/impl/error.ipp>
#include <aiohttp/impl/headers.ipp>
