#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <aiohttp/tls.hpp>

struct ssl_ctx_st;

namespace aiohttp::detail {

class TlsKeyLog;
class TlsSessionCache;

/// A shared OpenSSL context, made from one TlsOptions, and what belongs to it.
struct TlsContext {
    TlsOptions options;
    std::shared_ptr<ssl_ctx_st> native;
    std::shared_ptr<TlsKeyLog> key_log;         ///< null: none
    std::shared_ptr<TlsSessionCache> sessions;  ///< null: sessions are not resumed
    std::string error;                          ///< why it could not be made, or empty
};

/// The contexts of a connector: one for each policy, made when it is first used.
class TlsContexts {
public:
    /// The context of these options; the same pointer for equal options.
    std::shared_ptr<const TlsContext> get(const TlsOptions& options);

private:
    // Callers that make up a new policy for every request must not grow this without end.
    static constexpr std::size_t most = 64;
    std::vector<std::pair<TlsOptions, std::shared_ptr<const TlsContext>>> contexts_;
};

}  // namespace aiohttp::detail
