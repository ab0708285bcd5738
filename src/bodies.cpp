#include <aiohttp/detail/message/multipart_body.ipp>
#include <aiohttp/impl/file_body.ipp>
#include <aiohttp/impl/form_data.ipp>
#include <aiohttp/impl/multipart_writer.ipp>
