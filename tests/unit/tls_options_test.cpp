// TlsOptions as a value, and what it refuses at once.

#include <aiohttp/tls.hpp>

#include <string>

#include <boost/asio/ssl/context.hpp>

#include <aiohttp/detail/message/tls_fields.hpp>
#include <aiohttp/error.hpp>
#include <aiohttp/testing/certificate.hpp>

#include "support/catch.hpp"
#include "support/text.hpp"

using aiohttp::TlsOptions;
using aiohttp::TlsVersion;
using aiohttp::ValueError;
using aiohttp::testing::CertificateAuthority;
using aiohttp::testing::CertificateOptions;
using aiohttp::testing::has;

namespace {

const std::string pin = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

template <class Make>
std::string refusal(Make make) {
    try {
        make();
    } catch (const ValueError& error) {
        return error.what();
    }
    return {};
}

}  // namespace

TEST_CASE("TLS options are equal when everything in them is", "[K167]") {
    const auto all = [](const std::string& name) {
        return TlsOptions()
            .add_ca_file("/ca.pem")
            .client_certificate("/me.pem", "/me.key", "secret")
            .server_name(name)
            .min_version(TlsVersion::v1_2)
            .max_version(TlsVersion::v1_3)
            .ciphers("ECDHE-RSA-AES128-GCM-SHA256")
            .ciphersuites("TLS_AES_128_GCM_SHA256")
            .pin_certificate(pin)
            .key_log("/keys");
    };
    CHECK(TlsOptions() == TlsOptions());
    CHECK(all("a") == all("a"));
    CHECK_FALSE(all("a") == all("b"));
    CHECK_FALSE(TlsOptions().ca_file("/a") == TlsOptions().add_ca_file("/a"));
    CHECK_FALSE(TlsOptions().ca_file("/a") == TlsOptions().ca_dir("/a"));
    CHECK_FALSE(TlsOptions().pin_certificate(pin) == TlsOptions().pin_public_key(pin));
    CHECK(TlsOptions().verify(false) == TlsOptions(aiohttp::verify_none));
    CHECK(TlsOptions().verify(false).verify(true) == TlsOptions());
    // A setter changes this one, not its copies.
    TlsOptions first;
    const TlsOptions copy = first;
    first.verify(false);
    CHECK(copy.verifies());
    CHECK_FALSE(first.verifies());
}

TEST_CASE("options with a hook are equal to their copies only", "[K167]") {
    const auto hook = [](ssl_ctx_st*) {};
    const auto options = TlsOptions().native_hook(hook);
    const auto copy = options;
    CHECK(options == copy);
    CHECK_FALSE(options == TlsOptions().native_hook(hook));
    CHECK_FALSE(refusal([] { TlsOptions().native_hook(nullptr); }).empty());
}

TEST_CASE("values that cannot be are refused before any request", "[K167]") {
    CHECK(has(refusal([] { TlsOptions().ca_pem("hello"); }), "no certificate"));
    CHECK(has(refusal([] {
                  TlsOptions().add_ca_pem(
                      "-----BEGIN CERTIFICATE-----\nAAAA\n"
                      "-----END CERTIFICATE-----\n");
              }),
              "malformed"));
    CHECK_FALSE(refusal([] { TlsOptions().ca_file(""); }).empty());
    CHECK_FALSE(refusal([] { TlsOptions().ca_dir(std::string("a\0b", 3)); }).empty());
    CHECK_FALSE(refusal([] { TlsOptions().server_name(std::string("a\0b", 3)); }).empty());
    CHECK(has(refusal([] { TlsOptions().ciphers("NONSENSE"); }), "\"NONSENSE\""));
    CHECK(has(refusal([] { TlsOptions().ciphersuites("TLS_NONSENSE"); }), "TLS_NONSENSE"));
    CHECK_FALSE(refusal([] { TlsOptions().ciphers(""); }).empty());
    CHECK_FALSE(refusal([] {
                    TlsOptions().min_version(TlsVersion::v1_3).max_version(TlsVersion::v1_2);
                }).empty());
    CHECK_FALSE(refusal([] {
                    TlsOptions().max_version(TlsVersion::v1_2).min_version(TlsVersion::v1_3);
                }).empty());
    const auto* const protocol = GENERATE("", "h2", "h3");
    CHECK_FALSE(refusal([&] { TlsOptions().alpn({"http/1.1", protocol}); }).empty());
    CHECK_FALSE(refusal([] { TlsOptions().alpn({std::string(256, 'x')}); }).empty());
    CHECK(has(refusal([] { TlsOptions().pin_certificate(pin.substr(0, 32)); }), "MD5"));
}

TEST_CASE("a client certificate in memory is checked at once", "[K167]") {
    const CertificateAuthority authority;
    const auto mine = authority.issue();
    const auto other = authority.issue();
    const auto encrypted = aiohttp::testing::encrypted_key(mine.key_pem, "secret");
    CHECK_NOTHROW(TlsOptions().client_certificate_pem(mine.chain_pem, mine.key_pem));
    CHECK_NOTHROW(TlsOptions().client_certificate_pem(mine.chain_pem + mine.key_pem));
    CHECK_NOTHROW(TlsOptions().client_certificate_pem(mine.key_pem + mine.chain_pem));
    CHECK_NOTHROW(TlsOptions().client_certificate_pem(mine.chain_pem, encrypted, "secret"));
    const auto with = [&](const std::string& key, const std::string& passphrase) {
        return refusal(
            [&] { TlsOptions().client_certificate_pem(mine.chain_pem, key, passphrase); });
    };
    CHECK(has(with(other.key_pem, ""), "belongs to another certificate"));
    CHECK(has(with(encrypted, ""), "encrypted, and there is no passphrase"));
    CHECK(has(with(encrypted, "wrong"), "passphrase of its key is wrong"));
    CHECK_FALSE(has(with(encrypted, "my passphrase"), "my passphrase"));
    CHECK(has(with("nothing", ""), "no usable private key"));
    CHECK(has(with(encrypted.substr(0, encrypted.size() / 2), "secret"), "client certificate"));
    CHECK(has(refusal([&] { TlsOptions().client_certificate_pem("", mine.key_pem); }),
              "no certificate"));
}

TEST_CASE("what an own context decides itself cannot be set beside it", "[K167]") {
    boost::asio::ssl::context context(boost::asio::ssl::context::tls_client);
    CHECK(has(refusal([&] { TlsOptions(context).ciphers("DEFAULT"); }), "ssl::context"));
    CHECK_FALSE(refusal([&] { TlsOptions(context).verify(true); }).empty());
    CHECK_FALSE(refusal([&] { TlsOptions(context).ca_file("/a"); }).empty());
    CHECK_NOTHROW(TlsOptions(context).pin_certificate(pin).server_name("a").verify_hostname(false));
}
