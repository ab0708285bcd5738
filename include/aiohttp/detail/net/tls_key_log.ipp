#pragma once

#include <cerrno>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <openssl/ssl.h>
#include <unistd.h>

#include <aiohttp/detail/config.hpp>
#include <aiohttp/detail/core/quote.hpp>
#include <aiohttp/detail/net/tls_key_log.hpp>

namespace aiohttp::detail {

AIOHTTP_DECL int key_log_index() {
    static const int index = SSL_CTX_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
    return index;
}

AIOHTTP_DECL void log_tls_keys(const SSL* ssl, const char* line) {
    auto* const log =
        static_cast<TlsKeyLog*>(SSL_CTX_get_ex_data(SSL_get_SSL_CTX(ssl), key_log_index()));
    if (log != nullptr) {
        log->write(line);
    }
}

AIOHTTP_DECL std::shared_ptr<TlsKeyLog> TlsKeyLog::open(const std::string& path,
                                                        std::string& error) {
    const int file = ::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    if (file < 0) {
        error = "cannot write the TLS key log " + quote(path) + ": " +
                std::generic_category().message(errno);
        return nullptr;
    }
    return std::make_shared<TlsKeyLog>(file);
}

AIOHTTP_DECL TlsKeyLog::~TlsKeyLog() {
    ::close(file_);
}

AIOHTTP_DECL void TlsKeyLog::attach(ssl_ctx_st* context) {
    SSL_CTX_set_ex_data(context, key_log_index(), this);
    SSL_CTX_set_keylog_callback(context, &log_tls_keys);
}

AIOHTTP_DECL void TlsKeyLog::write(std::string line) noexcept {
    line.push_back('\n');
    // A full disk must not end connections.
    [[maybe_unused]] const auto written = ::write(file_, line.data(), line.size());
}

}  // namespace aiohttp::detail
