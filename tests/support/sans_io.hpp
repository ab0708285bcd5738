#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "support/catch.hpp"

// What the tests of all machines without I/O share: the outcome must not depend on how the bytes
// were cut. A machine here is a function of the pieces that returns its outcome as text.
namespace aiohttp::testing {

using Pieces = std::vector<std::string_view>;

/// A copy of some bytes in an allocation of exactly that size, so that AddressSanitizer sees any
/// read beyond them.
class ExactBytes {
public:
    explicit ExactBytes(std::string_view bytes) : bytes_(bytes.begin(), bytes.end()) {}
    std::string_view view() const { return {bytes_.data(), bytes_.size()}; }

private:
    std::vector<char> bytes_;
};

inline Pieces byte_by_byte(std::string_view input) {
    Pieces pieces;
    for (std::size_t i = 0; i < input.size(); ++i) {
        pieces.push_back(input.substr(i, 1));
    }
    return pieces;
}

/// Runs the machine on the whole input, byte by byte and cut in two at every offset, requires the
/// same outcome of all and returns it.
template <class Machine>
std::string same_however_cut(std::string_view input, Machine machine) {
    const std::string whole = machine(Pieces{input});
    INFO("input: " << input.substr(0, 400));
    {
        INFO("fed byte by byte");
        CHECK(machine(byte_by_byte(input)) == whole);
    }
    for (std::size_t at = 0; at <= input.size(); ++at) {
        const std::string cut = machine(Pieces{input.substr(0, at), input.substr(at)});
        if (cut != whole) {
            INFO("cut at offset " << at);
            CHECK(cut == whole);
        }
    }
    return whole;
}

/// Runs the machine on every proper prefix of the input, whole and byte by byte, requires the same
/// outcome of both and passes it to `check(prefix, outcome)`.
template <class Machine, class Check>
void truncate_everywhere(std::string_view input, Machine machine, Check check) {
    for (std::size_t size = 0; size < input.size(); ++size) {
        const auto prefix = input.substr(0, size);
        INFO("truncated after " << size << " bytes");
        const std::string outcome = machine(Pieces{prefix});
        if (outcome != machine(byte_by_byte(prefix))) {
            CHECK(machine(byte_by_byte(prefix)) == outcome);
        }
        check(prefix, outcome);
    }
}

}  // namespace aiohttp::testing
