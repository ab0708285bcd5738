// The testing library is always compiled, whichever way the client itself is used.
#ifndef AIOHTTP_SEPARATE_COMPILATION
#define AIOHTTP_SEPARATE_COMPILATION
#endif

#include <aiohttp/testing/impl/memory_connector.ipp>
#include <aiohttp/testing/impl/memory_peer.ipp>
#include <aiohttp/testing/impl/memory_transport.ipp>
