#include "support/openssl_server.hpp"

#include <csignal>
#include <stdexcept>

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace aiohttp::testing {

namespace {

/// What it says until it listens, e.g. "ACCEPT 127.0.0.1:40001".
std::uint16_t read_port(int output) {
    std::string said;
    char letter = 0;
    while (::read(output, &letter, 1) == 1) {
        if (letter != '\n') {
            said.push_back(letter);
            continue;
        }
        if (said.starts_with("ACCEPT ")) {
            return static_cast<std::uint16_t>(std::stoi(said.substr(said.rfind(':') + 1)));
        }
        said.clear();
    }
    throw std::runtime_error("openssl s_server does not listen: " + said);
}

}  // namespace

OpensslServer::OpensslServer(const std::vector<std::string>& arguments) {
    std::vector<std::string> all{"openssl", "s_server", "-accept", "127.0.0.1:0", "-www"};
    all.insert(all.end(), arguments.begin(), arguments.end());
    std::vector<char*> pointers;
    for (auto& argument : all) {
        pointers.push_back(argument.data());
    }
    pointers.push_back(nullptr);
    int ends[2] = {-1, -1};
    if (::pipe2(ends, O_CLOEXEC) != 0) {
        throw std::runtime_error("cannot make a pipe");
    }
    process_ = ::fork();
    if (process_ == 0) {
        ::prctl(PR_SET_PDEATHSIG, SIGTERM);  // should the tests crash
        ::dup2(ends[1], STDOUT_FILENO);
        const int nothing = ::open("/dev/null", O_RDWR);
        ::dup2(nothing, STDIN_FILENO);
        ::dup2(nothing, STDERR_FILENO);
        ::execvp("openssl", pointers.data());
        ::_exit(127);
    }
    ::close(ends[1]);
    output_ = ends[0];
    port_ = read_port(output_);
}

OpensslServer::~OpensslServer() {
    ::kill(process_, SIGTERM);
    ::waitpid(process_, nullptr, 0);
    ::close(output_);
}

std::string OpensslServer::url() const {
    return "https://localhost:" + std::to_string(port_) + "/";
}

}  // namespace aiohttp::testing
