# The warnings our own targets are built with. They stay out of what consumers inherit.
function(aiohttp_enable_warnings target)
    target_compile_options(${target} PRIVATE -Wall -Wextra -Wpedantic -Wshadow -Wconversion)
    if(AIOHTTP_WARNINGS_AS_ERRORS)
        target_compile_options(${target} PRIVATE -Werror)
    endif()
endfunction()

# GCC before 13 takes the allocation of every Asio coroutine frame for a mismatched new and
# delete when it optimizes. The alarm is false, also in the user's own coroutines, so every
# target carries the advice.
function(aiohttp_quiet_false_alarms target scope)
    target_compile_options(
        ${target}
        ${scope}
        "$<$<AND:$<COMPILE_LANG_AND_ID:CXX,GNU>,$<VERSION_LESS:$<CXX_COMPILER_VERSION>,13>>:-Wno-mismatched-new-delete>"
    )
endfunction()
