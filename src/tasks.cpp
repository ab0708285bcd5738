#include <aiohttp/impl/tasks.ipp>
