#pragma once

#include <cstdint>
#include <cstring>
#include <stdexcept>

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

AIOHTTP_DECL Headers::Headers(Headers&& other) noexcept
    : records_(std::exchange(other.records_, {})),
      size_(std::exchange(other.size_, 0)),
      last_(std::exchange(other.last_, 0)) {}

AIOHTTP_DECL Headers& Headers::operator=(Headers&& other) noexcept {
    records_ = std::exchange(other.records_, {});
    size_ = std::exchange(other.size_, 0);
    last_ = std::exchange(other.last_, 0);
    return *this;
}

AIOHTTP_DECL Headers::Lengths Headers::lengths_at(const char* record) noexcept {
    std::uint16_t name = 0;
    std::uint32_t value = 0;
    std::memcpy(&name, record, sizeof name);
    std::memcpy(&value, record + sizeof name, sizeof value);
    return {name, value};
}

AIOHTTP_DECL void Headers::add_unchecked(std::string_view name, std::string_view value) {
    const auto name_length = static_cast<std::uint16_t>(name.size());
    const auto value_length = static_cast<std::uint32_t>(value.size());
    last_ = records_.size();
    char lengths[prefix];
    std::memcpy(lengths, &name_length, sizeof name_length);
    std::memcpy(lengths + sizeof name_length, &value_length, sizeof value_length);
    records_.append(lengths, prefix).append(name).append(value);
    ++size_;
}

AIOHTTP_DECL void Headers::fold_into_last(std::string_view more) {
    const auto value_length =
        static_cast<std::uint32_t>(lengths_at(records_.data() + last_).value + 1 + more.size());
    std::memcpy(records_.data() + last_ + sizeof(std::uint16_t), &value_length,
                sizeof value_length);
    records_.append(1, ' ').append(more);
}

AIOHTTP_DECL void Headers::add(std::string_view name, std::string_view value) {
    detail::check_header(name, value);
    add_unchecked(name, value);
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
    const std::string kept_name(name);
    Headers rest;
    rest.records_.reserve(records_.size());
    for (const auto field : *this) {
        if (!detail::iequals(field.name, kept_name)) {
            rest.add_unchecked(field.name, field.value);
        }
    }
    const auto erased = size_ - rest.size_;
    *this = std::move(rest);
    return erased;
}

AIOHTTP_DECL void Headers::clear() noexcept {
    records_.clear();
    size_ = 0;
    last_ = 0;
}

AIOHTTP_DECL const char* Headers::find(const char* from, std::string_view name) const noexcept {
    const char* const end = records_.data() + records_.size();
    while (from != end) {
        const auto lengths = lengths_at(from);
        if (lengths.name == name.size() &&
            detail::iequals(std::string_view(from + prefix, lengths.name), name)) {
            return from;
        }
        from += prefix + lengths.name + lengths.value;
    }
    return nullptr;
}

AIOHTTP_DECL std::optional<std::string_view> Headers::get(std::string_view name) const noexcept {
    const char* const record = find(records_.data(), name);
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

AIOHTTP_DECL bool Headers::contains(std::string_view name) const noexcept {
    return find(records_.data(), name) != nullptr;
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

AIOHTTP_DECL Headers::const_iterator Headers::begin() const noexcept {
    return const_iterator(records_.data());
}

AIOHTTP_DECL Headers::const_iterator Headers::end() const noexcept {
    return const_iterator(records_.data() + records_.size());
}

AIOHTTP_DECL void Headers::reserve(std::size_t fields, std::size_t bytes) {
    records_.reserve(fields * prefix + bytes);
}

AIOHTTP_DECL HeaderField Headers::const_iterator::operator*() const noexcept {
    const auto lengths = lengths_at(record_);
    return {std::string_view(record_ + prefix, lengths.name),
            std::string_view(record_ + prefix + lengths.name, lengths.value)};
}

AIOHTTP_DECL Headers::const_iterator& Headers::const_iterator::operator++() noexcept {
    const auto lengths = lengths_at(record_);
    record_ += prefix + lengths.name + lengths.value;
    return *this;
}

AIOHTTP_DECL Headers::const_iterator Headers::const_iterator::operator++(int) noexcept {
    auto before = *this;
    ++*this;
    return before;
}

}  // namespace aiohttp
