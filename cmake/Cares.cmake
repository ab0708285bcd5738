# c-ares is optional: AsyncResolver exists only with it. The option is on where it is found.
find_path(AIOHTTP_cares_INCLUDE_DIR ares.h)
find_library(AIOHTTP_cares_LIBRARY cares)
mark_as_advanced(AIOHTTP_cares_INCLUDE_DIR AIOHTTP_cares_LIBRARY)
if(AIOHTTP_cares_INCLUDE_DIR AND AIOHTTP_cares_LIBRARY)
    option(AIOHTTP_WITH_CARES "Build AsyncResolver, on c-ares" ON)
else()
    option(AIOHTTP_WITH_CARES "Build AsyncResolver, on c-ares" OFF)
endif()
