#pragma once

#include <cstddef>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/execution_context.hpp>

#include <aiohttp/detail/client/group.hpp>
#include <aiohttp/detail/client/list_node.hpp>

namespace aiohttp::detail {

/// The groups with running children on an io_context made by run(), which cancels them at the
/// end. Other io_contexts have no registry.
class GroupRegistry : public boost::asio::execution_context::service {
public:
    using key_type = GroupRegistry;
    inline static boost::asio::execution_context::id id;

    explicit GroupRegistry(boost::asio::execution_context& context) : service(context) {}

    static void add(const boost::asio::any_io_executor& executor,
                    TaskGroup::Registration& registration);

    [[nodiscard]] bool empty() const noexcept { return groups_.alone(); }
    /// Returns how many there were.
    std::size_t cancel_all();

private:
    void shutdown() noexcept override {}

    ListNode groups_;
};

}  // namespace aiohttp::detail
