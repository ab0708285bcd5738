#pragma once

#include <utility>
#include <vector>

#include <aiohttp/detail/config.hpp>
#include <aiohttp/detail/core/end_of_wait.hpp>
#include <aiohttp/detail/net/background_timer.hpp>
#include <aiohttp/detail/net/cancelled.hpp>
#include <aiohttp/detail/net/deadline_pool.hpp>

namespace aiohttp::detail {

AIOHTTP_DECL DeadlinePool::Handle DeadlinePool::start(const void* owner,
                                                      const SharedTimeout& timeout) {
    if (free_.empty()) {
        const auto id = static_cast<std::uint32_t>(entries_.size());
        entries_.push_back({std::make_unique<Deadline>(timers_, id), nullptr});
        free_.reserve(entries_.capacity());  // so that giving back cannot fail
        free_.push_back(id);
    }
    auto& entry = entries_[free_.back()];
    entry.deadline->start(timeout);
    free_.pop_back();
    entry.owner = owner;
    return Handle(entry.deadline.get(), GiveBack{shared_from_this()});
}

AIOHTTP_DECL DeadlinePool::Handle DeadlinePool::start_part(const Deadline& whole) {
    auto part = start(entries_[whole.id()].owner, whole.timeout());
    part->become_part(whole);
    return part;
}

AIOHTTP_DECL void DeadlinePool::GiveBack::operator()(Deadline* deadline) const noexcept {
    deadline->finish();
    pool->entries_[deadline->id()].owner = nullptr;
    pool->free_.push_back(deadline->id());
    for (auto* const silence : pool->silences_) {
        silence->look();
    }
}

AIOHTTP_DECL void DeadlinePool::interrupt(const void* owner,
                                          const Error& reason,
                                          bool spare_bodies) noexcept {
    for (auto& entry : entries_) {
        const bool concerned = entry.owner != nullptr && (owner == nullptr || entry.owner == owner);
        if (!concerned) {
            continue;
        }
        if (spare_bodies && entry.deadline->phase() == Phase::body) {
            entry.owner = this;  // the owner's address may soon be that of another one
        } else {
            entry.deadline->interrupt(reason);
        }
    }
    for (auto* const silence : silences_) {
        silence->look();
    }
}

AIOHTTP_DECL bool DeadlinePool::busy_from(const void* owner, std::size_t& place) const noexcept {
    if (in_use() == 0) {
        return false;
    }
    for (std::size_t i = 0; i < entries_.size(); ++i) {
        const Entry& entry = entries_[place];
        // What has been brought to an end already may be held for ever, by a response nobody reads.
        if (entry.owner != nullptr && (owner == nullptr || entry.owner == owner) &&
            !entry.deadline->verdict()) {
            return true;
        }
        place = place + 1 == entries_.size() ? 0 : place + 1;
    }
    return false;
}

AIOHTTP_DECL void DeadlinePool::detach() noexcept {
    timers_.detach();
    for (auto* const silence : silences_) {
        silence->event_.notify();
    }
}

AIOHTTP_DECL Silence::Silence(std::shared_ptr<DeadlinePool> pool, const void* owner)
    : pool_(std::move(pool)), owner_(owner) {
    pool_->silences_.push_back(this);
}

AIOHTTP_DECL Silence::~Silence() {
    std::erase(pool_->silences_, this);
}

AIOHTTP_DECL void Silence::look() noexcept {
    if (!pool_->busy_from(owner_, busy_at_)) {
        event_.notify();
    }
}

AIOHTTP_DECL asio::awaitable<bool> Silence::wait(asio::any_io_executor executor, Duration most) {
    if (!pool_->busy(owner_)) {
        co_return true;
    }
    BackgroundTimer timer(
        executor, [](void* self) { static_cast<Silence*>(self)->event_.notify(); }, this);
    timer.arm_before(end_of_wait(Clock::now(), most));
    const auto error = co_await event_.wait();
    throw_if_cancelled(error);
    co_return !pool_->busy(owner_);
}

}  // namespace aiohttp::detail
