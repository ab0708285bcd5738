#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>

#include <idn2.h>

#include <aiohttp/detail/config.hpp>
#include <aiohttp/detail/core/idna.hpp>

namespace aiohttp::detail {

AIOHTTP_DECL const char* append_idna(std::string& out, std::string_view name) {
    // Punycode takes at least one character for each of the name's, which UTF-8 writes with four
    // bytes at most: what is longer than this need not be looked at.
    constexpr std::size_t most_bytes = std::size_t{4} * IDN2_DOMAIN_MAX_LENGTH;
    if (name.size() > most_bytes) {
        return idn2_strerror(IDN2_TOO_BIG_DOMAIN);
    }
    if (name.find('\0') != std::string_view::npos) {
        return idn2_strerror(IDN2_DISALLOWED);  // libidn2 would take it for the end
    }
    std::uint8_t* made = nullptr;
    const std::string terminated(name);
    const int code = idn2_lookup_u8(reinterpret_cast<const std::uint8_t*>(terminated.c_str()),
                                    &made, IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL);
    const std::unique_ptr<std::uint8_t, void (*)(void*)> owner(made, &idn2_free);
    if (code == IDN2_MALLOC) {
        throw std::bad_alloc();
    }
    if (code != IDN2_OK) {
        return idn2_strerror(code);
    }
    out.append(reinterpret_cast<const char*>(made));
    return nullptr;
}

}  // namespace aiohttp::detail
