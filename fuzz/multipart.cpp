// Multipart bodies and what stands in their parts: the outcome depends on the bytes and never on
// how they were cut; what is written is read. The first byte chooses the boundary and the limits,
// the second the place of the cut.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <aiohttp/detail/core/base64.hpp>
#include <aiohttp/detail/protocol/content_range.hpp>
#include <aiohttp/detail/protocol/form.hpp>
#include <aiohttp/detail/protocol/multipart.hpp>
#include <aiohttp/detail/protocol/multipart_decoder.hpp>
#include <aiohttp/detail/protocol/transfer_encoding.hpp>
#include <aiohttp/headers.hpp>

#include <fuzz/require.hpp>

using namespace aiohttp::detail;

namespace {

/// Takes a body as it arrives, and tells what was in it.
class Reader {
public:
    explicit Reader(MultipartDecoder decoder) : decoder_(std::move(decoder)) {}

    void receive(std::string_view bytes) {
        buffer_.append(bytes);
        while (!over_) {
            const auto step = decoder_.step(buffer_);
            FUZZ_REQUIRE(step.consumed <= buffer_.size() && step.data.size() <= step.consumed);
            take(step);
            buffer_.erase(0, step.consumed);
            if (step.event == MultipartEvent::need_more) {
                return;
            }
        }
    }

    std::string outcome() { return over_ ? told_ : told_ + decoder_.truncation(); }

private:
    void take(const MultipartStep& step) {
        switch (step.event) {
            case MultipartEvent::part:
                FUZZ_REQUIRE(!in_part_);
                in_part_ = true;
                told_ += '{';
                for (const auto field : decoder_.headers()) {
                    told_.append(field.name).append("=").append(field.value).append("\n");
                }
                break;
            case MultipartEvent::data:
                FUZZ_REQUIRE(in_part_ && !step.data.empty());
                told_.append(step.data);
                break;
            case MultipartEvent::part_end:
                FUZZ_REQUIRE(in_part_);
                in_part_ = false;
                told_ += '}';
                break;
            case MultipartEvent::end:
                FUZZ_REQUIRE(!in_part_);
                told_ += "end";
                over_ = true;
                break;
            case MultipartEvent::failed:
                told_ += decoder_.error();
                over_ = true;
                break;
            case MultipartEvent::need_more:
                break;
        }
    }

    MultipartDecoder decoder_;
    std::string buffer_;
    std::string told_;
    bool in_part_ = false;
    bool over_ = false;
};

template <class Encoder>
std::string encoded(std::string_view bytes, std::size_t at) {
    Encoder encoder;
    std::string out;
    encoder.encode(bytes.substr(0, at), out);
    encoder.encode(bytes.substr(at), out);
    encoder.finish(out);
    return out;
}

/// What is written is read, whatever the contents are but for the boundary.
void require_round_trip(std::string_view bytes, std::size_t at) {
    static const std::string boundary = "0fd16d95 a9b0'c0f3";
    if (bytes.find(boundary) != std::string_view::npos) {
        return;  // no input has it by chance, but fuzzers learn
    }
    const aiohttp::Headers fields{{"Content-Type", "a/b"}, {"X-Name", "value"}};
    std::string body;
    for (const auto content : {bytes.substr(0, at), std::string_view(), bytes.substr(at)}) {
        body.append(part_head(boundary, fields)).append(content).append(part_line_end);
    }
    body.append(closing_delimiter(boundary));
    Reader reader{MultipartDecoder(boundary, HeadLimits{})};
    reader.receive(body);
    const std::string head = "{Content-Type=a/b\nX-Name=value\n";
    std::string told = head;
    told.append(bytes.substr(0, at)).append("}").append(head).append("}").append(head);
    told.append(bytes.substr(at)).append("}end");
    FUZZ_REQUIRE(reader.outcome() == told);

    FUZZ_REQUIRE(base64_decode(encoded<Base64Encoder>(bytes, at)) == bytes);
    FUZZ_REQUIRE(decode_quoted_printable(encoded<QuotedPrintableEncoder>(bytes, at)) == bytes);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 2) {
        return 0;
    }
    const std::string_view boundary = (data[0] & 1) != 0 ? "b" : "--b-";
    const auto limits = (data[0] & 2) != 0 ? HeadLimits{20, 40, 3} : HeadLimits{};
    const auto bytes = fuzz::text_of(data + 2, size - 2);
    const auto at = data[1] % (bytes.size() + 1);

    Reader whole{MultipartDecoder(boundary, limits)};
    whole.receive(bytes);
    Reader cut{MultipartDecoder(boundary, limits)};
    cut.receive(bytes.substr(0, at));
    cut.receive(bytes.substr(at));
    FUZZ_REQUIRE(cut.outcome() == whole.outcome());
    Reader crumbs{MultipartDecoder(boundary, limits)};
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        crumbs.receive(bytes.substr(i, 1));
    }
    FUZZ_REQUIRE(crumbs.outcome() == whole.outcome());

    require_round_trip(bytes, at);

    if (const auto decoded = base64_decode(bytes)) {
        FUZZ_REQUIRE(decoded->size() <= bytes.size());
    }
    if (const auto decoded = decode_quoted_printable(bytes)) {
        FUZZ_REQUIRE(decoded->size() <= bytes.size());
    }
    const auto form = decode_form(bytes);
    FUZZ_REQUIRE(decode_form(encode_form(form)) == form);
    if (const auto range = parse_content_range(bytes); range && range->first) {
        FUZZ_REQUIRE(*range->first <= *range->last);
    }
    return 0;
}
