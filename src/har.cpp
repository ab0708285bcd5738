#include <aiohttp/detail/client/har_json.ipp>
#include <aiohttp/impl/har.ipp>
