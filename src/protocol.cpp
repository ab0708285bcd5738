#include <aiohttp/detail/protocol/field_values.ipp>
#include <aiohttp/detail/protocol/form.ipp>
#include <aiohttp/detail/protocol/http1_body.ipp>
#include <aiohttp/detail/protocol/http1_framing.ipp>
#include <aiohttp/detail/protocol/http1_head.ipp>
#include <aiohttp/detail/protocol/http1_request.ipp>
#include <aiohttp/detail/protocol/netrc.ipp>
#include <aiohttp/detail/protocol/redirect_policy.ipp>
