// URLs: whatever is taken stays what it is when it is parsed again, and joins to URLs that do.
// The input is a URL and, after a line feed, a reference.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include <aiohttp/detail/core/ascii.hpp>
#include <aiohttp/error.hpp>
#include <aiohttp/pairs.hpp>
#include <aiohttp/url.hpp>

#include <fuzz/require.hpp>

using aiohttp::Error;
using aiohttp::InvalidUrlClientError;
using aiohttp::Pairs;
using aiohttp::Url;

namespace {

void check_text(std::string_view text) {
    FUZZ_REQUIRE(aiohttp::detail::is_ascii(text));
    for (const char c : text) {
        FUZZ_REQUIRE(c > ' ' && c != 0x7f);
    }
}

void check_parts(const Url& url) {
    check_text(url.str());
    FUZZ_REQUIRE(url.str().size() >= url.authority().size() + url.target().size());
    FUZZ_REQUIRE(url.host().find_first_of("@/?#[]") == std::string_view::npos);
    FUZZ_REQUIRE(url.path().find_first_of("?#") == std::string_view::npos);
    FUZZ_REQUIRE(url.query().find('#') == std::string_view::npos);
    FUZZ_REQUIRE(url.same_origin(url));
    FUZZ_REQUIRE(!url.without_user_info().has_user_info());
    FUZZ_REQUIRE(url.without_fragment().fragment().empty());
    if (url.is_absolute()) {
        FUZZ_REQUIRE(url.display() == url.without_user_info().str());
        std::string field;
        url.append_host_field(field);
        FUZZ_REQUIRE(!field.empty() && field.find_first_of("@/?#%") == std::string::npos);
    }
}

/// Parsed and requoted once, and never changed by that again.
void check_stable(const Url& url) {
    Url again;
    const Error error = Url::parse(url.str(), again);
    FUZZ_REQUIRE(!error);
    FUZZ_REQUIRE(again == url);
    FUZZ_REQUIRE(again.host() == url.host() && again.port() == url.port());
    FUZZ_REQUIRE(again.path() == url.path() && again.query() == url.query());
}

void check_join(const Url& base, const Url& reference) {
    Url joined;
    try {
        joined = base.join(reference);
    } catch (const InvalidUrlClientError&) {
        return;
    }
    check_parts(joined);
    check_stable(joined);
    if (base.is_absolute()) {
        FUZZ_REQUIRE(!joined.scheme().empty());
        FUZZ_REQUIRE(base.join(joined) == joined);
    }
}

void check_params(const Url& url) {
    const Pairs params = {{url.str(), url.str()}, {"", ""}};
    const auto more = url.with_params(params);
    check_parts(more);
    FUZZ_REQUIRE(more.path() == url.path() && more.fragment() == url.fragment());
    FUZZ_REQUIRE(more.query().starts_with(url.query()));
}

/// Whatever is appended is a part of the path, and of nothing else.
void check_append(const Url& url, std::string_view segments) {
    if (segments.starts_with('/') || !url.is_absolute()) {
        return;
    }
    const Url longer = url / segments;
    check_parts(longer);
    check_stable(longer);
    FUZZ_REQUIRE(longer.query().empty() && longer.fragment().empty());
    FUZZ_REQUIRE(longer.same_origin(url) && longer.user() == url.user());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto input = fuzz::text_of(data, size);
    const auto split = input.find('\n');
    const auto first = input.substr(0, split);
    const auto second = split == input.npos ? std::string_view() : input.substr(split + 1);

    Url url;
    if (const Error error = Url::parse(first, url)) {
        FUZZ_REQUIRE(url.empty());
        for (const char c : error.message()) {
            FUZZ_REQUIRE((c & 0x80) != 0 || (c >= ' ' && c != 0x7f));
        }
    } else {
        check_parts(url);
        check_stable(url);
        check_params(url);
        check_append(url, second);
        Url reference;
        if (!Url::parse(second, reference)) {
            check_join(url, reference);
        }
    }
    Url encoded;
    if (!Url::parse_encoded(first, encoded)) {
        check_parts(encoded);
        Url again;
        FUZZ_REQUIRE(!Url::parse_encoded(encoded.str(), again));
        FUZZ_REQUIRE(again == encoded);
    }
    return 0;
}
