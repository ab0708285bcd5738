#include "support/memory_peak.hpp"

#include <fstream>
#include <string>

namespace aiohttp::testing {

std::size_t peak_memory() {
    std::ifstream status("/proc/self/status");
    std::string word;
    while (status >> word) {
        if (word == "VmHWM:") {
            std::size_t kilobytes = 0;
            status >> kilobytes;
            return kilobytes * 1024;
        }
    }
    return 0;
}

void clear_peak() {
    std::ofstream("/proc/self/clear_refs") << "5";
}

}  // namespace aiohttp::testing
