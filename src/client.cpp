#include <aiohttp/detail/middleware/auth.ipp>
#include <aiohttp/detail/middleware/defaults.ipp>
#include <aiohttp/detail/middleware/redirect.ipp>
#include <aiohttp/detail/middleware/send.ipp>
#include <aiohttp/detail/middleware/stale_retry.ipp>
#include <aiohttp/impl/request.ipp>
#include <aiohttp/impl/session.ipp>
#include <aiohttp/impl/session_options.ipp>
