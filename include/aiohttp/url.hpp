#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <iosfwd>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace aiohttp {

class Error;

namespace detail {
class LastOrigin;
struct UrlParts;
struct UrlProblem;
}  // namespace detail

/// A URL (RFC 3986), parsed and made fit for the wire: a regular value, compared by its text.
///
/// Illegal characters are percent-encoded ("/a b" becomes "/a%20b", and in the query "?a b"
/// becomes "?a+b", as in aiohttp), a stray "%" becomes "%25", scheme and host are lower-cased,
/// dot segments removed, a default port, an empty query and an empty fragment dropped, and "/" put
/// for an empty path of http, https, ws and wss. What is legal already stays byte for byte, also
/// "%7E" or "%2f", so that signed URLs survive.
///
/// A host that is not ASCII, percent-encoded or not, becomes the name that DNS knows, by IDNA2008
/// and UTS 46 (non-transitional): "bücher.example" is "xn--bcher-kva.example" everywhere. One
/// that is ASCII stays, also when its "xn--" stands for nothing. Symbols such as emoji are in no
/// name of IDNA2008.
///
/// A relative reference ("x", "/x", "?q", "//h/p") is a Url too, one that is not absolute; it
/// keeps its dot segments for join(). All views are valid until the object changes or dies.
class Url {
public:
    /// The empty relative reference.
    Url() noexcept = default;
    /// Parses and requotes. Throws InvalidUrlClientError, which names what is wrong and has the
    /// URL without credentials: control characters, no host, a host or port that cannot be.
    explicit Url(std::string_view text);
    Url(const Url&) = default;
    Url& operator=(const Url&) = default;
    /// Moving leaves the source empty.
    Url(Url&& other) noexcept : text_(std::move(other.text_)), at_(std::exchange(other.at_, {})) {
        other.text_.clear();
    }
    Url& operator=(Url&& other) noexcept;
    ~Url() = default;

    /// As the constructor, without throwing: on success there is no error and `out` is the URL,
    /// else `out` is as before.
    static Error parse(std::string_view text, Url& out);
    /// A URL that is encoded already: path, query and fragment are kept and sent byte for byte,
    /// dot segments and stray "%" included. Throws InvalidUrlClientError for a space, a control
    /// or a non-ASCII character, and for what the constructor finds wrong in scheme and host.
    static Url encoded(std::string_view text);

    /// The same without throwing, as parse().
    static Error parse_encoded(std::string_view text, Url& out);

    /// Whether this is the empty reference.
    bool empty() const noexcept { return text_.empty(); }
    /// Whether there are a scheme and a host.
    bool is_absolute() const noexcept { return at_.scheme_end != 0 && at_.host_end > at_.host; }
    /// Lower-case, without ":"; empty for a relative reference.
    std::string_view scheme() const noexcept { return slice(0, at_.scheme_end); }
    /// Lower-case, without the brackets of an IPv6 address; a trailing dot and a zone ("%eth0")
    /// are kept, for the resolver.
    std::string_view host() const noexcept;
    /// host() without the trailing dot: the name for SNI and certificates.
    std::string_view server_name() const noexcept;
    /// The explicit port, else 80 for http and ws, 443 for https and wss, else 0.
    std::uint16_t port() const noexcept { return at_.port; }
    /// Host and, unless it is the scheme's default, port: as in str(), without user info.
    std::string_view authority() const noexcept { return slice(at_.host, at_.path); }
    /// Appends the value of the Host field (RFC 9110 7.2): authority() without the host's
    /// trailing dot and zone.
    void append_host_field(std::string& out) const;
    /// Percent-encoded; "/" when http, https, ws or wss had none.
    std::string_view path() const noexcept { return slice(at_.path, at_.query); }
    /// Percent-encoded, without "?"; empty also when there is none.
    std::string_view query() const noexcept { return after(at_.query, at_.fragment); }
    /// Percent-encoded, without "#"; empty also when there is none.
    std::string_view fragment() const noexcept { return after(at_.fragment, text_.size()); }
    /// The request target in origin form (RFC 9112 3.2.1): path and query.
    std::string_view target() const noexcept { return slice(at_.path, at_.fragment); }

    /// Whether there is "user@" or "user:password@".
    bool has_user_info() const noexcept { return at_.host > user_info_begin(); }
    /// The user name, percent-decoded; may be empty.
    std::string user() const;
    /// The password, percent-decoded; empty also when there is none.
    std::string password() const;

    /// All of it, with user info and fragment. Url(url.str()) == url, unless encoded() made it.
    const std::string& str() const noexcept { return text_; }
    /// For messages and logs: str() without user info.
    std::string display() const;
    /// The same URL without user info.
    Url without_user_info() const;
    /// The same URL without fragment.
    Url without_fragment() const;

    /// `reference` as seen from here (RFC 3986 5.2, strict): one with a scheme is the result
    /// itself, of a relative one the dot segments are removed. The fragment is the reference's, or
    /// none. When this URL is not absolute, the result is `reference`.
    Url join(const Url& reference) const;
    /// The same; throws InvalidUrlClientError when `reference` cannot be parsed.
    Url join(std::string_view reference) const;
    /// This URL with more segments at the end of its path, without query and fragment, as yarl's
    /// "/": Url("http://h/a?q") / "b c" is "http://h/a/b%20c". What is no legal character is
    /// percent-encoded, "%" too; a "/" stays and dot segments are removed. Throws ValueError for
    /// segments that begin with "/", and InvalidUrlClientError for a relative reference that would
    /// be taken for a scheme ("a:b").
    Url operator/(std::string_view segments) const;
    /// Whether scheme, host and effective port are the same (RFC 6454).
    bool same_origin(const Url& other) const noexcept;
    /// With names and values appended to the query, in order, duplicates kept. Space becomes "+";
    /// letters, digits and -._~!$'()*,/?:@ stand for themselves, everything else is
    /// percent-encoded. No params change nothing.
    Url with_params(std::span<const std::pair<std::string, std::string>> params) const;

    void swap(Url& other) noexcept {
        text_.swap(other.text_);
        std::swap(at_, other.at_);
    }
    friend void swap(Url& a, Url& b) noexcept { a.swap(b); }
    friend bool operator==(const Url& a, const Url& b) noexcept { return a.text_ == b.text_; }
    friend std::strong_ordering operator<=>(const Url& a, const Url& b) noexcept {
        return a.text_ <=> b.text_;
    }

    /// Writes display(): without credentials.
    friend std::ostream& operator<<(std::ostream& out, const Url& url);

private:
    friend class detail::LastOrigin;
    enum class Quoting : bool { requote, keep };

    // Where the parts are in text_:
    //
    //     http://user:password@host:8080/path?query#fragment
    //     ^scheme              ^   ^    ^    ^     ^
    //         ^scheme_end      host|    path query fragment
    //                       host_end
    //
    // query and fragment point at their delimiter, or at the end of what precedes them.
    struct Layout {
        std::uint32_t scheme_end = 0;
        std::uint32_t host = 0;  // 0 without an authority
        std::uint32_t host_end = 0;
        std::uint32_t path = 0;
        std::uint32_t query = 0;
        std::uint32_t fragment = 0;
        std::uint16_t port = 0;
    };

    std::string_view slice(std::size_t begin, std::size_t end) const noexcept {
        return {text_.data() + begin, end - begin};
    }
    std::string_view after(std::size_t delimiter, std::size_t end) const noexcept {
        return delimiter < end ? slice(delimiter + 1, end) : std::string_view();
    }
    std::size_t user_info_begin() const noexcept;
    std::string_view user_info() const noexcept;

    static Error parse(std::string_view text, Quoting quoting, Url& out);
    bool take_if_normal(std::string_view text);
    bool take_if_on(const Url& origin, std::string_view text);
    bool take_target(std::string_view text, Layout at);
    bool build(const detail::UrlParts& parts, Quoting quoting, detail::UrlProblem& problem);
    bool append_authority(const detail::UrlParts& parts, detail::UrlProblem& problem);
    void append_path(std::string_view path, Quoting quoting);
    void append_query_and_fragment(const detail::UrlParts& parts, Quoting quoting);

    std::string text_;
    Layout at_;
};

}  // namespace aiohttp

/// Equal URLs hash alike.
template <>
struct std::hash<aiohttp::Url> {
    std::size_t operator()(const aiohttp::Url& url) const noexcept {
        return std::hash<std::string>()(url.str());
    }
};
