#pragma once

#include <cstdlib>
#include <optional>
#include <string>

namespace aiohttp::testing {

/// Sets a variable of the environment, or removes it, for as long as this lives.
class Variable {
public:
    Variable(const char* name, std::optional<std::string> value) : name_(name) {
        if (const char* const before = std::getenv(name)) {
            before_ = before;
        }
        put(value);
    }
    Variable(const Variable&) = delete;
    Variable& operator=(const Variable&) = delete;
    ~Variable() { put(before_); }

private:
    void put(const std::optional<std::string>& value) {
        if (value) {
            ::setenv(name_, value->c_str(), 1);
        } else {
            ::unsetenv(name_);
        }
    }

    const char* name_;
    std::optional<std::string> before_;
};

}  // namespace aiohttp::testing
