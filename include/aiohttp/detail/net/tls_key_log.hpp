#pragma once

#include <memory>
#include <string>

struct ssl_ctx_st;

namespace aiohttp::detail {

/// A file that gets the secrets of connections, for those who look into their own traffic.
class TlsKeyLog {
public:
    /// Opens the file for appending; a new one gets mode 0600. On failure null, and `error` says
    /// why.
    static std::shared_ptr<TlsKeyLog> open(const std::string& path, std::string& error);
    explicit TlsKeyLog(int file) noexcept : file_(file) {}
    TlsKeyLog(const TlsKeyLog&) = delete;
    TlsKeyLog& operator=(const TlsKeyLog&) = delete;
    ~TlsKeyLog();

    /// Makes the context write here; this object must live as long as its connections.
    void attach(ssl_ctx_st* context);
    /// Appends a line whole, so that several processes may share the file.
    void write(std::string line) noexcept;

private:
    int file_;
};

}  // namespace aiohttp::detail
