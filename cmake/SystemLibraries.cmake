# The system libraries that come without a CMake package on some systems: the target
# aiohttp_system::<name> each. Read by the build and by the installed package, so that the list
# exists once. Afterwards aiohttp_missing_libraries names those that were not found, and
# aiohttp_system_flags has what a linker is told.
#
# name | a header | the libraries
set(aiohttp_system_libraries
    "psl|libpsl.h|psl" # the public suffix list, for cookies
    "idn2|idn2.h|idn2" # host names that are not ASCII
    "zlib|zlib.h|z" # gzip and deflate
    "brotli|brotli/decode.h|brotlidec,brotlienc,brotlicommon"
    "zstd|zstd.h|zstd")
if(AIOHTTP_WITH_CARES)
    list(APPEND aiohttp_system_libraries "cares|ares.h|cares") # AsyncResolver
endif()

set(aiohttp_missing_libraries "")
set(aiohttp_system_targets "")
set(aiohttp_system_flags "")
foreach(entry IN LISTS aiohttp_system_libraries)
    string(REPLACE "|" ";" entry "${entry}")
    list(GET entry 0 name)
    list(GET entry 1 header)
    list(GET entry 2 libraries)
    string(REPLACE "," ";" libraries "${libraries}")

    find_path(AIOHTTP_${name}_INCLUDE_DIR ${header})
    mark_as_advanced(AIOHTTP_${name}_INCLUDE_DIR)
    set(found ${AIOHTTP_${name}_INCLUDE_DIR})
    set(files "")
    foreach(library IN LISTS libraries)
        find_library(AIOHTTP_${library}_LIBRARY ${library})
        mark_as_advanced(AIOHTTP_${library}_LIBRARY)
        list(APPEND files "${AIOHTTP_${library}_LIBRARY}")
        if(NOT AIOHTTP_${library}_LIBRARY)
            set(found NOTFOUND)
        endif()
        string(APPEND aiohttp_system_flags "-l${library} ")
    endforeach()

    if(NOT found)
        list(APPEND aiohttp_missing_libraries "${name} (${header})")
    elseif(NOT TARGET aiohttp_system::${name})
        add_library(aiohttp_system::${name} INTERFACE IMPORTED)
        set_target_properties(
            aiohttp_system::${name} PROPERTIES INTERFACE_INCLUDE_DIRECTORIES ${found}
                                               INTERFACE_LINK_LIBRARIES "${files}")
    endif()
    list(APPEND aiohttp_system_targets aiohttp_system::${name})
endforeach()
