#pragma once

#include <utility>

#include <aiohttp/session.hpp>

#include "support/client.hpp"

namespace aiohttp::testing {

/// run_with_session() for a coroutine `main(session, more...)`, a lambda that captures nothing.
template <class Main, class... More>
void run_with(ClientSessionOptions options, Main main, const More&... more) {
    run_with_session(std::move(options),
                     [&](ClientSession& session) { return main(session, more...); });
}

}  // namespace aiohttp::testing
