#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace aiohttp {

/// A Content-Disposition header field (RFC 6266, RFC 2183).
struct ContentDisposition {
    /// "inline", "attachment", "form-data", ...; in lower case.
    std::string type;
    /// The parameters in order: names in lower case and with their `*`, values unquoted. The
    /// value of an extended parameter (`name*`, RFC 8187) is decoded to UTF-8; one that cannot be
    /// decoded is left out.
    std::vector<std::pair<std::string, std::string>> parameters;
    /// The file name in UTF-8: of `filename*`, else `filename`, else the sections `filename*0`,
    /// `filename*1`, ... put together (RFC 2231 3). It is the server's choice and may hold
    /// slashes or "..": never use it as a path as it stands.
    std::optional<std::string> filename;
};

}  // namespace aiohttp
