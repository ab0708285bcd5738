#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <aiohttp/body.hpp>
#include <aiohttp/headers.hpp>

namespace aiohttp::detail {

/// A multipart body: what FormData and MultipartWriter are sent as. Its length is known, and it
/// can be sent again, when that holds for every part.
class MultipartBody final : public BodySource {
public:
    /// The subtype is a token and the boundary valid.
    MultipartBody(std::string subtype, std::string boundary);

    /// Adds a part with these fields, which say everything of it.
    void add(const Headers& fields, std::unique_ptr<BodySource> content);

    const std::string& subtype() const noexcept { return subtype_; }
    const std::string& boundary() const noexcept { return boundary_; }
    std::size_t count() const noexcept { return parts_.size(); }

    std::optional<std::uint64_t> size() const override;
    boost::asio::awaitable<std::optional<std::string>> next() override;
    bool rewind() override;
    std::string content_type() const override;

private:
    struct Part {
        std::string head;
        std::unique_ptr<BodySource> content;
    };
    bool take_memory(std::string_view content, std::string& piece);
    void check_length(const Part& part, bool ended) const;
    void end_part(std::string& piece);

    std::string subtype_;
    std::string boundary_;
    std::vector<Part> parts_;
    std::size_t current_ = 0;       // which part is being given
    bool begun_ = false;            // whether its head has been
    bool ended_ = false;            // whether everything has been
    std::uint64_t part_given_ = 0;  // how much of its content has been
};

/// 32 hexadecimal digits that nobody can guess, so that no content holds them by chance or by
/// intent.
std::string random_boundary();
/// `boundary` itself, or ValueError when it cannot be one.
std::string checked_boundary(std::string boundary);

}  // namespace aiohttp::detail
