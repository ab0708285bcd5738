// libcurl's multi interface, driven as its manual advises for many connections: by sockets, with
// epoll. The handles are kept from request to request. Cookies, decoding and a total time limit
// are off, as is its default, but where the work needs them. The queue is a counter: libcurl's own,
// of handles beyond its limit of connections, takes quadratic time.

#include <array>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <curl/curl.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "clients/common.hpp"
#include "clients/order.hpp"

namespace {

using bench::Job;

struct Transfer {
    CURL* easy = nullptr;
    std::size_t index = 0;
    std::string out;
    std::string body;
    std::size_t received = 0;
    bool keeps = true;  ///< the body, instead of its length only
};

class Loop {
public:
    Loop(const Job& job, bench::Tally& tally)
        : job_(job),
          tally_(tally),
          epoll_(::epoll_create1(EPOLL_CLOEXEC)),
          multi_(::curl_multi_init()),
          upload_(job.is("upload") ? job.length : 0, 'x') {
        const auto limit = static_cast<long>(job.concurrency);
        ::curl_multi_setopt(multi_, CURLMOPT_MAXCONNECTS, limit);
        ::curl_multi_setopt(multi_, CURLMOPT_MAX_TOTAL_CONNECTIONS, limit);
        ::curl_multi_setopt(multi_, CURLMOPT_SOCKETFUNCTION, &Loop::on_socket);
        ::curl_multi_setopt(multi_, CURLMOPT_SOCKETDATA, this);
        ::curl_multi_setopt(multi_, CURLMOPT_TIMERFUNCTION, &Loop::on_timer);
        ::curl_multi_setopt(multi_, CURLMOPT_TIMERDATA, this);
        headers_ =
            ::curl_slist_append(nullptr, job.is("post") ? "Content-Type: application/json"
                                                        : "Content-Type: application/octet-stream");
        headers_ = ::curl_slist_append(headers_, "Expect:");
        transfers_.resize(job.concurrency);
        for (auto& transfer : transfers_) {
            set_up(transfer);
        }
        fill_jar();
    }
    Loop(const Loop&) = delete;
    Loop& operator=(const Loop&) = delete;
    ~Loop() {
        for (auto& transfer : transfers_) {
            ::curl_easy_cleanup(transfer.easy);
        }
        ::curl_multi_cleanup(multi_);
        ::curl_slist_free_all(headers_);
        ::close(epoll_);
    }

    void run() {
        for (auto& transfer : transfers_) {
            next(transfer);
        }
        std::array<epoll_event, 256> events{};
        int running = 1;
        ::curl_multi_socket_action(multi_, CURL_SOCKET_TIMEOUT, 0, &running);
        finish_all();
        while (active_ > 0) {
            const int wait = timeout_ < 0 ? 60'000 : static_cast<int>(timeout_);
            const int count = ::epoll_wait(epoll_, events.data(), events.size(), wait);
            if (count == 0) {
                timeout_ = -1;
                ::curl_multi_socket_action(multi_, CURL_SOCKET_TIMEOUT, 0, &running);
            }
            for (int i = 0; i < count; ++i) {
                const auto& event = events[static_cast<std::size_t>(i)];
                const int what =
                    ((event.events & EPOLLIN) != 0 ? CURL_CSELECT_IN : 0) |
                    ((event.events & EPOLLOUT) != 0 ? CURL_CSELECT_OUT : 0) |
                    ((event.events & (EPOLLERR | EPOLLHUP)) != 0 ? CURL_CSELECT_ERR : 0);
                ::curl_multi_socket_action(multi_, event.data.fd, what, &running);
            }
            finish_all();
        }
    }

private:
    void set_up(Transfer& transfer) {
        transfer.easy = ::curl_easy_init();
        transfer.keeps = !job_.is("download");
        CURL* const easy = transfer.easy;
        ::curl_easy_setopt(easy, CURLOPT_URL, job_.url.c_str());
        ::curl_easy_setopt(easy, CURLOPT_PRIVATE, &transfer);
        ::curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, &Loop::on_body);
        ::curl_easy_setopt(easy, CURLOPT_WRITEDATA, &transfer);
        ::curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
        ::curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1);
        if (job_.is("gzip")) {
            ::curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "");
        }
        if (job_.tls) {
            ::curl_easy_setopt(easy, CURLOPT_CAINFO, job_.ca_file.c_str());
        }
        if (job_.is("close")) {
            ::curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, 1L);
        }
        if (job_.is("post") || job_.is("upload")) {
            ::curl_easy_setopt(easy, CURLOPT_POST, 1L);
            ::curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers_);
        }
        if (job_.is("upload")) {
            ::curl_easy_setopt(easy, CURLOPT_POSTFIELDS, upload_.data());
            ::curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE,
                               static_cast<curl_off_t>(upload_.size()));
        }
    }

    /// Ten cookies of this host, and ten for each of as many others as it takes.
    void fill_jar() {
        if (job_.cookies > 0) {
            ::curl_easy_setopt(transfers_[0].easy, CURLOPT_COOKIEFILE, "");
        }
        for (std::size_t i = 0; i < job_.cookies; ++i) {
            const auto number = std::to_string(i / 10);
            const auto host = i < 10 ? job_.host : "shop" + number + ".example";
            const auto line =
                host + "\tFALSE\t/\tFALSE\t0\tc" + std::to_string(i % 10) + "\tvalue" + number;
            ::curl_easy_setopt(transfers_[0].easy, CURLOPT_COOKIELIST, line.c_str());
        }
    }

    void next(Transfer& transfer) {
        const auto index = tally_.take();
        if (!index) {
            return;
        }
        transfer.index = *index;
        transfer.body.clear();
        transfer.received = 0;
        if (job_.is("post")) {
            transfer.out = bench::make_order(*index).dump();
            ::curl_easy_setopt(transfer.easy, CURLOPT_POSTFIELDSIZE_LARGE,
                               static_cast<curl_off_t>(transfer.out.size()));
            ::curl_easy_setopt(transfer.easy, CURLOPT_POSTFIELDS, transfer.out.c_str());
        }
        ::curl_multi_add_handle(multi_, transfer.easy);
        ++active_;
    }

    void finish_all() {
        int left = 0;
        while (const CURLMsg* const message = ::curl_multi_info_read(multi_, &left)) {
            const auto result = message->data.result;
            CURL* const easy = message->easy_handle;
            Transfer* transfer = nullptr;
            ::curl_easy_getinfo(easy, CURLINFO_PRIVATE, &transfer);
            finish(*transfer, result);
            ::curl_multi_remove_handle(multi_, easy);
            --active_;
            next(*transfer);
        }
    }

    void finish(const Transfer& transfer, CURLcode result) {
        if (result != CURLE_OK) {
            tally_.fail(::curl_easy_strerror(result));
            return;
        }
        long status = 0;
        ::curl_easy_getinfo(transfer.easy, CURLINFO_RESPONSE_CODE, &status);
        if (job_.is("post")) {
            const auto reply = nlohmann::json::parse(transfer.body);
            const bool right = status == 200 && bench::is_order(reply, transfer.index);
            tally_.check(transfer.index, right, transfer.received);
        } else if (job_.is("upload")) {
            const bool right = status == 200 && tally_.is_upload_reply(transfer.body);
            tally_.check(transfer.index, right, upload_.size());
        } else {
            tally_.answer(transfer.index, static_cast<int>(status), transfer.received);
        }
    }

    static std::size_t on_body(char* data, std::size_t size, std::size_t count, void* to) {
        auto& transfer = *static_cast<Transfer*>(to);
        transfer.received += size * count;
        if (transfer.keeps) {
            transfer.body.append(data, size * count);
        }
        return size * count;
    }

    static int on_socket(CURL*, curl_socket_t file, int what, void* self, void* known) {
        auto& loop = *static_cast<Loop*>(self);
        if (what == CURL_POLL_REMOVE) {
            ::epoll_ctl(loop.epoll_, EPOLL_CTL_DEL, file, nullptr);
            return 0;
        }
        epoll_event event{};
        event.events = ((what & CURL_POLL_IN) != 0 ? std::uint32_t{EPOLLIN} : 0U) |
                       ((what & CURL_POLL_OUT) != 0 ? std::uint32_t{EPOLLOUT} : 0U);
        event.data.fd = file;
        ::epoll_ctl(loop.epoll_, known == nullptr ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, file, &event);
        ::curl_multi_assign(loop.multi_, file, self);
        return 0;
    }

    static int on_timer(CURLM*, long timeout, void* self) {
        static_cast<Loop*>(self)->timeout_ = timeout;
        return 0;
    }

    const Job& job_;
    bench::Tally& tally_;
    int epoll_;
    CURLM* multi_;
    curl_slist* headers_ = nullptr;
    long timeout_ = -1;
    std::size_t active_ = 0;
    std::string upload_;
    std::vector<Transfer> transfers_;
};

}  // namespace

int main(int argc, char** argv) {
    ::curl_global_init(CURL_GLOBAL_DEFAULT);
    return bench::client_main(argc, argv, [](const Job& job, bench::Tally& tally) {
        if (job.is("begun")) {
            bench::unsupported(job);
        }
        Loop loop(job, tally);
        tally.start();
        loop.run();
    });
}
