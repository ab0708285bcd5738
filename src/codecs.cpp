#include <aiohttp/detail/protocol/brotli_coding.ipp>
#include <aiohttp/detail/protocol/charset.ipp>
#include <aiohttp/detail/protocol/content_coding.ipp>
#include <aiohttp/detail/protocol/zlib_coding.ipp>
#include <aiohttp/detail/protocol/zstd_coding.ipp>
