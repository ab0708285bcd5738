#include <aiohttp/detail/protocol/digest_challenge.ipp>
#include <aiohttp/detail/protocol/digest_response.ipp>
#include <aiohttp/detail/protocol/message_digest.ipp>
#include <aiohttp/detail/protocol/proxy_digest.ipp>
#include <aiohttp/impl/digest_auth.ipp>
