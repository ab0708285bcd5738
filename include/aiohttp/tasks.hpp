#pragma once

// Structured concurrency: what asyncio gives aiohttp's users, on Asio's awaitables. All of it
// is for one thread or one strand: the coroutines of a group, and whoever waits for them or
// cancels them, run on one executor.
#include <aiohttp/as_completed.hpp>
#include <aiohttp/gather.hpp>
#include <aiohttp/outcome.hpp>
#include <aiohttp/run.hpp>
#include <aiohttp/sleep.hpp>
#include <aiohttp/task.hpp>
