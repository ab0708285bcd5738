#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace aiohttp {

/// One header field, as views into the Headers object that holds it.
struct HeaderField {
    std::string_view name;
    std::string_view value;
};

/// HTTP header fields: a case-insensitive multi-map that keeps the order and the case of the wire
/// (aiohttp's CIMultiDict). All fields live in one buffer, so copying or moving a whole header
/// block costs at most one allocation. Views and iterators are valid until the next change.
class Headers {
public:
    class const_iterator;

    /// An empty block; allocates nothing.
    Headers() = default;
    /// The fields given, in that order. Throws ValueError as add() does.
    Headers(std::initializer_list<std::pair<std::string_view, std::string_view>> fields);
    Headers(const Headers& other);
    Headers& operator=(const Headers& other);
    /// Moving leaves the source empty.
    Headers(Headers&& other) noexcept;
    Headers& operator=(Headers&& other) noexcept;

    /// Appends a field, after others of the same name. Throws ValueError when `name` is not a
    /// token (RFC 9110 5.1) or `value` holds a control character other than tab (RFC 9110 5.5).
    void add(std::string_view name, std::string_view value);
    /// Appends every field of `other`, in its order.
    void append(const Headers& other);
    /// Replaces every field of that name by one, appended at the end. Throws as add() does.
    void set(std::string_view name, std::string_view value);
    /// Removes every field of that name and returns how many there were.
    std::size_t erase(std::string_view name);
    /// Removes everything; the buffer is kept for reuse.
    void clear() noexcept;

    /// The first value of that name, or an empty view when there is none.
    std::string_view operator[](std::string_view name) const noexcept;
    /// The first value of that name, or nullopt.
    std::optional<std::string_view> get(std::string_view name) const noexcept;
    /// The first value of that name. Throws std::out_of_range that names the missing field.
    std::string_view at(std::string_view name) const;
    /// Every value of that name, in order, each as its own line.
    std::vector<std::string_view> getall(std::string_view name) const;
    /// Whether there is a field of that name.
    bool contains(std::string_view name) const noexcept {
        return used_ != 0 && find(name) != nullptr;
    }
    /// How many fields have that name.
    std::size_t count(std::string_view name) const noexcept;
    /// Whether a comma-separated list field (Connection, Transfer-Encoding, ...) holds `token`,
    /// compared without case, over all lines of that name.
    bool has_token(std::string_view name, std::string_view token) const noexcept;

    /// Whether they are the same fields, in the same order and case.
    bool operator==(const Headers& other) const noexcept;

    /// How many fields there are.
    std::size_t size() const noexcept { return size_; }
    /// Whether there are no fields.
    bool empty() const noexcept { return size_ == 0; }
    /// The fields in order.
    const_iterator begin() const noexcept;
    const_iterator end() const noexcept;

    /// Reserves room for `fields` fields of `bytes` characters of names and values in all.
    void reserve(std::size_t fields, std::size_t bytes);
    /// Appends a field without checking it: for parsers, which have checked it already.
    void add_unchecked(std::string_view name, std::string_view value);
    /// Appends `more` to the value of the last field, after a space: an obsolete line fold
    /// (RFC 9112 5.2). There must be a field.
    void fold_into_last(std::string_view more);

private:
    // A record is its two lengths, then the name, then the value.
    struct Lengths {
        std::size_t name;
        std::size_t value;
    };
    static constexpr std::size_t prefix = sizeof(std::uint16_t) + sizeof(std::uint32_t);
    static Lengths lengths_at(const char* record) noexcept {
        std::uint16_t name = 0;
        std::uint32_t value = 0;
        std::memcpy(&name, record, sizeof name);
        std::memcpy(&value, record + sizeof name, sizeof value);
        return {name, value};
    }
    const char* find(std::string_view name) const noexcept;
    std::unique_ptr<char[]> make_room(std::size_t bytes);

    std::unique_ptr<char[]> records_;
    std::size_t used_ = 0;
    std::size_t capacity_ = 0;
    std::size_t size_ = 0;
    std::size_t last_ = 0;
};

/// Walks the fields of a Headers object in order; a forward iterator.
class Headers::const_iterator {
public:
    using iterator_category = std::forward_iterator_tag;
    using value_type = HeaderField;
    using difference_type = std::ptrdiff_t;
    using pointer = const HeaderField*;
    using reference = HeaderField;

    const_iterator() = default;
    HeaderField operator*() const noexcept {
        const auto lengths = lengths_at(record_);
        return {std::string_view(record_ + prefix, lengths.name),
                std::string_view(record_ + prefix + lengths.name, lengths.value)};
    }
    const_iterator& operator++() noexcept {
        const auto lengths = lengths_at(record_);
        record_ += prefix + lengths.name + lengths.value;
        return *this;
    }
    const_iterator operator++(int) noexcept;
    bool operator==(const const_iterator& other) const noexcept = default;

private:
    friend class Headers;
    explicit const_iterator(const char* record) noexcept : record_(record) {}
    const char* record_ = nullptr;
};

}  // namespace aiohttp
