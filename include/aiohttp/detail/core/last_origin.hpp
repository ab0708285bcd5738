#pragma once

#include <string_view>

#include <aiohttp/error.hpp>
#include <aiohttp/url.hpp>

namespace aiohttp::detail {

/// Parses URLs one after another. Of those of one server only the path and the query have to be
/// looked at.
class LastOrigin {
public:
    /// Url::parse().
    Error parse(std::string_view text, Url& out);

private:
    Url url_;  // the last one of http or https without user info, as far as its path
};

}  // namespace aiohttp::detail
