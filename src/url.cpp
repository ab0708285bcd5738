#include <aiohttp/detail/core/percent.ipp>
#include <aiohttp/impl/url.ipp>
