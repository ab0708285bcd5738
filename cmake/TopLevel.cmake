# Choices that belong to whoever builds this project itself, never to a project that embeds it.

if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
    set(CMAKE_BUILD_TYPE Release CACHE STRING "Debug, Release, RelWithDebInfo or MinSizeRel" FORCE)
endif()

set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

find_program(AIOHTTP_CCACHE ccache)
if(AIOHTTP_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
    # Without this ccache passes on what uses a precompiled header.
    set(CMAKE_CXX_COMPILER_LAUNCHER env CCACHE_SLOPPINESS=pch_defines,time_macros ${AIOHTTP_CCACHE})
endif()

# Both link a test program in a quarter of the processor time that the default linker takes.
find_program(AIOHTTP_LINKER NAMES ld.mold ld.lld)
if(AIOHTTP_LINKER MATCHES "ld\\.(mold|lld)$")
    add_link_options(-fuse-ld=${CMAKE_MATCH_1})
endif()

if(AIOHTTP_SANITIZE)
    add_compile_options(-fsanitize=${AIOHTTP_SANITIZE} -fno-sanitize-recover=all
                        -fno-omit-frame-pointer)
    add_link_options(-fsanitize=${AIOHTTP_SANITIZE})
    if(AIOHTTP_SANITIZE MATCHES "thread")
        # ThreadSanitizer does not know fences. Asio's mutexes order the same accesses. GCC warns
        # of the one that is left, in Asio's reference counts, after the count has come to zero.
        add_compile_definitions(BOOST_ASIO_DISABLE_FENCED_BLOCK)
        add_compile_options($<$<CXX_COMPILER_ID:GNU>:-Wno-tsan>)
    endif()
endif()
