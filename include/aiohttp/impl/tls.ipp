#pragma once

#include <utility>

#include <openssl/ssl.h>
#include <boost/asio/ssl/context.hpp>

#include <aiohttp/detail/config.hpp>
#include <aiohttp/tls.hpp>

namespace aiohttp {

AIOHTTP_DECL TlsOptions::TlsOptions() = default;
AIOHTTP_DECL TlsOptions::TlsOptions(VerifyNone) : verify_(false) {}

AIOHTTP_DECL TlsOptions::TlsOptions(boost::asio::ssl::context& context) {
    SSL_CTX* const native = context.native_handle();
    SSL_CTX_up_ref(native);
    native_.reset(native, [](void* shared) { SSL_CTX_free(static_cast<SSL_CTX*>(shared)); });
}

AIOHTTP_DECL TlsOptions& TlsOptions::ca_file(std::string path) & {
    ca_file_ = std::move(path);
    return *this;
}
AIOHTTP_DECL TlsOptions&& TlsOptions::ca_file(std::string path) && {
    return std::move(ca_file(std::move(path)));
}
AIOHTTP_DECL TlsOptions& TlsOptions::ca_pem(std::string pem) & {
    ca_pem_ = std::move(pem);
    return *this;
}
AIOHTTP_DECL TlsOptions&& TlsOptions::ca_pem(std::string pem) && {
    return std::move(ca_pem(std::move(pem)));
}

}  // namespace aiohttp
