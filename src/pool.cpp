#include <aiohttp/detail/connection/connector_core.ipp>
#include <aiohttp/detail/connection/http1_connection.ipp>
#include <aiohttp/detail/connection/http1_upload.ipp>
#include <aiohttp/detail/connection/leased_body.ipp>
#include <aiohttp/detail/connection/pool.ipp>
#include <aiohttp/detail/connection/tcp_dialer.ipp>
#include <aiohttp/impl/connector.ipp>
