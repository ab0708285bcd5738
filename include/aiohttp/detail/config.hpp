#pragma once

// AIOHTTP_DECL marks every definition that is not a template. With the compiled targets
// (aiohttp::aiohttp defines AIOHTTP_SEPARATE_COMPILATION) the definitions live in src/*.cpp;
// with aiohttp::header_only they are inline and the umbrella header includes them.
#if defined(AIOHTTP_SEPARATE_COMPILATION)
#define AIOHTTP_DECL
#else
#define AIOHTTP_DECL inline
#endif
