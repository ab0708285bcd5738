#include <aiohttp/detail/core/base64.ipp>
#include <aiohttp/detail/core/latin1.ipp>
#include <aiohttp/detail/core/quote.ipp>
#include <aiohttp/impl/auth.ipp>
#include <aiohttp/impl/cancelled.ipp>
#include <aiohttp/impl/error.ipp>
#include <aiohttp/impl/headers.ipp>
#include <aiohttp/impl/timings.ipp>
