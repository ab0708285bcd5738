// The runner of every test program, for both Catch2 generations.
#if __has_include(<catch2/catch_session.hpp>)
#include <catch2/catch_session.hpp>
#else
#define CATCH_CONFIG_RUNNER
#include <catch2/catch.hpp>
#endif

int main(int argc, char* argv[]) {
    Catch::Session session;
#if defined(CATCH_VERSION_MAJOR) && CATCH_VERSION_MAJOR == 2
    // A filter that matches nothing fails; version 3 does so by itself.
    session.configData().warnings = Catch::WarnAbout::NoTests;
#endif
    return session.run(argc, argv);
}

#if defined(__SANITIZE_THREAD__)
// Asio counts the users of an executor with a release, and has a fence before it deletes what
// nobody uses any more. ThreadSanitizer does not know fences, so it takes the deletion for a race
// with the count of the last but one.
extern "C" const char* __tsan_default_suppressions();
extern "C" const char* __tsan_default_suppressions() {
    return "race:boost::asio::execution::detail::shared_target_executor\n";
}
#endif
