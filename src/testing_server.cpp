// The testing library is always compiled, whichever way the client itself is used.
#ifndef AIOHTTP_SEPARATE_COMPILATION
#define AIOHTTP_SEPARATE_COMPILATION
#endif

#include <aiohttp/testing/impl/certificate.ipp>
#include <aiohttp/testing/impl/certificate_formats.ipp>
#include <aiohttp/testing/impl/reply.ipp>
#include <aiohttp/testing/impl/script.ipp>
#include <aiohttp/testing/impl/server.ipp>
#include <aiohttp/testing/impl/server_connection.ipp>
#include <aiohttp/testing/impl/server_connection_io.ipp>
#include <aiohttp/testing/impl/server_core.ipp>
#include <aiohttp/testing/impl/server_log.ipp>
#include <aiohttp/testing/impl/server_request_reader.ipp>
#include <aiohttp/testing/impl/server_script.ipp>
#include <aiohttp/testing/impl/server_tls.ipp>
#include <aiohttp/testing/impl/temporary_file.ipp>
