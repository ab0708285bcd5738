#include "support/nginx.hpp"

#include <csignal>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <vector>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

namespace aiohttp::testing {

namespace {

/// A socket that listens on a free port; it is inherited by child processes.
int listen_anywhere(std::uint16_t& port) {
    const int file = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* const generic = reinterpret_cast<sockaddr*>(&address);
    if (file < 0 || ::bind(file, generic, size) != 0 || ::listen(file, 128) != 0 ||
        ::getsockname(file, generic, &size) != 0) {
        throw std::runtime_error("cannot listen on the loopback interface");
    }
    port = ntohs(address.sin_port);
    return file;
}

std::string configuration(const std::filesystem::path& folder,
                          std::uint16_t port,
                          std::string_view directives) {
    const auto here = folder.string();
    std::string text = std::string("daemon off;\n") + (::geteuid() == 0 ? "user root;\n" : "") +
                       "worker_processes 1;\nerror_log " + here + "/error.log;\n" + "pid " + here +
                       "/nginx.pid;\nevents {}\nhttp {\n" +
                       "types { text/plain txt; application/json json; }\n" +
                       "log_format short '$request_method $request_uri $status';\n" +
                       "access_log " + here + "/access.log short;\n";
    for (const auto* const kind : {"client_body", "proxy", "fastcgi", "uwsgi", "scgi"}) {
        text += std::string(kind) + "_temp_path " + here + "/" + kind + ";\n";
    }
    return text + "server {\nlisten 127.0.0.1:" + std::to_string(port) + ";\nroot " + here +
           "/files;\n" + std::string(directives) + "\n}\n}\n";
}

}  // namespace

Nginx::Nginx(std::string_view directives) {
    folder_.open_to_all();
    std::filesystem::create_directory(folder_.path() / "files");
    const int listener = listen_anywhere(port_);
    std::ofstream(folder_.path() / "nginx.conf")
        << configuration(folder_.path(), port_, directives);
    const auto conf = (folder_.path() / "nginx.conf").string();
    const auto prefix = folder_.path().string();
    const auto error_log = (folder_.path() / "error.log").string();
    const auto path = "PATH=" + std::string(std::getenv("PATH")) + ":/usr/sbin:/sbin";
    // nginx takes over listening sockets that are named there, as it does when it is upgraded.
    const auto inherited = "NGINX=" + std::to_string(listener) + ";";
    std::vector<const char*> arguments{"nginx",      "-p", prefix.c_str(),    "-c",
                                       conf.c_str(), "-e", error_log.c_str(), nullptr};
    std::vector<const char*> environment{path.c_str(), inherited.c_str(), nullptr};
    process_ = ::fork();
    if (process_ == 0) {
        ::prctl(PR_SET_PDEATHSIG, SIGTERM);  // should the tests crash
        ::execvpe("nginx", const_cast<char**>(arguments.data()),
                  const_cast<char**>(environment.data()));
        ::execve("/usr/sbin/nginx", const_cast<char**>(arguments.data()),
                 const_cast<char**>(environment.data()));
        ::_exit(127);
    }
    ::close(listener);
    if (process_ < 0) {
        throw std::runtime_error("cannot start nginx");
    }
}

Nginx::~Nginx() {
    finish(SIGTERM);
}

std::string Nginx::url(std::string_view path) const {
    return "http://127.0.0.1:" + std::to_string(port_) + std::string(path);
}

void Nginx::put(const std::string& name, std::string_view contents) const {
    std::ofstream(folder_.path() / "files" / name, std::ios::binary) << contents;
}

std::string Nginx::stop() {
    finish(SIGQUIT);  // in good order, so that everything is logged
    std::ifstream file(folder_.path() / "access.log");
    return {std::istreambuf_iterator<char>(file), {}};
}

void Nginx::finish(int signal) noexcept {
    if (process_ > 0) {
        ::kill(process_, signal);
        ::waitpid(process_, nullptr, 0);
        process_ = -1;
    }
}

}  // namespace aiohttp::testing
