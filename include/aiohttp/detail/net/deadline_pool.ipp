#pragma once

#include <algorithm>

#include <aiohttp/detail/config.hpp>
#include <aiohttp/detail/net/deadline_pool.hpp>

namespace aiohttp::detail {

AIOHTTP_DECL DeadlinePool::Handle DeadlinePool::start(const void* owner,
                                                      const ClientTimeout& timeout) {
    if (free_.empty()) {
        entries_.push_back({std::make_unique<Deadline>(executor_, entries_.size()), nullptr});
        free_.reserve(entries_.size());  // so that giving back cannot fail
        free_.push_back(entries_.size() - 1);
    }
    auto& entry = entries_[free_.back()];
    entry.deadline->start(timeout);
    free_.pop_back();
    entry.owner = owner;
    return Handle(entry.deadline.get(), GiveBack{shared_from_this()});
}

AIOHTTP_DECL DeadlinePool::Handle DeadlinePool::start_part(const Deadline& whole) {
    auto part = start(entries_[whole.id()].owner, ClientTimeout::none());
    part->start_part(whole);
    return part;
}

AIOHTTP_DECL void DeadlinePool::GiveBack::operator()(Deadline* deadline) const noexcept {
    deadline->finish();
    pool->entries_[deadline->id()].owner = nullptr;
    pool->free_.push_back(deadline->id());
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
}

AIOHTTP_DECL void DeadlinePool::detach() noexcept {
    for (auto& entry : entries_) {
        entry.deadline->detach();
    }
}

}  // namespace aiohttp::detail
