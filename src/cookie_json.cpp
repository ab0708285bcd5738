#include <aiohttp/detail/protocol/cookie_json.ipp>
