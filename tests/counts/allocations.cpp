#include "counts/allocations.hpp"

#include <algorithm>
#include <cstddef>

#include <malloc.h>

// The names by which glibc lets others stand before its own.
extern "C" {
void* __libc_malloc(std::size_t size);
void* __libc_calloc(std::size_t count, std::size_t size);
void* __libc_realloc(void* old, std::size_t size);
void* __libc_memalign(std::size_t alignment, std::size_t size);
void __libc_free(void* memory);
}

namespace counts {
namespace {

void* given(void* memory, std::size_t size) {
    if (allocations.counted && !allocations.spared) {
        ++allocations.number;
        allocations.bytes += size;
        allocations.held += static_cast<long>(malloc_usable_size(memory));
        allocations.most = std::max(allocations.most, allocations.held);
    }
    return memory;
}

void given_back(void* memory) {
    if (allocations.counted && !allocations.spared) {
        allocations.held -= static_cast<long>(malloc_usable_size(memory));
    }
}

}  // namespace

constinit Allocations allocations;

}  // namespace counts

extern "C" {

void* malloc(std::size_t size) noexcept {
    return counts::given(__libc_malloc(size), size);
}

void* calloc(std::size_t count, std::size_t size) noexcept {
    return counts::given(__libc_calloc(count, size), count * size);
}

void* realloc(void* old, std::size_t size) noexcept {
    counts::given_back(old);
    return counts::given(__libc_realloc(old, size), size);
}

void* aligned_alloc(std::size_t alignment, std::size_t size) noexcept {
    return counts::given(__libc_memalign(alignment, size), size);
}

void free(void* memory) noexcept {
    counts::given_back(memory);
    __libc_free(memory);
}

}  // extern "C"
