#include <aiohttp/detail/message/compressed_body.ipp>
#include <aiohttp/detail/message/decoding_stage.ipp>
#include <aiohttp/detail/message/multipart_part.ipp>
#include <aiohttp/detail/message/response_state.ipp>
#include <aiohttp/impl/body.ipp>
#include <aiohttp/impl/multipart_reader.ipp>
#include <aiohttp/impl/response.ipp>
#include <aiohttp/impl/stream_reader.ipp>
