#include "support/proxies.hpp"

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <thread>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

namespace aiohttp::testing {

namespace {

using namespace std::chrono_literals;

// The password "secret" as crypt(3) knows it.
constexpr const char* secret =
    R"($6$aiohttp$UfrNyAloqVQOq1RO9ritSEgM6TEPO07fLvRoqJv.yOr1dpDHIwkIYGIGm2x20jc61Ug2v4LmvrmxICB42Z6Kh/)";

sockaddr_in loopback(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    return address;
}

/// A port that was free just now. Another program may take it before ours does, which then tries
/// another one.
std::uint16_t free_port() {
    const int file = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    auto address = loopback(0);
    socklen_t size = sizeof address;
    auto* const generic = reinterpret_cast<sockaddr*>(&address);
    const bool bound = ::bind(file, generic, size) == 0 && ::getsockname(file, generic, &size) == 0;
    ::close(file);
    if (!bound) {
        throw std::runtime_error("there is no free port on the loopback interface");
    }
    return ntohs(address.sin_port);
}

bool listens(std::uint16_t port) {
    const int file = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const auto address = loopback(port);
    const auto* const generic = reinterpret_cast<const sockaddr*>(&address);
    const bool connected = ::connect(file, generic, sizeof address) == 0;
    ::close(file);
    return connected;
}

std::string path_with_servers() {
    const char* const path = std::getenv("PATH");
    return std::string(path == nullptr ? "/usr/bin:/bin" : path) + ":/usr/sbin:/sbin";
}

std::string find_program(const std::string& program) {
    const auto path = path_with_servers();
    for (std::size_t at = 0; at < path.size();) {
        const auto end = std::min(path.find(':', at), path.size());
        const auto file = path.substr(at, end - at) + '/' + program;
        if (::access(file.c_str(), X_OK) == 0) {
            return file;
        }
        at = end + 1;
    }
    return {};
}

/// A mount namespace of this process; as an ordinary user that takes a user namespace, too.
int leave_mounts() {
    return ::unshare(::geteuid() == 0 ? CLONE_NEWNS : CLONE_NEWNS | CLONE_NEWUSER) == 0 &&
                   ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0
               ? 0
               : -1;
}

int put_over(const char* file, const char* place) {
    return ::mount(file, place, nullptr, MS_BIND, nullptr);
}

}  // namespace

bool is_installed(const std::string& program) {
    return !find_program(program).empty();
}

ServerProgram::ServerProgram(const std::string& program,
                             const std::vector<std::string>& options,
                             const Configure& configure,
                             bool own_users) {
    folder_.open_to_all();
    for (int attempt = 0; attempt < 3; ++attempt) {
        port_ = free_port();
        std::ofstream(folder_.path() / "conf") << configure(port_, folder_.path());
        if (start(program, options, own_users)) {
            return;
        }
        stop();
    }
    throw std::runtime_error(program + " does not start: " + log());
}

ServerProgram::~ServerProgram() {
    stop();
}

bool ServerProgram::start(const std::string& program,
                          const std::vector<std::string>& options,
                          bool own_users) {
    const auto passwd = (folder_.path() / "passwd").string();
    const auto shadow = (folder_.path() / "shadow").string();
    const auto file = find_program(program);
    const auto conf = (folder_.path() / "conf").string();
    const auto output = (folder_.path() / "output").string();
    std::vector<const char*> arguments{file.c_str()};
    for (const auto& option : options) {
        arguments.push_back(option.c_str());
    }
    arguments.push_back(conf.c_str());
    arguments.push_back(nullptr);
    process_ = ::fork();
    if (process_ == 0) {
        ::setpgid(0, 0);
        ::prctl(PR_SET_PDEATHSIG, SIGTERM);  // should the tests crash
        const int log = ::open(output.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0644);
        ::dup2(log, 1);
        ::dup2(log, 2);
        // What the tests have open is not for it.
        ::close_range(3, ~0U, 0);
        if (!own_users || (leave_mounts() == 0 && put_over(passwd.c_str(), "/etc/passwd") == 0 &&
                           put_over(shadow.c_str(), "/etc/shadow") == 0)) {
            ::execv(file.c_str(), const_cast<char**>(arguments.data()));
        }
        ::_exit(127);
    }
    const auto deadline = std::chrono::steady_clock::now() + 10s;
    while (std::chrono::steady_clock::now() < deadline) {
        if (listens(port_)) {
            return true;
        }
        if (process_ < 0 || ::waitpid(process_, nullptr, WNOHANG) != 0) {
            process_ = -1;
            return false;
        }
        std::this_thread::sleep_for(5ms);
    }
    return false;
}

void ServerProgram::stop() noexcept {
    if (process_ > 0) {
        ::kill(-process_, SIGKILL);  // its children, too; there is nothing to be saved
        ::kill(process_, SIGKILL);
        ::waitpid(process_, nullptr, 0);
        process_ = -1;
    }
}

std::string ServerProgram::url(std::string_view scheme, std::string_view credentials) const {
    return std::string(scheme) + "://" + std::string(credentials) +
           (credentials.empty() ? "" : "@") + "127.0.0.1:" + std::to_string(port_);
}

std::string ServerProgram::log() const {
    std::string text;
    for (const auto* const name : {"log", "output"}) {
        std::ifstream file(folder_.path() / name);
        text.append(std::istreambuf_iterator<char>(file), {});
    }
    return text;
}

Tinyproxy::Tinyproxy(std::string_view directives)
    : ServerProgram(
          program, {"-d", "-c"}, [&](std::uint16_t port, const std::filesystem::path& folder) {
              return "Port " + std::to_string(port) +
                     "\nListen 127.0.0.1\nAllow 127.0.0.1\nTimeout 30\nMaxClients 20\n"
                     "LogLevel Connect\nLogFile \"" +
                     (folder / "log").string() + "\"\n" + std::string(directives) + '\n';
          }) {}

Danted::Danted(bool login)
    : ServerProgram(
          program,
          {"-f"},
          [&](std::uint16_t port, const std::filesystem::path& folder) {
              const std::string method = login ? "username" : "none";
              if (login) {
                  std::ofstream(folder / "passwd")
                      << "root:x:0:0::/:/bin/sh\nme:x:54321:54321::/:/bin/false\n"
                         "nobody:x:65534:65534::/:/bin/false\n";
                  std::ofstream(folder / "shadow") << "me:" << secret << ":19000:0:99999:7:::\n";
              }
              return "logoutput: " + (folder / "log").string() +
                     "\ninternal: 127.0.0.1 port = " + std::to_string(port) +
                     "\nexternal: 127.0.0.1\nclientmethod: none\nsocksmethod: " + method +
                     "\nclient pass { from: 127.0.0.0/8 to: 0.0.0.0/0 }\n"
                     "socks pass { from: 127.0.0.0/8 to: 127.0.0.0/8 command: connect\n"
                     "log: connect }\n"
                     "socks pass { from: 127.0.0.0/8 to: localhost command: connect\n"
                     "log: connect }\n";
          },
          login) {}

bool Danted::may_ask_for_login() {
    const pid_t process = ::fork();
    if (process == 0) {
        ::_exit(leave_mounts() == 0 ? 0 : 1);
    }
    int status = 1;
    ::waitpid(process, &status, 0);
    return status == 0;
}

}  // namespace aiohttp::testing
