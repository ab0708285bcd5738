#pragma once

namespace aiohttp::detail {

/// A node of a circular intrusive list, which leaves its list when it is destroyed. A list is
/// represented by one more node.
class ListNode {
public:
    ListNode() noexcept = default;
    ListNode(const ListNode&) = delete;
    ListNode& operator=(const ListNode&) = delete;
    ~ListNode() { unlink(); }

    /// The node alone, or the list empty.
    [[nodiscard]] bool alone() const noexcept { return next_ == this; }
    [[nodiscard]] ListNode* next() const noexcept { return next_; }

    void unlink() noexcept {
        prev_->next_ = next_;
        next_->prev_ = prev_;
        prev_ = next_ = this;
    }

    /// Moves `node` from where it is to the end of this list.
    void push_back(ListNode& node) noexcept {
        node.unlink();
        node.prev_ = prev_;
        node.next_ = this;
        prev_->next_ = &node;
        prev_ = &node;
    }

    /// Calls visit(node) for each node of the list. Whatever visit does to the list, every node
    /// that was there and still is gets its call, and no other.
    template <typename Visit>
    void for_each(Visit visit) {
        ListNode rest;
        while (!alone()) {
            rest.push_back(*next_);
        }
        while (!rest.alone()) {
            ListNode* const node = rest.next();
            push_back(*node);
            visit(*node);
        }
    }

private:
    ListNode* prev_ = this;
    ListNode* next_ = this;
};

}  // namespace aiohttp::detail
