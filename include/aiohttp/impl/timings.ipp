#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <string_view>

#include <aiohttp/detail/config.hpp>
#include <aiohttp/timings.hpp>

namespace aiohttp {

namespace detail {

struct TimedPart {
    std::string_view name;
    std::optional<Duration> length;
};

AIOHTTP_DECL std::array<TimedPart, 8> parts_of(const Timings& timings) {
    return {{{"queue", timings.queue},
             {"dns", timings.dns},
             {"connect", timings.connect},
             {"proxy", timings.proxy},
             {"tls", timings.tls},
             {"send", timings.send},
             {"wait", timings.wait},
             {"body", timings.body}}};
}

/// Milliseconds with two digits behind the point.
AIOHTTP_DECL std::string milliseconds_text(Duration duration) {
    const auto hundredths =
        std::chrono::duration_cast<std::chrono::microseconds>(duration).count() / 10;
    const auto fraction = std::to_string(hundredths % 100);
    return std::to_string(hundredths / 100) + (fraction.size() < 2 ? ".0" : ".") + fraction;
}

AIOHTTP_DECL void append_bar(std::string& out,
                             std::string_view name,
                             Duration from,
                             Duration length,
                             Duration whole,
                             std::size_t width) {
    const auto at = [&](Duration when) {
        const auto scaled = whole > Duration::zero() ? static_cast<double>(when.count()) /
                                                           static_cast<double>(whole.count()) *
                                                           static_cast<double>(width)
                                                     : 0.0;
        return std::min(static_cast<std::size_t>(std::max(scaled, 0.0)), width);
    };
    const auto begin = std::min(at(from), width - 1);
    const auto end = std::max(at(from + length), begin + 1);
    const auto text = milliseconds_text(length);
    out.append(name).append(9 - std::min<std::size_t>(name.size(), 8), ' ').append("|");
    out.append(begin, ' ').append(end - begin, '=').append(width - end, ' ').append("| ");
    out.append(9 - std::min<std::size_t>(text.size(), 9), ' ').append(text).append(" ms\n");
}

}  // namespace detail

AIOHTTP_DECL std::string to_string(const Timings& timings) {
    std::string line;
    if (timings.before > Duration::zero()) {
        line.append("before ").append(detail::milliseconds_text(timings.before)).append(" ");
    }
    for (const auto& part : detail::parts_of(timings)) {
        if (part.length) {
            line.append(part.name).append(" ");
            line.append(detail::milliseconds_text(*part.length)).append(" ");
        }
    }
    line.append("total ").append(detail::milliseconds_text(timings.total));
    line.append(" ms, sent ").append(std::to_string(timings.bytes_sent));
    line.append(", received ").append(std::to_string(timings.bytes_received));
    return line + (timings.reused ? ", reused connection" : "");
}

AIOHTTP_DECL std::string waterfall(const Timings& timings, std::size_t width) {
    width = std::max<std::size_t>(width, 1);
    std::string chart;
    Duration at = timings.before;
    if (at > Duration::zero()) {
        detail::append_bar(chart, "before", Duration::zero(), at, timings.total, width);
    }
    for (const auto& part : detail::parts_of(timings)) {
        if (part.length) {
            detail::append_bar(chart, part.name, at, *part.length, timings.total, width);
            at += *part.length;
        }
    }
    detail::append_bar(chart, "total", Duration::zero(), timings.total, timings.total, width);
    return chart;
}

}  // namespace aiohttp
