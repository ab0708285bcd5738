#pragma once

#include <algorithm>
#include <array>
#include <cstring>

#include <aiohttp/detail/config.hpp>
#include <aiohttp/detail/core/ascii.hpp>
#include <aiohttp/detail/core/quote.hpp>
#include <aiohttp/detail/protocol/http1_head.hpp>
#include <aiohttp/detail/protocol/line_scan.hpp>

namespace aiohttp::detail {

/// The line that begins at `from` and is known to be complete, without its line end.
inline std::string_view line_at(std::string_view input, std::size_t from) noexcept {
    auto line = input.substr(from, input.find('\n', from) - from);
    if (!line.empty() && line.back() == '\r') {
        line.remove_suffix(1);
    }
    return line;
}

/// A header line, if it is a complete and well-formed one; else `next` is null.
struct FieldLine {
    std::string_view name;
    std::string_view value;      // trimmed
    std::size_t line_size = 0;   // without the line end
    const char* next = nullptr;  // behind the line end

    std::size_t size() const noexcept { return name.size() + value.size(); }
};

inline FieldLine scan_field(const char* line, const char* end) noexcept {
    const char* const colon = find_token_end(line, end);
    if (colon == end || *colon != ':' || colon == line) {
        return {};
    }
    const char* value = colon + 1;
    while (value != end && is_blank(*value)) {
        ++value;
    }
    const char* const stop = find_line_stop(value, end);
    const char* const next = skip_line_end(stop, end);
    const char* last = stop;
    while (last != value && is_blank(last[-1])) {
        --last;
    }
    return {std::string_view(line, static_cast<std::size_t>(colon - line)),
            std::string_view(value, static_cast<std::size_t>(last - value)),
            static_cast<std::size_t>(stop - line), next};
}

AIOHTTP_DECL std::string_view last_name(const Headers& headers) noexcept {
    std::string_view name;
    for (const auto field : headers) {
        name = field.name;
    }
    return name;
}

/// What is wrong with a line that is no header field. Values may be secrets, so of a line with a
/// colon only the name is told.
AIOHTTP_DECL std::string describe_bad_field(std::string_view line, const Headers& headers) {
    if (is_blank(line.front())) {
        return headers.empty()
                   ? "folded line before the first header field: " + quote(line)
                   : "NUL or lone CR in a folded line of header " + quote(last_name(headers));
    }
    const auto colon = line.find(':');
    if (colon == std::string_view::npos) {
        return "header line without a colon: " + quote(line);
    }
    const auto name = line.substr(0, colon);
    if (name.empty()) {
        return "header line without a name: \":\"";
    }
    if (is_blank(name.back())) {
        return "white space before the colon of header " + quote(name);
    }
    if (!is_token(name)) {
        return "header name " + quote(name) + " is not a token";
    }
    return "NUL or lone CR in the value of header " + quote(name);
}

AIOHTTP_DECL void FieldsDecoder::reset(std::size_t offset) noexcept {
    // Headers keeps values of 32 bits.
    limits_.field = std::min<std::size_t>(limits_.field, UINT32_MAX / 2);
    line_ = offset;
    scanned_ = offset;
    field_size_ = 0;
}

AIOHTTP_DECL HeadStatus FieldsDecoder::decode(std::string_view input,
                                              Headers& headers,
                                              std::string& error) {
    if (scanned_ > line_ && input.find('\n', scanned_) == std::string_view::npos) {
        return wait(input, headers, error);
    }
    const char* const end = input.data() + input.size();
    const char* line = input.data() + line_;
    while (true) {
        if (headers.size() < limits_.fields) {
            line = take_usual_lines(line, end, headers);
        }
        if (const char* const next = skip_line_end(line, end)) {
            line_ = static_cast<std::size_t>(next - input.data());
            return HeadStatus::done;
        }
        const auto field = scan_field(line, end);
        if (field.next != nullptr && fits(field) && headers.size() < limits_.fields) {
            headers.add_unchecked(field.name, field.value);
            field_size_ = field.size();
            line = field.next;
            continue;
        }
        line_ = static_cast<std::size_t>(line - input.data());
        if (const auto outcome = take_other_line(input, headers, error)) {
            return *outcome;
        }
        line = input.data() + line_;
    }
}

/// The short way for lines as nearly all servers send them: one space before the value, none behind
/// it, CR LF. They are copied as they are, all at once. Gives the first line not taken.
AIOHTTP_DECL const char* FieldsDecoder::take_usual_lines(const char* line,
                                                         const char* end,
                                                         Headers& headers) {
    std::array<Headers::Lengths, 16> taken;
    std::size_t count = 0;
    const char* const begin = line;
    const auto longest = std::min<std::size_t>(limits_.field, UINT16_MAX);
    const auto most = std::min(taken.size(), limits_.fields - headers.size());
    while (count < most) {
        const char* const colon = find_token_end(line, end);
        if (end - colon < 3 || colon == line || colon[0] != ':' || colon[1] != ' ' ||
            static_cast<unsigned char>(colon[2]) <= ' ') {
            break;
        }
        const char* const value = colon + 2;
        const char* const stop = find_line_stop(value, end);
        if (end - stop < 2 || stop[0] != '\r' || stop[1] != '\n' ||
            static_cast<unsigned char>(stop[-1]) <= ' ' ||
            static_cast<std::size_t>(stop - line) > longest) {
            break;
        }
        taken[count++] = {static_cast<std::uint32_t>(colon - line),
                          static_cast<std::uint32_t>(stop - value)};
        line = stop + 2;
    }
    if (count > 0) {
        field_size_ = std::size_t{taken[count - 1].name} + taken[count - 1].value;
        headers.add_lines({begin, line}, {taken.data(), count});
    }
    return line;
}

/// Whether a field is within its limits and those of Headers, which keeps names of 16 bits.
AIOHTTP_DECL bool FieldsDecoder::fits(const FieldLine& field) const noexcept {
    return field.size() <= limits_.field && field.name.size() <= UINT16_MAX &&
           !exceeds(field.line_size, false);
}

/// A line that is no field: a fold, incomplete, or wrong.
AIOHTTP_DECL FieldsDecoder::Outcome FieldsDecoder::take_other_line(std::string_view input,
                                                                   Headers& headers,
                                                                   std::string& error) {
    if (is_fold(input, headers)) {
        return take_fold(input, headers, error);
    }
    return reject(input, headers, error);
}

AIOHTTP_DECL FieldsDecoder::Outcome FieldsDecoder::take_fold(std::string_view input,
                                                             Headers& headers,
                                                             std::string& error) {
    const char* const line = input.data() + line_;
    const char* const end = input.data() + input.size();
    const char* const stop = find_line_stop(line, end);
    const char* const next = skip_line_end(stop, end);
    if (next == nullptr) {
        return reject(input, headers, error);
    }
    const std::string_view whole(line, static_cast<std::size_t>(stop - line));
    if (exceeds(whole.size(), true)) {
        return too_long(input, headers, error);
    }
    field_size_ += whole.size();
    if (const auto more = trim(whole); !more.empty()) {
        headers.fold_into_last(more);
    }
    line_ = static_cast<std::size_t>(next - input.data());
    return std::nullopt;
}

AIOHTTP_DECL bool FieldsDecoder::is_fold(std::string_view input,
                                         const Headers& headers) const noexcept {
    return line_ < input.size() && is_blank(input[line_]) && !headers.empty();
}

// A line that is too long must fail alike whether it is complete or not, and wherever the input
// was cut. So all its bytes but the line end count, against the limit plus "name: " without the
// name; and the error tells no more than the bytes that had to be there.
AIOHTTP_DECL bool FieldsDecoder::exceeds(std::size_t line_size, bool fold) const noexcept {
    constexpr std::size_t colon_and_space = 2;
    return fold ? field_size_ + line_size > limits_.field
                : line_size > limits_.field + colon_and_space;
}

AIOHTTP_DECL HeadStatus FieldsDecoder::too_long(std::string_view input,
                                                const Headers& headers,
                                                std::string& error) const {
    const auto line = input.substr(line_, limits_.field);
    error =
        more_than(limits_.field, "header field",
                  is_fold(input, headers) ? last_name(headers) : line.substr(0, line.find(':')));
    return HeadStatus::failed;
}

/// The first line not taken yet is not complete.
AIOHTTP_DECL HeadStatus FieldsDecoder::wait(std::string_view input,
                                            const Headers& headers,
                                            std::string& error) {
    scanned_ = input.size();
    const auto line_size = input.size() - line_;
    // Its last byte may be the CR of the line end.
    if (line_size > 0 && exceeds(line_size - 1, is_fold(input, headers))) {
        return too_long(input, headers, error);
    }
    return HeadStatus::need_more;
}

/// The first line not taken yet is not complete, or malformed, or beyond a limit.
AIOHTTP_DECL HeadStatus FieldsDecoder::reject(std::string_view input,
                                              const Headers& headers,
                                              std::string& error) {
    if (input.find('\n', line_) == std::string_view::npos) {
        return wait(input, headers, error);
    }
    const auto line = line_at(input, line_);
    const auto field = scan_field(line.data(), input.data() + input.size());
    if (exceeds(line.size(), is_fold(input, headers)) || field.size() > limits_.field) {
        return too_long(input, headers, error);
    }
    if (field.next == nullptr) {
        error = describe_bad_field(line, headers);
    } else if (field.name.size() > UINT16_MAX) {
        error = more_than(UINT16_MAX, "header name", field.name);
    } else {
        error = "Got more than " + std::to_string(limits_.fields) + " header fields, the next is " +
                quote(field.name);
    }
    return HeadStatus::failed;
}

/// RFC 9112 4, with the reason and the space before it optional.
AIOHTTP_DECL bool parse_status_line(std::string_view line, ResponseHead& head) {
    constexpr std::string_view protocol = "HTTP/1.";
    constexpr std::size_t minor = protocol.size();
    constexpr std::size_t status = minor + 2;
    constexpr std::size_t reason = status + 3;
    if (line.size() < reason || !line.starts_with(protocol) || !is_digit(line[minor]) ||
        line[minor + 1] != ' ' || (line.size() > reason && line[reason] != ' ')) {
        return false;
    }
    head.status = 0;
    for (const char c : line.substr(status, 3)) {
        if (!is_digit(c)) {
            return false;
        }
        head.status = head.status * 10 + (c - '0');
    }
    head.version = line[minor] == '0' ? 10 : 11;
    const char* const end = line.data() + line.size();
    if (head.status < 100 || find_line_stop(line.data() + reason, end) != end) {
        return false;
    }
    head.reason = line.substr(std::min(line.size(), reason + 1));
    return true;
}

AIOHTTP_DECL HeadDecoder::HeadDecoder(HeadLimits limits) {
    fields_.set_limits(limits);
}

AIOHTTP_DECL void HeadDecoder::reset(HeadLimits limits) {
    fields_.set_limits(limits);
    in_fields_ = false;
    line_ = 0;
    scanned_ = 0;
    error_.clear();
}

AIOHTTP_DECL HeadStatus HeadDecoder::decode(std::string_view input, ResponseHead& head) {
    if (!in_fields_) {
        const auto status = take_usual_status_line(input, head) ? HeadStatus::done
                                                                : decode_status_line(input, head);
        if (status != HeadStatus::done) {
            return status;
        }
        in_fields_ = true;
        // Mostly the whole head is here and this is the only allocation; but there may be a body
        // behind it, too.
        constexpr std::size_t typical_fields = 8;
        constexpr std::size_t typical_size = 512;
        head.headers.clear();
        head.headers.reserve(typical_fields, std::min(input.size() - line_, typical_size));
    }
    return fields_.decode(input, head.headers, error_);
}

/// The short way for the status line of nearly every response: a comparison instead of 350
/// instructions. The long way decides all else.
AIOHTTP_DECL bool HeadDecoder::take_usual_status_line(std::string_view input, ResponseHead& head) {
    constexpr std::string_view usual = "HTTP/1.1 200 OK\r\n";
    constexpr std::string_view reason = "OK";
    if (line_ != 0 || scanned_ != 0 || limits().line < reason.size() ||
        input.size() < usual.size() ||
        std::memcmp(input.data(), usual.data(), usual.size()) != 0) {  // inlined, as == is not
        return false;
    }
    head.version = 11;
    head.status = 200;
    head.reason.clear();
    for (const char c : reason) {
        head.reason.push_back(c);  // two of them are cheaper than a call
    }
    line_ = usual.size();
    fields_.reset(line_);
    return true;
}

AIOHTTP_DECL HeadStatus HeadDecoder::decode_status_line(std::string_view input,
                                                        ResponseHead& head) {
    if (line_ == 0) {
        if (const char* const next = skip_line_end(input.data(), input.data() + input.size())) {
            line_ = static_cast<std::size_t>(next - input.data());
        }
    }
    constexpr std::string_view shape = "HTTP/1.1 200 ";
    const auto line_end = input.find('\n', std::max(line_, scanned_));
    const auto complete = line_end != std::string_view::npos;
    auto line = input.substr(line_, complete ? line_end - line_ : line_end);
    if (complete && line.ends_with('\r')) {
        line.remove_suffix(1);
    }
    // The last byte of an incomplete line may be the CR of the line end.
    const auto known = line.size() - (complete || line.empty() ? 0 : 1);
    if (known > shape.size() && known - shape.size() > limits().line) {
        error_ =
            more_than(limits().line, "status line", line.substr(0, shape.size() + limits().line));
        return HeadStatus::failed;
    }
    if (!complete) {
        scanned_ = input.size();
        return HeadStatus::need_more;
    }
    if (!parse_status_line(line, head)) {
        error_ = "bad status line " + quote(line);
        return HeadStatus::failed;
    }
    line_ = line_end + 1;
    fields_.reset(line_);
    return HeadStatus::done;
}

}  // namespace aiohttp::detail
