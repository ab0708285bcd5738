#pragma once

// Everything of the library, but <aiohttp/json.hpp> (typed JSON, with all of nlohmann's headers)
// and <aiohttp/testing/...>.

#include <aiohttp/address_guard.hpp>
#include <aiohttp/as_result.hpp>
#include <aiohttp/async_resolver.hpp>
#include <aiohttp/auth.hpp>
#include <aiohttp/body.hpp>
#include <aiohttp/cancelled.hpp>
#include <aiohttp/clock.hpp>
#include <aiohttp/connector.hpp>
#include <aiohttp/connector_options.hpp>
#include <aiohttp/content_coding.hpp>
#include <aiohttp/content_disposition.hpp>
#include <aiohttp/cookie.hpp>
#include <aiohttp/cookie_jar.hpp>
#include <aiohttp/decode_errors.hpp>
#include <aiohttp/digest_auth.hpp>
#include <aiohttp/download.hpp>
#include <aiohttp/error.hpp>
#include <aiohttp/file_body.hpp>
#include <aiohttp/form_data.hpp>
#include <aiohttp/generator_body.hpp>
#include <aiohttp/har.hpp>
#include <aiohttp/headers.hpp>
#include <aiohttp/link.hpp>
#include <aiohttp/middleware.hpp>
#include <aiohttp/multipart_reader.hpp>
#include <aiohttp/multipart_writer.hpp>
#include <aiohttp/netrc.hpp>
#include <aiohttp/pairs.hpp>
#include <aiohttp/progress.hpp>
#include <aiohttp/proxy.hpp>
#include <aiohttp/redirect.hpp>
#include <aiohttp/request.hpp>
#include <aiohttp/resolved_host.hpp>
#include <aiohttp/resolver.hpp>
#include <aiohttp/response.hpp>
#include <aiohttp/secrets.hpp>
#include <aiohttp/session.hpp>
#include <aiohttp/socket_hook.hpp>
#include <aiohttp/stream_reader.hpp>
#include <aiohttp/tasks.hpp>
#include <aiohttp/tcp_connector.hpp>
#include <aiohttp/timeout.hpp>
#include <aiohttp/timings.hpp>
#include <aiohttp/tls.hpp>
#include <aiohttp/tls_failure.hpp>
#include <aiohttp/tls_info.hpp>
#include <aiohttp/trace.hpp>
#include <aiohttp/trace_params.hpp>
#include <aiohttp/unix_connector.hpp>
#include <aiohttp/url.hpp>
#include <aiohttp/version.hpp>
#include <aiohttp/view_body.hpp>

#if !defined(AIOHTTP_SEPARATE_COMPILATION)
#include <aiohttp/impl/src.hpp>
#endif
