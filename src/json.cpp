#include <aiohttp/impl/json.ipp>
