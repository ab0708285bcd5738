#pragma once

// What the work "post" sends and gets back.

#include <cstddef>
#include <string>

#include <nlohmann/json.hpp>

namespace bench {

/// About 600 bytes of JSON.
inline nlohmann::json make_order(std::size_t id) {
    nlohmann::json order;
    order["id"] = id;
    order["customer"] = "Ada Lovelace";
    order["express"] = true;
    for (int i = 0; i < 8; ++i) {
        nlohmann::json item;
        item["sku"] = "tea-" + std::to_string(i);
        item["title"] = "Darjeeling, second flush";
        item["count"] = i + 1;
        item["price"] = 12.5;
        order["items"].push_back(std::move(item));
    }
    return order;
}

/// Whether it is the order of that number.
inline bool is_order(const nlohmann::json& order, std::size_t id) {
    return order.at("id").get<std::size_t>() == id && order.at("items").size() == 8 &&
           order.at("items").back().at("price").get<double>() == 12.5;
}

}  // namespace bench
