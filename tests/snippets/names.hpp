#pragma once

// What the documentation's snippets include.
#include <chrono>
#include <cstddef>
#include <exception>
#include <fstream>
#include <iostream>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/experimental/awaitable_operators.hpp>

#include <aiohttp/aiohttp.hpp>
#include <aiohttp/json.hpp>
#include <aiohttp/testing/manual_clock.hpp>
#include <aiohttp/testing/memory_connector.hpp>
#include <aiohttp/testing/server.hpp>
