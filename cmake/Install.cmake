# Headers, libraries, the CMake package and the pkg-config file. Everything is relocatable.
include(CMakePackageConfigHelpers)

install(DIRECTORY include/ TYPE INCLUDE FILES_MATCHING PATTERN "*.hpp" PATTERN "*.ipp")
install(TARGETS aiohttp aiohttp_header_only aiohttp_testing EXPORT aiohttpTargets)

set(cmake_dir ${CMAKE_INSTALL_LIBDIR}/cmake/aiohttp)
install(EXPORT aiohttpTargets NAMESPACE aiohttp:: DESTINATION ${cmake_dir})
configure_package_config_file(cmake/aiohttpConfig.cmake.in
                              ${PROJECT_BINARY_DIR}/package/aiohttpConfig.cmake
                              INSTALL_DESTINATION ${cmake_dir})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/package/aiohttpConfigVersion.cmake
                                 COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/package/aiohttpConfig.cmake
              ${PROJECT_BINARY_DIR}/package/aiohttpConfigVersion.cmake cmake/SystemLibraries.cmake
        DESTINATION ${cmake_dir})

# A static library leaves its own needs to whoever links it; a shared one has them linked in.
get_target_property(kind aiohttp TYPE)
set(pc_needs "${aiohttp_system_flags}-pthread")
if(kind STREQUAL "SHARED_LIBRARY")
    set(pc_dependencies "Requires.private: openssl\nLibs.private: ${pc_needs}")
    set(pc_libs "-laiohttp")
else()
    set(pc_dependencies "Requires: openssl")
    set(pc_libs "-laiohttp ${pc_needs}")
endif()
set(pc_definitions "")
if(AIOHTTP_WITH_CARES)
    set(pc_definitions " -DAIOHTTP_WITH_CARES")
endif()
set(pc_dir ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
file(RELATIVE_PATH pc_prefix ${CMAKE_INSTALL_PREFIX}/${pc_dir} ${CMAKE_INSTALL_PREFIX})
string(REGEX REPLACE "/$" "" pc_prefix ${pc_prefix})
configure_file(cmake/aiohttp.pc.in ${PROJECT_BINARY_DIR}/package/aiohttp.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/package/aiohttp.pc DESTINATION ${pc_dir})
