#include <aiohttp/detail/client/partial_file.ipp>
#include <aiohttp/impl/download.ipp>
