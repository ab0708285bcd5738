// HTTP/1 responses: the outcome depends on the bytes and never on how they were cut. The first
// byte chooses the method and the limits, the next two the place of the cut.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <aiohttp/detail/protocol/http1_body.hpp>
#include <aiohttp/detail/protocol/http1_framing.hpp>
#include <aiohttp/detail/protocol/http1_head.hpp>
#include <aiohttp/headers.hpp>

#include <fuzz/require.hpp>

using namespace aiohttp::detail;

namespace {

/// A client's end of a connection that gets responses to requests of one method.
class Receiver {
public:
    Receiver(std::string_view method, HeadLimits limits, bool direct)
        : method_(method), limits_(limits), direct_(direct), heads_(limits) {}

    void receive(std::string_view bytes) {
        if (failed_) {
            return;
        }
        while (direct_ && in_body_ && buffer_.empty() && body_.direct() > 0 && !bytes.empty()) {
            // As a reader does that has room of its own.
            const auto size =
                static_cast<std::size_t>(std::min<std::uint64_t>(body_.direct(), bytes.size()));
            content_.append(bytes.substr(0, size));
            body_.advance(size);
            bytes.remove_prefix(size);
            run();
        }
        buffer_.append(bytes);
        run();
    }

    /// Everything that came of it, once the peer has closed.
    std::string outcome() {
        if (in_body_ && body_.on_eof() == BodyStatus::done) {
            end_body();
        } else if (in_body_) {
            told_ += "cut off: " + content_ + ": " + body_.error();
        }
        return told_ + " rest " + buffer_;
    }

private:
    void run() {
        while (!stopped_ && (in_body_ ? step() : begin())) {
        }
    }

    bool begin() {
        const auto status = heads_.decode(buffer_, head_);
        if (status == HeadStatus::need_more) {
            return false;
        }
        if (status == HeadStatus::failed) {
            return stop("head: " + heads_.error());
        }
        FUZZ_REQUIRE(heads_.consumed() > 0 && heads_.consumed() <= buffer_.size());
        buffer_.erase(0, heads_.consumed());
        tell(head_.headers, std::to_string(head_.version) + ' ' + std::to_string(head_.status) +
                                ' ' + head_.reason);
        std::string error;
        Framing framing;
        if (!is_interim(head_.status)) {
            if (!decide_framing(method_, head_, true, framing, error)) {
                return stop("framing: " + error);
            }
            in_body_ = true;
            keep_alive_ = framing.keep_alive && !framing.upgraded;
            body_.start(framing, limits_);
        }
        head_ = ResponseHead();
        heads_.reset(limits_);
        return true;
    }

    bool step() {
        const auto step = body_.step(buffer_);
        FUZZ_REQUIRE(step.consumed <= buffer_.size() && step.data.size() <= step.consumed);
        content_.append(step.data);
        buffer_.erase(0, step.consumed);
        if (step.status == BodyStatus::failed) {
            return stop("body: " + content_ + ": " + body_.error());
        }
        if (step.status == BodyStatus::done) {
            end_body();
        }
        return step.status == BodyStatus::data || step.status == BodyStatus::done;
    }

    void end_body() {
        tell(body_.trailers(), "body: " + content_);
        content_.clear();
        in_body_ = false;
        stopped_ = !keep_alive_;
    }

    bool stop(const std::string& why) {
        told_ += why;
        stopped_ = true;
        failed_ = true;
        in_body_ = false;
        buffer_.clear();
        return false;
    }

    void tell(const aiohttp::Headers& fields, const std::string& what) {
        told_ += what + '\n';
        for (const auto field : fields) {
            FUZZ_REQUIRE(field.value.find('\n') == std::string_view::npos);
            told_.append(field.name).append("=").append(field.value).append("\n");
        }
    }

    std::string_view method_;
    HeadLimits limits_;
    bool direct_;
    HeadDecoder heads_;
    BodyDecoder body_;
    ResponseHead head_;
    bool in_body_ = false;
    bool keep_alive_ = false;
    bool stopped_ = false;
    bool failed_ = false;
    std::string buffer_;
    std::string content_;
    std::string told_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 3) {
        return 0;
    }
    constexpr std::array<std::string_view, 4> methods = {"GET", "HEAD", "CONNECT", "POST"};
    const auto method = methods[data[0] % methods.size()];
    const auto limits = (data[0] & 0x80) != 0 ? HeadLimits{20, 40, 3} : HeadLimits{};
    const auto bytes = fuzz::text_of(data + 3, size - 3);
    const auto at = (data[1] * std::size_t{256} + data[2]) % (bytes.size() + 1);

    Receiver whole(method, limits, false);
    whole.receive(bytes);
    const auto expected = whole.outcome();

    Receiver cut(method, limits, (data[0] & 0x40) != 0);
    cut.receive(bytes.substr(0, at));
    cut.receive(bytes.substr(at));
    FUZZ_REQUIRE(cut.outcome() == expected);

    Receiver crumbs(method, limits, (data[0] & 0x20) != 0);
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        crumbs.receive(bytes.substr(i, 1));
    }
    FUZZ_REQUIRE(crumbs.outcome() == expected);
    return 0;
}
