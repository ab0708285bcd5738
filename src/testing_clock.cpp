#include <aiohttp/testing/impl/manual_clock.ipp>
