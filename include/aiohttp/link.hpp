#pragma once

#include <string>
#include <utility>
#include <vector>

namespace aiohttp {

/// One link of a Link header field (RFC 8288).
struct Link {
    /// The target, as written or resolved, as the function that gives the link says.
    std::string url;
    /// The relation, e.g. "next"; several are separated by spaces. Empty when there is none.
    std::string rel;
    /// All parameters in order, `rel` included: names in lower case, values unquoted; those of
    /// extended parameters (`title*`, RFC 8187) decoded to UTF-8.
    std::vector<std::pair<std::string, std::string>> parameters;
};

}  // namespace aiohttp
