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
    // The value may be a secret (Authorization, Cookie), so only the offending byte is named.
    for (const char c : value) {
        if (is_forbidden_in_value(c)) {
            throw ValueError("value of header " + quote(name) + " holds the control character " +
                             quote(std::string_view(&c, 1)));
        }
    }
}

}  // namespace detail

AIOHTTP_DECL Headers::Headers(
    std::initializer_list<std::pair<std::string_view, std::string_view>> fields) {
    for (const auto& [name, value] : fields) {
        add(name, value);
    }
}

AIOHTTP_DECL Headers::Headers(const Headers& other) : size_(other.size_), last_(other.last_) {
    if (other.used_ > 0) {
        make_room(other.used_);
        std::memcpy(records_.get(), other.records_.get(), other.used_);
        used_ = other.used_;
    }
}

AIOHTTP_DECL Headers& Headers::operator=(const Headers& other) {
    return *this = Headers(other);
}

AIOHTTP_DECL Headers::Headers(Headers&& other) noexcept
    : records_(std::move(other.records_)),
      used_(std::exchange(other.used_, 0)),
      capacity_(std::exchange(other.capacity_, 0)),
      size_(std::exchange(other.size_, 0)),
      last_(std::exchange(other.last_, 0)) {}

AIOHTTP_DECL Headers& Headers::operator=(Headers&& other) noexcept {
    records_ = std::move(other.records_);
    used_ = std::exchange(other.used_, 0);
    capacity_ = std::exchange(other.capacity_, 0);
    size_ = std::exchange(other.size_, 0);
    last_ = std::exchange(other.last_, 0);
    return *this;
}

/// Returns the buffer that was replaced, if one was: a name or value that is being added may be a
/// view into it.
AIOHTTP_DECL std::unique_ptr<char[]> Headers::make_room(std::size_t bytes) {
    if (capacity_ - used_ >= bytes) {
        return nullptr;
    }
    const auto capacity = std::max(used_ + bytes, 2 * capacity_);
    auto larger = std::make_unique_for_overwrite<char[]>(capacity);
    if (used_ > 0) {
        std::memcpy(larger.get(), records_.get(), used_);
    }
    capacity_ = capacity;
    return std::exchange(records_, std::move(larger));
}

AIOHTTP_DECL void Headers::add_unchecked(std::string_view name, std::string_view value) {
    const auto bytes = prefix + name.size() + value.size();
    std::unique_ptr<char[]> replaced;
    if (capacity_ - used_ < bytes) {
        replaced = make_room(bytes);
    }
    const auto name_length = static_cast<std::uint16_t>(name.size());
    const auto value_length = static_cast<std::uint32_t>(value.size());
    char* record = records_.get() + used_;
    std::memcpy(record, &name_length, sizeof name_length);
    std::memcpy(record + sizeof name_length, &value_length, sizeof value_length);
    std::copy_n(name.data(), name.size(), record + prefix);
    std::copy_n(value.data(), value.size(), record + prefix + name.size());
    last_ = used_;
    used_ += bytes;
    ++size_;
}

AIOHTTP_DECL void Headers::fold_into_last(std::string_view more) {
    const auto before = lengths_at(records_.get() + last_).value;
    const bool spaced = before > 0;
    const auto replaced = make_room(more.size() + 1);
    if (spaced) {
        records_[used_++] = ' ';
    }
    std::copy_n(more.data(), more.size(), records_.get() + used_);
    used_ += more.size();
    const auto length = static_cast<std::uint32_t>(before + (spaced ? 1 : 0) + more.size());
    std::memcpy(records_.get() + last_ + sizeof(std::uint16_t), &length, sizeof length);
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
    const auto last = used_ + other.last_;
    make_room(bytes);
    std::memcpy(records_.get() + used_, other.records_.get(), bytes);
    last_ = last;
    used_ += bytes;
    size_ += fields;
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
    rest.make_room(used_);
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
    last_ = 0;
}

AIOHTTP_DECL const char* Headers::find(std::string_view name) const noexcept {
    const char* record = records_.get();
    const char* const end = record + used_;
    while (record != end) {
        const auto lengths = lengths_at(record);
        if (lengths.name == name.size() &&
            detail::iequals(std::string_view(record + prefix, lengths.name), name)) {
            return record;
        }
        record += prefix + lengths.name + lengths.value;
    }
    return nullptr;
}

AIOHTTP_DECL std::optional<std::string_view> Headers::get(std::string_view name) const noexcept {
    const char* const record = find(name);
    if (record == nullptr) {
        return std::nullopt;
    }
    return (*const_iterator(record)).value;
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
    return used_ == other.used_ &&
           (used_ == 0 || std::memcmp(records_.get(), other.records_.get(), used_) == 0);
}

AIOHTTP_DECL Headers::const_iterator Headers::begin() const noexcept {
    return const_iterator(records_.get());
}

AIOHTTP_DECL Headers::const_iterator Headers::end() const noexcept {
    return const_iterator(records_.get() + used_);
}

AIOHTTP_DECL void Headers::reserve(std::size_t fields, std::size_t bytes) {
    make_room(fields * prefix + bytes);
}

AIOHTTP_DECL Headers::const_iterator Headers::const_iterator::operator++(int) noexcept {
    auto before = *this;
    ++*this;
    return before;
}

}  // namespace aiohttp
