#pragma once

#include <string>
#include <utility>

#include <boost/asio/awaitable.hpp>
#include <nlohmann/json.hpp>

#include <aiohttp/request.hpp>
#include <aiohttp/response.hpp>

// For json<T>(), as<T>() and Request::json(value) with types of your own. Apart from the umbrella
// header because all of nlohmann's library comes with it.

namespace aiohttp {

namespace detail {

/// Throws JSONDecodeError: the document is not of the type wanted.
[[noreturn]] void raise_json_type(const std::string& reason);

template <class T>
T convert_json(const nlohmann::json& document) {
    try {
        return document.get<T>();
    } catch (const nlohmann::json::exception& error) {
        raise_json_type(error.what());
    }
}

template <class T>
boost::asio::awaitable<T> json_as(boost::asio::awaitable<nlohmann::json> document) {
    auto parsed = co_await std::move(document);
    co_return convert_json<T>(parsed);
}

}  // namespace detail

template <class T>
boost::asio::awaitable<T> ClientResponse::json(std::string content_type) {
    return detail::json_as<T>(json(std::move(content_type)));
}

template <class T>
boost::asio::awaitable<T> Request::as() && {
    return detail::json_as<T>(std::move(*this).as_json());
}

template <class T>
Request& Request::json(const T& value) & {
    return json(nlohmann::json(value));
}

template <class T>
Request&& Request::json(const T& value) && {
    return std::move(this->json(nlohmann::json(value)));
}

}  // namespace aiohttp
