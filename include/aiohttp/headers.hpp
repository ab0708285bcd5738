#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <iterator>
#include <memory>
#include <optional>
#include <span>
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
    Headers(Headers&& other) noexcept
        : buffer_(std::move(other.buffer_)),
          used_(std::exchange(other.used_, 0)),
          capacity_(std::exchange(other.capacity_, 0)),
          size_(std::exchange(other.size_, 0)),
          names_(std::exchange(other.names_, 0)) {}
    Headers& operator=(Headers&& other) noexcept {
        buffer_ = std::move(other.buffer_);
        used_ = std::exchange(other.used_, 0);
        capacity_ = std::exchange(other.capacity_, 0);
        size_ = std::exchange(other.size_, 0);
        names_ = std::exchange(other.names_, 0);
        return *this;
    }

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
    bool contains(std::string_view name) const noexcept;
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
    /// All fields as they are sent, each as "Name: value" and CR LF.
    std::string_view wire() const noexcept { return {buffer_.get(), used_}; }

    /// Reserves room for `fields` fields of `bytes` characters of names and values in all.
    void reserve(std::size_t fields, std::size_t bytes);
    /// Appends a field without checking it: for parsers, which have checked it already.
    void add_unchecked(std::string_view name, std::string_view value);
    /// How long the name and the value of a field are.
    struct Lengths {
        std::uint32_t name;
        std::uint32_t value;
    };
    /// Appends lines as they are, each "Name: value" and CR LF, without checking them.
    void add_lines(std::string_view text, std::span<const Lengths> lines);
    /// Appends `more` to the value of the last field, after a space: an obsolete line fold
    /// (RFC 9112 5.2). There must be a field.
    void fold_into_last(std::string_view more);

private:
    // The buffer holds the text of the fields from its begin on, and what is known of each of them
    // from its end down.
    static constexpr std::string_view separator = ": ";
    static constexpr std::string_view line_end = "\r\n";

    /// One of 32 bits for a name, by its length and first letter. Most searches are for a name that
    /// is not there, and end with a look at the bits of those that are.
    static std::uint32_t bit_of(std::string_view name) noexcept {
        return bit_of(name.size(), name.empty() ? '\0' : name.front());
    }
    static std::uint32_t bit_of(std::size_t size, char first) noexcept {
        return std::uint32_t{1} << ((size + static_cast<unsigned char>(first)) % 32);  // any case
    }
    bool may_contain(std::string_view name) const noexcept { return (names_ & bit_of(name)) != 0; }
    const_iterator find(std::string_view name) const noexcept;
    std::unique_ptr<char[]> make_room(std::size_t text, std::size_t fields) {
        const auto taken = used_ + size_ * sizeof(Lengths);
        return capacity_ - taken < text + fields * sizeof(Lengths) ? enlarge(text, fields)
                                                                   : nullptr;
    }
    std::unique_ptr<char[]> enlarge(std::size_t text, std::size_t fields);
    char* lengths_end() const noexcept { return buffer_.get() + capacity_; }
    void note(std::span<const Lengths> lines) noexcept;

    std::unique_ptr<char[]> buffer_;
    std::size_t used_ = 0;  // of the text
    std::size_t capacity_ = 0;
    std::uint32_t size_ = 0;
    std::uint32_t names_ = 0;
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
        const auto lengths = this->lengths();
        return {std::string_view(text_, lengths.name),
                std::string_view(text_ + lengths.name + separator.size(), lengths.value)};
    }
    const_iterator& operator++() noexcept {
        const auto lengths = this->lengths();
        text_ += lengths.name + separator.size() + lengths.value + line_end.size();
        lengths_ -= sizeof(Lengths);
        return *this;
    }
    const_iterator operator++(int) noexcept;
    bool operator==(const const_iterator& other) const noexcept {
        return lengths_ == other.lengths_;
    }

private:
    friend class Headers;
    const_iterator(const char* text, const char* lengths) noexcept
        : text_(text), lengths_(lengths) {}
    Lengths lengths() const noexcept {
        Lengths lengths;
        std::memcpy(&lengths, lengths_ - sizeof lengths, sizeof lengths);
        return lengths;
    }
    const char* text_ = nullptr;
    const char* lengths_ = nullptr;  // where those of the field end
};

inline Headers::const_iterator Headers::begin() const noexcept {
    return {buffer_.get(), lengths_end()};
}

inline Headers::const_iterator Headers::end() const noexcept {
    return {buffer_.get() + used_, lengths_end() - size_ * sizeof(Lengths)};
}

inline bool Headers::contains(std::string_view name) const noexcept {
    return may_contain(name) && find(name) != end();
}

}  // namespace aiohttp
