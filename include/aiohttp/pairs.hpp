#pragma once

#include <string>
#include <utility>
#include <vector>

namespace aiohttp {

/// Names and values, e.g. of query parameters, form fields or cookies; order and repeats are kept.
using Pairs = std::vector<std::pair<std::string, std::string>>;

}  // namespace aiohttp
