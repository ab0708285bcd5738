#pragma once

// An HTTP archive as JSON: http://www.softwareishard.com/blog/har-12-spec/

#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <nlohmann/json.hpp>

#include <aiohttp/detail/client/har_log.hpp>
#include <aiohttp/detail/config.hpp>
#include <aiohttp/detail/core/ascii.hpp>
#include <aiohttp/detail/core/base64.hpp>
#include <aiohttp/detail/protocol/charset.hpp>
#include <aiohttp/detail/protocol/field_values.hpp>
#include <aiohttp/detail/protocol/form.hpp>
#include <aiohttp/detail/protocol/secrets.hpp>
#include <aiohttp/detail/protocol/set_cookie.hpp>
#include <aiohttp/version.hpp>

namespace aiohttp::detail {

/// Writes one entry; `masks` says whether secrets are left out.
class HarWriter {
public:
    using Json = nlohmann::ordered_json;

    HarWriter(const HarEntry& entry, bool masks) : entry_(entry), masks_(masks) {}
    Json entry() const;

private:
    Json request() const;
    Json response() const;
    Json content() const;
    Json timings(double& total) const;
    Json fields(const Headers& headers) const;
    Json query() const;
    Json request_cookies() const;
    Json response_cookies() const;
    Json post_data() const;
    std::string masked(std::string_view text, std::string_view type) const;
    Json pair(std::string_view name, std::string_view value) const;

    const HarEntry& entry_;
    bool masks_;
};

/// A time as ISO 8601 has it, in UTC and with milliseconds.
AIOHTTP_DECL std::string iso_time(std::chrono::system_clock::time_point time) {
    const auto days = std::chrono::floor<std::chrono::days>(time);
    const std::chrono::year_month_day date(days);
    const std::chrono::hh_mm_ss clock(std::chrono::floor<std::chrono::milliseconds>(time - days));
    std::array<char, 64> text{};
    std::snprintf(text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02d.%03dZ",
                  static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                  static_cast<unsigned>(date.day()), static_cast<int>(clock.hours().count()),
                  static_cast<int>(clock.minutes().count()),
                  static_cast<int>(clock.seconds().count()),
                  static_cast<int>(clock.subseconds().count()));
    return text.data();
}

AIOHTTP_DECL double har_milliseconds(Duration duration) {
    return std::chrono::duration<double, std::milli>(duration).count();
}

AIOHTTP_DECL std::string version_text(const HttpVersion& version) {
    return "HTTP/" + std::to_string(version.major) + '.' + std::to_string(version.minor);
}

/// Text in ISO-8859-1, as header fields may be, becomes UTF-8.
AIOHTTP_DECL std::string har_text(std::string_view text) {
    if (valid_utf8_prefix(text) == text.size()) {
        return std::string(text);
    }
    return decode_text(text, "iso-8859-1", DecodeErrors::replace).text;
}

AIOHTTP_DECL HarWriter::Json HarWriter::pair(std::string_view name, std::string_view value) const {
    Json json;
    json["name"] = har_text(name);
    json["value"] = har_text(value);
    return json;
}

AIOHTTP_DECL HarWriter::Json HarWriter::fields(const Headers& headers) const {
    Json list = Json::array();
    for (const auto field : headers) {
        list.push_back(pair(
            field.name, masks_ ? masked_field(field.name, field.value) : std::string(field.value)));
    }
    return list;
}

AIOHTTP_DECL HarWriter::Json HarWriter::query() const {
    Json list = Json::array();
    const std::string_view url = entry_.url;
    const auto end = std::min(url.find('#'), url.size());
    const auto mark = std::min(url.find('?'), end);
    const auto text = url.substr(mark, end - mark);
    if (text.size() > 1) {
        for (const auto& [name, value] : decode_form(text.substr(1))) {
            const bool hidden = masks_ && is_secret_name(name);
            list.push_back(pair(name, hidden ? secret_mask : std::string_view(value)));
        }
    }
    return list;
}

AIOHTTP_DECL HarWriter::Json HarWriter::request_cookies() const {
    Json list = Json::array();
    for (auto line : entry_.request_headers.getall("cookie")) {
        while (!line.empty()) {
            const auto end = std::min(line.find(';'), line.size());
            const auto cookie = trim(line.substr(0, end));
            line.remove_prefix(std::min(end + 1, line.size()));
            const auto equals = std::min(cookie.find('='), cookie.size());
            const auto value = cookie.substr(std::min(equals + 1, cookie.size()));
            list.push_back(pair(cookie.substr(0, equals), masks_ ? secret_mask : value));
        }
    }
    return list;
}

AIOHTTP_DECL HarWriter::Json HarWriter::response_cookies() const {
    Json list = Json::array();
    for (const auto line : entry_.response_headers.getall("set-cookie")) {
        const auto cookie = parse_set_cookie(line);
        if (!cookie) {
            continue;
        }
        auto json = pair(cookie->name, masks_ ? secret_mask : cookie->value);
        if (!cookie->path.empty()) {
            json["path"] = har_text(cookie->path);
        }
        if (!cookie->domain.empty()) {
            json["domain"] = har_text(cookie->domain);
        }
        if (cookie->expires) {
            json["expires"] = iso_time(*cookie->expires);
        }
        json["httpOnly"] = cookie->http_only;
        json["secure"] = cookie->secure;
        list.push_back(std::move(json));
    }
    return list;
}

AIOHTTP_DECL std::string HarWriter::masked(std::string_view text, std::string_view type) const {
    if (masks_ && type.find("json") != std::string_view::npos) {
        return masked_json(text);
    }
    if (masks_ && type.starts_with("application/x-www-form-urlencoded")) {
        return masked_form(text);
    }
    return std::string(text);
}

AIOHTTP_DECL std::string cut_comment(const HarBody& body) {
    const auto first = "the first " + std::to_string(body.bytes.size());
    return body.size_known ? first + " of " + std::to_string(body.size) + " bytes"
                           : first + " bytes, of how many is not known";
}

AIOHTTP_DECL HarWriter::Json HarWriter::post_data() const {
    const auto& upload = entry_.upload;
    const auto type = entry_.request_headers["content-type"];
    const auto media_type = parse_media_type(type).type;
    const auto whole = valid_utf8_prefix(upload.bytes);
    const bool is_text = upload.bytes.size() - whole < 4 &&
                         (whole == upload.bytes.size() || upload.size > upload.bytes.size());
    Json json;
    json["mimeType"] = har_text(type);
    json["text"] = is_text ? masked(std::string_view(upload.bytes).substr(0, whole), media_type)
                           : std::string();
    if (!is_text) {
        json["comment"] = std::to_string(upload.size) + " bytes that are no text";
    } else if (upload.size > upload.bytes.size()) {
        json["comment"] = cut_comment(upload);
    }
    return json;
}

AIOHTTP_DECL HarWriter::Json HarWriter::request() const {
    const auto& timings = entry_.timings;
    const bool sent = timings.head_bytes_sent != 0;
    Json json;
    json["method"] = entry_.method;
    json["url"] = masks_ ? masked_url(entry_.url) : entry_.url;
    json["httpVersion"] = version_text(entry_.version);
    json["cookies"] = request_cookies();
    json["headers"] = fields(entry_.request_headers);
    json["queryString"] = query();
    if (entry_.upload.size != 0) {
        json["postData"] = post_data();
    }
    json["headersSize"] = sent ? static_cast<std::int64_t>(timings.head_bytes_sent) : -1;
    json["bodySize"] =
        sent ? static_cast<std::int64_t>(timings.bytes_sent - timings.head_bytes_sent) : -1;
    return json;
}

AIOHTTP_DECL HarWriter::Json HarWriter::content() const {
    const auto& body = entry_.content;
    const auto type = entry_.response_headers["content-type"];
    const auto media_type = parse_media_type(type).type;
    const auto received = entry_.timings.bytes_received - entry_.timings.head_bytes_received;
    Json json;
    json["size"] = body.size_known ? static_cast<std::int64_t>(body.size) : -1;
    const bool measured = body.size_known && received != 0;
    if (entry_.response_headers.contains("content-encoding") && measured && body.size > received) {
        json["compression"] = body.size - received;
    }
    json["mimeType"] = type.empty() ? "x-unknown" : har_text(type);
    const bool cut = !body.size_known || body.size > body.bytes.size();
    const auto text = valid_utf8_prefix(body.bytes);
    // A character may have been cut through.
    if (text == body.bytes.size() || (cut && body.bytes.size() - text < 4)) {
        json["text"] = masked(std::string_view(body.bytes).substr(0, text), media_type);
    } else {
        json["text"] = base64_encode(body.bytes);
        json["encoding"] = "base64";
    }
    if (cut) {
        json["comment"] = cut_comment(body);
    }
    return json;
}

AIOHTTP_DECL HarWriter::Json HarWriter::response() const {
    const auto& timings = entry_.timings;
    const bool received = timings.head_bytes_received != 0;
    const auto location = entry_.response_headers["location"];
    Json json;
    json["status"] = entry_.status;
    json["statusText"] = har_text(entry_.reason);
    json["httpVersion"] = version_text(entry_.version);
    json["cookies"] = response_cookies();
    json["headers"] = fields(entry_.response_headers);
    json["content"] = content();
    json["redirectURL"] = har_text(masks_ ? masked_url(location) : std::string(location));
    json["headersSize"] = received ? static_cast<std::int64_t>(timings.head_bytes_received) : -1;
    json["bodySize"] =
        received ? static_cast<std::int64_t>(timings.bytes_received - timings.head_bytes_received)
                 : -1;
    return json;
}

/// `total` is what they add up to; ssl is a part of connect.
AIOHTTP_DECL HarWriter::Json HarWriter::timings(double& total) const {
    auto timings = entry_.timings;
    if (!timings.send && (entry_.status == 0 || !entry_.error.empty())) {
        // Nothing is known but how long it took and where it ended.
        auto& part = entry_.failed_in == Phase::queue     ? timings.queue
                     : entry_.failed_in == Phase::dns     ? timings.dns
                     : entry_.failed_in == Phase::connect ? timings.connect
                     : entry_.failed_in == Phase::tls     ? timings.tls
                     : entry_.failed_in == Phase::send    ? timings.send
                                                          : timings.wait;
        part = timings.total;
    }
    std::optional<Duration> connect;
    for (const auto& part : {timings.connect, timings.proxy, timings.tls}) {
        connect = part ? connect.value_or(Duration::zero()) + *part : connect;
    }
    Json json;
    total = 0;
    const auto add = [&](const char* name, const std::optional<Duration>& part, double otherwise) {
        json[name] = part ? har_milliseconds(*part) : otherwise;
        total += part ? har_milliseconds(*part) : 0;
    };
    add("blocked", timings.queue, -1);
    add("dns", timings.dns, -1);
    add("connect", connect, -1);
    add("send", timings.send, 0);
    add("wait", timings.wait, 0);
    add("receive", timings.body, 0);
    json["ssl"] = timings.tls ? har_milliseconds(*timings.tls) : -1;
    return json;
}

AIOHTTP_DECL HarWriter::Json HarWriter::entry() const {
    Json json;
    double total = 0;
    auto parts = timings(total);
    json["startedDateTime"] = iso_time(entry_.started);
    json["time"] = total;
    json["request"] = request();
    json["response"] = response();
    json["cache"] = Json::object();
    json["timings"] = std::move(parts);
    const auto colon = entry_.peer.rfind(':');
    if (colon != std::string::npos) {
        auto address = entry_.peer.substr(0, colon);
        std::erase(address, '[');
        std::erase(address, ']');
        json["serverIPAddress"] = address;
    }
    if (entry_.timings.connection != 0) {
        json["connection"] = std::to_string(entry_.timings.connection);
    }
    if (!entry_.error.empty()) {
        // Of whatever origin it is, it may name URLs: the request's, or where a redirect leads.
        json["_error"] = har_text(masks_ ? masked_text(entry_.error) : entry_.error);
    }
    return json;
}

AIOHTTP_DECL std::string write_har(const HarLog& log) {
    using Json = HarWriter::Json;
    Json creator;
    creator["name"] = "aiohttp-cpp";
    creator["version"] = std::string(aiohttp::version);
    Json entries = Json::array();
    for (const auto& entry : log.entries()) {
        entries.push_back(HarWriter(entry, log.masks()).entry());
    }
    Json contents;
    contents["version"] = "1.2";
    contents["creator"] = std::move(creator);
    contents["pages"] = Json::array();  // there are none, but Firefox wants to see that
    contents["entries"] = std::move(entries);
    Json archive;
    archive["log"] = std::move(contents);
    return archive.dump(2, ' ', false, Json::error_handler_t::replace) + '\n';
}

}  // namespace aiohttp::detail
