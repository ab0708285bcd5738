#include <aiohttp/detail/net/background_timer.ipp>
#include <aiohttp/detail/net/context_watch.ipp>
#include <aiohttp/detail/net/deadline.ipp>
#include <aiohttp/detail/net/deadline_pool.ipp>
#include <aiohttp/detail/net/one_shot.ipp>
#include <aiohttp/detail/net/resolver.ipp>
#include <aiohttp/detail/net/tcp_transport.ipp>
#include <aiohttp/impl/progress.ipp>
