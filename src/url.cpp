#include <aiohttp/detail/core/host_name.ipp>
#include <aiohttp/detail/core/percent.ipp>
#include <aiohttp/detail/core/url_syntax.ipp>
#include <aiohttp/impl/url.ipp>
