#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <utility>

#include <aiohttp/detail/config.hpp>
#include <aiohttp/detail/core/ascii.hpp>
#include <aiohttp/detail/core/check_header.hpp>
#include <aiohttp/detail/core/quote.hpp>
#include <aiohttp/error.hpp>
#include <aiohttp/headers.hpp>

namespace aiohttp {

namespace detail {

AIOHTTP_DECL void check_header(std::string_view name, std::string_view value) {
    if (!is_token(name)) {
        throw ValueError("header name " + quote(name) + " is not a token");
    }
    if (name.size() > UINT16_MAX || value.size() > UINT32_MAX) {
        throw ValueError("header " + quote(name.substr(0, 64)) + " is too long");
    }
    if (!is_field_value(value)) {
        // The value may be a secret (Authorization, Cookie), so only the offending byte is named.
        const auto at = std::ranges::find_if(value, is_forbidden_in_value);
        throw ValueError("value of header " + quote(name) + " holds the control character " +
                         quote(std::string_view(&*at, 1)));
    }
}

}  // namespace detail

AIOHTTP_DECL Headers::Headers(
    std::initializer_list<std::pair<std::string_view, std::string_view>> fields) {
    for (const auto& [name, value] : fields) {
        add(name, value);
    }
}

AIOHTTP_DECL Headers::Headers(const Headers& other) {
    append(other);
}

AIOHTTP_DECL Headers& Headers::operator=(const Headers& other) {
    return *this = Headers(other);
}

/// Returns the buffer that was replaced, if one was: a name or value that is being added may be a
/// view into it.
AIOHTTP_DECL std::unique_ptr<char[]> Headers::enlarge(std::size_t text, std::size_t fields) {
    const auto lengths = size_ * sizeof(Lengths);
    const auto wanted = used_ + text + lengths + fields * sizeof(Lengths);
    const auto capacity = std::max(wanted, 2 * capacity_);
    auto larger = std::make_unique_for_overwrite<char[]>(capacity);
    if (size_ > 0) {
        std::memcpy(larger.get(), buffer_.get(), used_);
        std::memcpy(larger.get() + capacity - lengths, lengths_end() - lengths, lengths);
    }
    capacity_ = capacity;
    return std::exchange(buffer_, std::move(larger));
}

/// Takes fields in whose text has been written already.
AIOHTTP_DECL void Headers::note(std::span<const Lengths> lines) noexcept {
    const char* text = buffer_.get() + used_;
    char* noted = lengths_end() - size_ * sizeof(Lengths);
    auto names = names_;
    for (const auto lengths : lines) {
        noted -= sizeof lengths;
        std::memcpy(noted, &lengths, sizeof lengths);
        names |= bit_of(lengths.name, *text);
        text += lengths.name + separator.size() + lengths.value + line_end.size();
    }
    used_ = static_cast<std::size_t>(text - buffer_.get());
    size_ += static_cast<std::uint32_t>(lines.size());
    names_ = names;
}

AIOHTTP_DECL void Headers::add_unchecked(std::string_view name, std::string_view value) {
    const auto bytes = name.size() + separator.size() + value.size() + line_end.size();
    const auto replaced = make_room(bytes, 1);
    char* at = buffer_.get() + used_;
    for (const auto part : {name, separator, value, line_end}) {
        at = std::copy_n(part.data(), part.size(), at);
    }
    const Lengths lengths{static_cast<std::uint32_t>(name.size()),
                          static_cast<std::uint32_t>(value.size())};
    note({&lengths, 1});
}

AIOHTTP_DECL void Headers::add_lines(std::string_view text, std::span<const Lengths> lines) {
    if (lines.empty()) {
        return;
    }
    const auto replaced = make_room(text.size(), lines.size());
    std::memcpy(buffer_.get() + used_, text.data(), text.size());
    note(lines);
}

AIOHTTP_DECL void Headers::fold_into_last(std::string_view more) {
    Lengths last;
    char* noted = lengths_end() - size_ * sizeof last;
    std::memcpy(&last, noted, sizeof last);
    const std::string_view space = last.value > 0 ? " " : "";
    const auto added = space.size() + more.size();
    const auto replaced = make_room(added, 0);
    noted = lengths_end() - size_ * sizeof last;
    last.value += static_cast<std::uint32_t>(added);
    std::memcpy(noted, &last, sizeof last);
    char* at = buffer_.get() + used_ - line_end.size();
    for (const auto part : {space, more, line_end}) {
        at = std::copy_n(part.data(), part.size(), at);
    }
    used_ += added;
}

AIOHTTP_DECL void Headers::add(std::string_view name, std::string_view value) {
    detail::check_header(name, value);
    add_unchecked(name, value);
}

AIOHTTP_DECL void Headers::append(const Headers& other) {
    if (other.empty()) {
        return;
    }
    // Noted before they change: `other` may be this very object.
    const auto bytes = other.used_;
    const auto fields = other.size_;
    const auto lengths = fields * sizeof(Lengths);
    make_room(bytes, fields);
    std::memcpy(buffer_.get() + used_, other.buffer_.get(), bytes);
    std::memcpy(lengths_end() - size_ * sizeof(Lengths) - lengths, other.lengths_end() - lengths,
                lengths);
    used_ += bytes;
    size_ += fields;
    names_ |= other.names_;
}

AIOHTTP_DECL void Headers::set(std::string_view name, std::string_view value) {
    detail::check_header(name, value);
    // `value` may be a view into this very object, which erase() would move.
    const std::string kept(value);
    const std::string kept_name(name);
    erase(kept_name);
    add_unchecked(kept_name, kept);
}

AIOHTTP_DECL std::size_t Headers::erase(std::string_view name) {
    if (!contains(name)) {
        return 0;
    }
    Headers rest;
    rest.make_room(used_, size_);
    for (const auto field : *this) {
        if (!detail::iequals(field.name, name)) {
            rest.add_unchecked(field.name, field.value);
        }
    }
    const auto erased = size_ - rest.size_;
    *this = std::move(rest);
    return erased;
}

AIOHTTP_DECL void Headers::clear() noexcept {
    used_ = 0;
    size_ = 0;
    names_ = 0;
}

AIOHTTP_DECL Headers::const_iterator Headers::find(std::string_view name) const noexcept {
    auto field = begin();
    const auto last = end();
    while (field != last &&
           (field.lengths().name != name.size() || !detail::iequals((*field).name, name))) {
        ++field;
    }
    return field;
}

AIOHTTP_DECL std::optional<std::string_view> Headers::get(std::string_view name) const noexcept {
    if (!may_contain(name)) {
        return std::nullopt;
    }
    const auto field = find(name);
    return field != end() ? std::optional((*field).value) : std::nullopt;
}

AIOHTTP_DECL std::string_view Headers::operator[](std::string_view name) const noexcept {
    return get(name).value_or(std::string_view());
}

AIOHTTP_DECL std::string_view Headers::at(std::string_view name) const {
    const auto value = get(name);
    if (!value) {
        throw std::out_of_range("no header " + detail::quote(name));
    }
    return *value;
}

AIOHTTP_DECL std::vector<std::string_view> Headers::getall(std::string_view name) const {
    std::vector<std::string_view> values;
    for (const auto field : *this) {
        if (detail::iequals(field.name, name)) {
            values.push_back(field.value);
        }
    }
    return values;
}

AIOHTTP_DECL std::size_t Headers::count(std::string_view name) const noexcept {
    std::size_t found = 0;
    for (const auto field : *this) {
        found += detail::iequals(field.name, name) ? 1 : 0;
    }
    return found;
}

AIOHTTP_DECL bool Headers::has_token(std::string_view name, std::string_view token) const noexcept {
    for (const auto field : *this) {
        if (field.name.size() != name.size() || !detail::iequals(field.name, name)) {
            continue;
        }
        auto list = field.value;
        while (!list.empty()) {
            if (detail::iequals(detail::next_list_element(list), token)) {
                return true;
            }
        }
    }
    return false;
}

AIOHTTP_DECL bool Headers::operator==(const Headers& other) const noexcept {
    return size_ == other.size_ && wire() == other.wire();
}

AIOHTTP_DECL void Headers::reserve(std::size_t fields, std::size_t bytes) {
    make_room(fields * (separator.size() + line_end.size()) + bytes, fields);
}

AIOHTTP_DECL Headers::const_iterator Headers::const_iterator::operator++(int) noexcept {
    auto before = *this;
    ++*this;
    return before;
}

}  // namespace aiohttp
