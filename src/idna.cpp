#include <aiohttp/detail/core/idna.ipp>
