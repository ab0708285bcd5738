#pragma once

#include <algorithm>
#include <cmath>
#include <iterator>
#include <utility>

#include <nlohmann/json.hpp>

#include <aiohttp/detail/config.hpp>
#include <aiohttp/detail/core/ascii.hpp>
#include <aiohttp/detail/core/latin1.hpp>
#include <aiohttp/detail/protocol/cookie_admission.hpp>
#include <aiohttp/detail/protocol/cookie_date.hpp>
#include <aiohttp/detail/protocol/cookie_text.hpp>
#include <aiohttp/detail/protocol/field_values.hpp>
#include <aiohttp/detail/protocol/set_cookie.hpp>

namespace aiohttp::detail {

AIOHTTP_DECL double to_timestamp(CookieTime time) {
    const auto since = time.time_since_epoch();
    return static_cast<double>(
               std::chrono::duration_cast<std::chrono::milliseconds>(since).count()) /
           1000;
}

/// Any number is a time: beyond what system_clock can tell it is moved to the edge.
AIOHTTP_DECL CookieTime from_timestamp(double seconds) {
    const auto edge = static_cast<double>(
        std::chrono::floor<std::chrono::seconds>(CookieTime::max()).time_since_epoch().count());
    const auto within = std::clamp(std::isnan(seconds) ? 0 : seconds, -edge, edge);
    return CookieTime(std::chrono::milliseconds(std::llround(within * 1000)));
}

AIOHTTP_DECL std::string_view same_site_name(SameSite same_site) noexcept {
    switch (same_site) {
        case SameSite::none:
            return "None";
        case SameSite::lax:
            return "Lax";
        case SameSite::strict:
            return "Strict";
        case SameSite::unset:
            break;
    }
    return "";
}

// JSON has text only, and a cookie may hold bytes that are not UTF-8: they go as the code points
// of the same numbers.
AIOHTTP_DECL bool has_high_bytes(std::string_view text) {
    return std::ranges::any_of(text, [](char c) { return static_cast<unsigned char>(c) >= 0x80; });
}

AIOHTTP_DECL std::string write_json_cookies(const std::list<Cookie>& cookies) {
    nlohmann::ordered_json document = nlohmann::ordered_json::object();
    for (const Cookie& cookie : cookies) {
        const bool latin1 =
            has_high_bytes(cookie.name + cookie.value + cookie.path + cookie.domain);
        const auto text = [latin1](std::string_view bytes) {
            return latin1 ? latin1_to_utf8(bytes) : std::string(bytes);
        };
        nlohmann::ordered_json entry = nlohmann::ordered_json::object();
        entry["key"] = text(cookie.name);
        entry["value"] = text(cookie.value);
        entry["coded_value"] = text(cookie.value);
        entry["domain"] = text(cookie.domain);
        entry["path"] = text(cookie.path);
        entry["secure"] = cookie.secure;
        entry["httponly"] = cookie.http_only;
        entry["samesite"] = same_site_name(cookie.same_site);
        entry["host_only"] = cookie.host_only;
        entry["creation_timestamp"] = to_timestamp(cookie.creation);
        if (cookie.expires) {
            entry["expires_timestamp"] = to_timestamp(*cookie.expires);
        }
        if (latin1) {
            entry["encoding"] = "latin-1";
        }
        document[text(cookie.domain) + '|' + text(cookie.path)][text(cookie.name)] =
            std::move(entry);
    }
    return document.dump(2) + '\n';
}

/// Walks over the text and counts its lines: the parser itself only tells bytes, and nothing of
/// where a value stood.
class LineCounter {
public:
    using iterator_category = std::input_iterator_tag;
    using value_type = char;
    using difference_type = std::ptrdiff_t;
    using pointer = const char*;
    using reference = const char&;

    LineCounter(const char* at, std::size_t* line) : at_(at), line_(line) {}
    const char& operator*() const { return *at_; }
    LineCounter& operator++() {
        *line_ += pending_ ? 1 : 0;
        pending_ = *at_ == '\n';
        ++at_;
        return *this;
    }
    bool operator==(const LineCounter& other) const { return at_ == other.at_; }
    bool operator!=(const LineCounter& other) const { return at_ != other.at_; }

private:
    const char* at_;
    std::size_t* line_;
    bool pending_ = false;  // a line break counts only when the parser goes on behind it
};

/// Takes the parser's events: an object of "domain|path", each an object of names, each an object
/// of attributes. Returns false for anything else, and then `problem` says why.
class CookieJsonReader : public nlohmann::json_sax<nlohmann::json> {
public:
    CookieJsonReader(std::vector<Cookie>& cookies, const std::size_t& line)
        : cookies_(cookies), line_(line) {}

    CookieTextProblem problem;

    bool null() override { return depth_ == 3 || fail("null where an object belongs"); }
    bool boolean(bool value) override {
        if (depth_ == 3 && key_ == "secure") {
            cookie_.secure = value;
        } else if (depth_ == 3 && key_ == "httponly") {
            cookie_.http_only = value;
        } else if (depth_ == 3 && key_ == "host_only") {
            cookie_.host_only = value;
        } else if (depth_ != 3 || is_known()) {
            return fail("a boolean where none belongs");
        }
        return true;
    }
    bool number_integer(std::int64_t value) override { return number(static_cast<double>(value)); }
    bool number_unsigned(std::uint64_t value) override {
        return number(static_cast<double>(value));
    }
    bool number_float(double value, const std::string& /*text*/) override { return number(value); }
    bool string(std::string& value) override {
        if (depth_ != 3) {
            return fail("a string where an object belongs");
        }
        return attribute(value);
    }
    bool binary(nlohmann::json::binary_t& /*value*/) override { return fail("binary data"); }
    bool start_object(std::size_t /*size*/) override {
        if (++depth_ > 3) {
            return fail("an object within a cookie");
        }
        if (depth_ == 3) {
            cookie_ = Cookie();
            cookie_.name = key_;
            cookie_.domain = place_.substr(0, place_.find('|'));
            const auto path = place_.substr(std::min(place_.find('|'), place_.size() - 1) + 1);
            cookie_.path = path.empty() ? "/" : path;
            latin1_ = false;
        }
        return true;
    }
    bool key(std::string& value) override {
        if (depth_ == 1) {
            if (value.find('|') == std::string::npos) {
                return fail("a key that is not \"domain|path\"");
            }
            place_ = value;
        } else {
            key_ = value;
        }
        return true;
    }
    bool end_object() override { return depth_-- < 3 || finish(); }
    bool start_array(std::size_t /*size*/) override { return fail("an array"); }
    bool end_array() override { return fail("an array"); }
    bool parse_error(std::size_t /*position*/,
                     const std::string& /*token*/,
                     const nlohmann::json::exception& /*error*/) override {
        // The library's message quotes the text, which may be a secret.
        return fail("not JSON, or cut off");
    }

private:
    bool fail(std::string reason) {
        problem = {line_, std::move(reason)};
        return false;
    }
    bool is_known() const {
        return key_ == "key" || key_ == "value" || key_ == "coded_value" || key_ == "domain" ||
               key_ == "path" || key_ == "secure" || key_ == "httponly" || key_ == "samesite" ||
               key_ == "host_only" || key_ == "encoding" || key_ == "expires_timestamp" ||
               key_ == "creation_timestamp";
    }
    bool number(double value) {
        if (depth_ == 3 && key_ == "expires_timestamp") {
            cookie_.expires = from_timestamp(value);
        } else if (depth_ == 3 && key_ == "creation_timestamp") {
            cookie_.creation = from_timestamp(value);
        } else if (depth_ != 3 || is_known()) {
            return fail("a number where none belongs");
        }
        return true;
    }
    bool attribute(const std::string& value) {
        if (key_ == "key") {
            cookie_.name = value;
        } else if (key_ == "value") {
            cookie_.value = value;
        } else if (key_ == "coded_value") {
            coded_value_ = value;
        } else if (key_ == "domain") {
            cookie_.domain = value.empty() ? cookie_.domain : value;
        } else if (key_ == "path") {
            cookie_.path = value.empty() ? cookie_.path : value;
        } else if (key_ == "samesite") {
            cookie_.same_site = parse_same_site(value);
        } else if (key_ == "encoding") {
            latin1_ = value == "latin-1";
        } else if (is_known()) {
            return fail("a string where none belongs");
        }
        return true;
    }
    bool finish() {
        if (!coded_value_.empty()) {
            cookie_.value = std::exchange(coded_value_, {});
        }
        if (latin1_) {
            for (auto* const text :
                 {&cookie_.name, &cookie_.value, &cookie_.domain, &cookie_.path}) {
                *text = utf8_to_latin1(*text).value_or(*text);
            }
        }
        cookie_.domain = to_lower_copy(cookie_.domain);
        const auto reason = cookie_problem(cookie_);
        if (!reason.empty()) {
            return fail(std::string(reason));
        }
        cookies_.push_back(std::move(cookie_));
        return true;
    }

    std::vector<Cookie>& cookies_;
    const std::size_t& line_;
    Cookie cookie_;
    std::string place_;
    std::string key_;
    std::string coded_value_;
    bool latin1_ = false;
    int depth_ = 0;
};

AIOHTTP_DECL std::optional<CookieTextProblem> read_json_cookies(std::string_view text,
                                                                std::vector<Cookie>& cookies) {
    std::size_t line = 1;
    CookieJsonReader reader(cookies, line);
    LineCounter first(text.data(), &line);
    LineCounter last(text.data() + text.size(), &line);
    if (!nlohmann::json::sax_parse(first, last, &reader)) {
        return reader.problem;
    }
    return std::nullopt;
}

}  // namespace aiohttp::detail
