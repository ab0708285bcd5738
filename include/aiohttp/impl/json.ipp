#pragma once

#include <memory>
#include <string>

#include <nlohmann/json.hpp>

#include <aiohttp/detail/client/session_core.hpp>
#include <aiohttp/detail/config.hpp>
#include <aiohttp/detail/core/error_details.hpp>
#include <aiohttp/detail/core/quote.hpp>
#include <aiohttp/detail/message/multipart_source.hpp>
#include <aiohttp/detail/message/response_state.hpp>
#include <aiohttp/detail/message/string_body.hpp>
#include <aiohttp/detail/protocol/charset.hpp>
#include <aiohttp/detail/protocol/field_values.hpp>
#include <aiohttp/json.hpp>
#include <aiohttp/multipart_reader.hpp>
#include <aiohttp/multipart_writer.hpp>

namespace aiohttp {

namespace detail {

AIOHTTP_DECL void raise_json_type(const std::string& reason) {
    make_error(errc::json_type, Phase::none, "JSON of another type: " + reason).raise();
}

AIOHTTP_DECL void check_json_type(const ResponseState& state, const std::string& wanted) {
    const auto type = parse_media_type(state.head.headers["content-type"]).type;
    if (wanted.empty() || is_json_media_type(type, wanted)) {
        return;
    }
    ErrorDetails details;
    details.kind = errc::content_type;
    details.method = state.method;
    details.url = state.url.display();
    details.what = "response is " + type + ", not " + wanted;
    details.status = state.head.status;
    details.reason = details.what;
    details.headers = state.head.headers;
    details.history = state.history;
    make_error(std::move(details)).raise();
}

/// Parses `text`, of which `subject` says what it is. Errors name the request.
AIOHTTP_DECL nlohmann::json parse_json(const std::string& text,
                                       const std::string& subject,
                                       const std::string& method,
                                       const std::string& url) {
    try {
        return nlohmann::json::parse(text);
    } catch (const nlohmann::json::parse_error& error) {
        const auto what = subject + " is not JSON, at byte " + std::to_string(error.byte) + " of " +
                          std::to_string(text.size()) + ": " + error.what();
        with_request(make_error(errc::json_invalid, Phase::none, what), method, url).raise();
    } catch (const nlohmann::json::exception& error) {  // a number that no double can be
        const auto what = subject + " cannot be taken as JSON: " + error.what();
        with_request(make_error(errc::json_invalid, Phase::none, what), method, url).raise();
    }
}

AIOHTTP_DECL boost::asio::awaitable<nlohmann::json> read_json(std::shared_ptr<ResponseState> state,
                                                              std::string content_type) {
    check_json_type(*state, content_type);
    if (!state->take_kept()) {
        auto whole = co_await read_rest(state, state->whole_buffer());
        state->keep_whole(std::move(whole));
    }
    const auto encoding = encoding_of(state);
    const bool utf8 = is_utf8_name(encoding);  // the parser sees itself whether it is right
    const auto decoded =
        utf8 ? std::string() : decode_whole(*state, encoding, DecodeErrors::strict);
    co_return parse_json(utf8 ? *state->whole : decoded, "response body", state->method,
                         state->url.display());
}

AIOHTTP_DECL boost::asio::awaitable<nlohmann::json> read_part_json(
    std::shared_ptr<MultipartPart> part) {
    auto text = co_await part->read_decoded();
    const auto encoding = part->encoding();
    if (!is_utf8_name(encoding)) {
        text = part->to_text(text, encoding, DecodeErrors::strict);
    }
    const auto& origin = part->source->origin();
    co_return parse_json(text, "a part of the response body", origin.method, origin.url);
}

}  // namespace detail

AIOHTTP_DECL boost::asio::awaitable<nlohmann::json> ClientResponse::json(std::string content_type) {
    return detail::read_json(state_, std::move(content_type));
}

AIOHTTP_DECL boost::asio::awaitable<nlohmann::json> BodyPart::json() {
    return detail::read_part_json(part_);
}

AIOHTTP_DECL Request& Request::json(const nlohmann::json& document) & {
    return json_text(spec().session->serialize(document));
}

AIOHTTP_DECL Request&& Request::json(const nlohmann::json& document) && {
    return std::move(this->json(document));
}

namespace detail {

AIOHTTP_DECL std::string dump_json(const nlohmann::json& document) {
    try {
        return document.dump();
    } catch (const nlohmann::json::type_error& error) {  // a string that is not UTF-8
        throw ValueError(std::string("the JSON document cannot be serialized: ") + error.what());
    }
}

AIOHTTP_DECL std::string SessionCore::serialize(const nlohmann::json& document) const {
    return options_.json_serialize_ ? options_.json_serialize_(document) : dump_json(document);
}

AIOHTTP_DECL boost::asio::awaitable<nlohmann::json> exchange_json(
    boost::asio::awaitable<ClientResponse> request) {
    auto response = co_await std::move(request);
    co_return co_await response.json();
}

}  // namespace detail

AIOHTTP_DECL MultipartWriter& MultipartWriter::append_json(const nlohmann::json& document,
                                                           const Headers& headers) & {
    return append(
        std::make_unique<detail::StringBody>(detail::dump_json(document), "application/json"),
        headers);
}

AIOHTTP_DECL MultipartWriter&& MultipartWriter::append_json(const nlohmann::json& document,
                                                            const Headers& headers) && {
    return std::move(append_json(document, headers));
}

AIOHTTP_DECL boost::asio::awaitable<nlohmann::json> Request::as_json() && {
    spec();
    return detail::exchange_json(std::move(*this));
}

}  // namespace aiohttp
