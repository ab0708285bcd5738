// Which addresses belong to hosts of the public Internet.

#include <string>
#include <string_view>

#include <aiohttp/address_guard.hpp>
#include <aiohttp/detail/core/address_ranges.hpp>

#include "support/catch.hpp"

using aiohttp::is_public_address;
using aiohttp::no_private_addresses;
using aiohttp::ResolvedHost;

TEST_CASE("hosts of the Internet are public, just outside of every special range too") {
    for (const std::string_view address :
         {"1.1.1.1",          "8.8.8.8",         "9.255.255.255",   "11.0.0.0",
          "100.63.255.255",   "100.128.0.0",     "126.255.255.255", "128.0.0.0",
          "169.253.255.255",  "169.255.0.0",     "172.15.255.255",  "172.32.0.0",
          "191.255.255.255",  "192.0.1.0",       "192.0.3.0",       "192.88.98.255",
          "192.88.100.0",     "192.167.255.255", "192.169.0.0",     "198.17.255.255",
          "198.20.0.0",       "198.51.99.255",   "198.51.101.0",    "203.0.112.255",
          "203.0.114.0",      "223.255.255.255", "2606:4700::1111", "2001:4860:4860::8888",
          "2001:200::1",      "2a00:1450::1",    "2001:db7:ffff::", "2001:db9::",
          "2003::1",          "3fff:1000::1",    "::ffff:8.8.8.8",  "::ffff:808:808",
          "64:ff9b::8.8.8.8", "2002:808:808::1"}) {
        INFO(address);
        CHECK(is_public_address(address));
    }
}

TEST_CASE("addresses of the own machine and network are not public") {
    for (const std::string_view address :
         {"0.0.0.0",      "0.255.255.255",   "10.0.0.0",   "10.255.255.255",
          "100.64.0.0",   "100.127.255.255", "127.0.0.1",  "127.255.255.255",
          "169.254.0.0",  "169.254.169.254", "172.16.0.0", "172.31.255.255",
          "192.0.0.1",    "192.0.0.192",     "192.0.2.1",  "192.88.99.1",
          "192.168.0.0",  "192.168.255.255", "198.18.0.0", "198.19.255.255",
          "198.51.100.1", "203.0.113.255",   "224.0.0.1",  "239.255.255.255",
          "240.0.0.1",    "255.255.255.255", "::",         "::1",
          "fe80::1",      "fe80::1%eth0",    "febf::1",    "fec0::1",
          "fc00::1",      "fdff:ffff::1",    "ff02::1",    "ff0e::1",
          "100::1",       "2001:db8::1",     "2001::1",    "2001:1ff::1",
          "3ffe::1",      "3fff:fff::1",     "5f00::1",    "4000::1"}) {
        INFO(address);
        CHECK_FALSE(is_public_address(address));
    }
}

TEST_CASE("an IPv6 address that carries a private IPv4 address is not public") {
    for (const std::string_view address :
         {"::ffff:127.0.0.1", "::ffff:7f00:1", "::ffff:0.0.0.0", "::FFFF:10.1.2.3",
          "::ffff:169.254.169.254", "0:0:0:0:0:ffff:7f00:1", "64:ff9b::10.0.0.1", "64:ff9b::7f00:1",
          "64:ff9b:1::8.8.8.8", "2002:7f00:1::1", "2002:a00:1::", "2002:c0a8:101::1", "2002::1",
          "::127.0.0.1", "::8.8.8.8", "::ffff:0:8.8.8.8", "2001:0:808:808::1"}) {
        INFO(address);
        CHECK_FALSE(is_public_address(address));
    }
}

TEST_CASE("what is no address is not public") {
    using namespace std::string_literals;
    for (const std::string_view address :
         {""s, "8.8.8"s, "8.8.8.8."s, "8.8.8.8:80"s, "08.8.8.8"s, "0x08080808"s, "134744072"s,
          "8.8.8.8\0"s, "[2606:4700::1]"s, "2606:4700::1::2"s, ":::"s, "example.com"s, " 8.8.8.8"s,
          "8.8.8.8%eth0"s, "2606:4700:4700:4700:4700:4700:4700:4700:4700"s,
          std::string(1000, '1')}) {
        INFO(address);
        CHECK_FALSE(is_public_address(address));
    }
}

TEST_CASE("the ready-made guard looks at the address, not at the name") {
    const auto guard = no_private_addresses();
    ResolvedHost host;
    host.hostname = "example.com";
    host.address = "10.0.0.1";
    CHECK_FALSE(guard(host));
    host.hostname = "localhost";
    host.address = "1.1.1.1";
    CHECK(guard(host));
}
