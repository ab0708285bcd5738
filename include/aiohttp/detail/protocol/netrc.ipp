#pragma once

#include <algorithm>
#include <utility>

#include <aiohttp/detail/config.hpp>
#include <aiohttp/detail/core/ascii.hpp>
#include <aiohttp/detail/core/host_name.hpp>
#include <aiohttp/detail/protocol/netrc.hpp>

namespace aiohttp::detail {

/// Cuts a file into tokens.
class NetrcScanner {
public:
    explicit NetrcScanner(std::string_view text) noexcept : rest_(text) {}

    std::size_t line() const noexcept { return line_; }

    /// The next token where a keyword may stand, past comments; nullopt at the end.
    std::optional<std::string> keyword() {
        skip_blanks();
        while (rest_.starts_with('#')) {
            skip_line();
            skip_blanks();
        }
        return value();
    }

    /// The next token, whichever; nullopt at the end, or when a quote is not closed.
    std::optional<std::string> value() {
        skip_blanks();
        if (rest_.empty()) {
            return std::nullopt;
        }
        const bool quoted = rest_.front() == '"';
        if (quoted) {
            take();
        }
        std::string token;
        while (!rest_.empty()) {
            if (quoted ? rest_.front() == '"' : is_space(rest_.front())) {
                if (quoted) {
                    take();
                }
                return token;
            }
            if (rest_.front() == '\\' && rest_.size() > 1) {
                take();
            }
            token += take();
        }
        unclosed_ = quoted;
        return quoted ? std::nullopt : std::optional(std::move(token));
    }

    bool unclosed_quote() const noexcept { return unclosed_; }

    /// Skips the rest of the line, and all up to and including the first empty line.
    void skip_macro() {
        skip_line();
        while (!rest_.empty() && !rest_.starts_with('\n') && !rest_.starts_with("\r\n")) {
            skip_line();
        }
    }

private:
    static bool is_space(char c) noexcept {
        return c == ' ' || c == '\t' || c == '\r' || c == '\n';
    }
    char take() noexcept {
        const char c = rest_.front();
        rest_.remove_prefix(1);
        line_ += c == '\n' ? 1 : 0;
        return c;
    }
    void skip_blanks() noexcept {
        while (!rest_.empty() && is_space(rest_.front())) {
            take();
        }
    }
    void skip_line() noexcept {
        while (!rest_.empty() && take() != '\n') {
        }
    }

    std::string_view rest_;
    std::size_t line_ = 1;
    bool unclosed_ = false;
};

/// The member that a keyword within an entry sets, or null.
AIOHTTP_DECL std::string* netrc_member(NetrcEntry& entry, std::string_view keyword) noexcept {
    if (keyword == "login" || keyword == "user") {
        return &entry.login;
    }
    if (keyword == "password") {
        return &entry.password;
    }
    return keyword == "account" ? &entry.account : nullptr;
}

AIOHTTP_DECL std::optional<NetrcProblem> Netrc::parse(std::string_view text) {
    std::vector<NetrcEntry> entries;
    NetrcScanner scanner(text);
    bool in_entry = false;
    while (const auto keyword = scanner.keyword()) {
        if (*keyword == "default") {
            entries.emplace_back();
            in_entry = true;
            continue;
        }
        const bool machine = *keyword == "machine";
        const bool macro = *keyword == "macdef";
        std::string* const member =
            in_entry && !machine && !macro ? netrc_member(entries.back(), *keyword) : nullptr;
        if (!machine && !macro && member == nullptr) {
            return NetrcProblem{scanner.line(), "there is something that is no keyword"};
        }
        auto value = scanner.value();
        if (!value || (machine && value->empty())) {
            return NetrcProblem{scanner.line(), "a keyword has no value"};
        }
        if (machine) {
            entries.emplace_back();
            entries.back().host = canonical_name(*value);
            in_entry = true;
        } else if (macro) {
            scanner.skip_macro();
            in_entry = false;
        } else {
            *member = std::move(*value);
        }
    }
    if (scanner.unclosed_quote()) {
        return NetrcProblem{scanner.line(), "a quote is not closed"};
    }
    entries_ = std::move(entries);
    return std::nullopt;
}

AIOHTTP_DECL std::optional<BasicAuth> Netrc::find(std::string_view host) const {
    const auto last = [this](std::string_view name) {
        return std::find_if(entries_.rbegin(), entries_.rend(),
                            [name](const NetrcEntry& entry) { return entry.host == name; });
    };
    auto entry = last(host);
    if (entry == entries_.rend()) {
        entry = last({});
    }
    if (entry == entries_.rend()) {
        return std::nullopt;
    }
    const auto& login = entry->login.empty() ? entry->account : entry->login;
    if ((login.empty() && entry->password.empty()) || login.find(':') != std::string::npos) {
        return std::nullopt;
    }
    return BasicAuth(login, entry->password);
}

}  // namespace aiohttp::detail
