#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

struct ssl_ctx_st;

namespace boost::asio::ssl {
class context;
}

namespace aiohttp {

namespace detail {
struct TlsFields;
}

/// The type of verify_none.
struct VerifyNone {};

/// `ssl = verify_none`: neither the certificate chain nor the host name is checked (aiohttp's
/// ssl=False). For tests; it makes TLS worth nothing against an active attacker.
inline constexpr VerifyNone verify_none{};

/// The versions of TLS. Those before 1.2 are broken, and OpenSSL speaks them only with
/// `ciphers("DEFAULT@SECLEVEL=0")`.
enum class TlsVersion : std::uint8_t { v1_0, v1_1, v1_2, v1_3 };

/// How a TLS connection is made. The default checks the chain against the system's trust store
/// and the certificate's names (or IP addresses) against the host (RFC 9110 4.3.4), asks for TLS
/// 1.2 or newer and for OpenSSL's security level 2 (RSA keys of 2048 bits, no SHA-1 signatures),
/// and resumes sessions. A cheap value; set in a chain. Connections of different options are never
/// shared; equal options share connections, sessions and one OpenSSL context.
///
/// Setters throw ValueError for what can be seen to be wrong without reading a file. A file that
/// cannot be read, or has the wrong contents, fails the request with ClientConnectorSSLError,
/// which names it. Files are read when a connector first meets the options.
class TlsOptions {
public:
    /// The system's trust store; everything checked.
    TlsOptions();
    /// Nothing checked.
    TlsOptions(VerifyNone);
    /// The caller's own context, as it is; only SNI and, when the context verifies the peer, the
    /// host name check are added, and pins. The context object may go away before the connections
    /// do. Setters that would change it throw ValueError; sessions are not resumed.
    TlsOptions(boost::asio::ssl::context& context);
    TlsOptions(const TlsOptions&) noexcept;
    TlsOptions(TlsOptions&&) noexcept;
    TlsOptions& operator=(const TlsOptions&) noexcept;
    TlsOptions& operator=(TlsOptions&&) noexcept;
    ~TlsOptions();

    /// Trusts the certificates of a PEM file instead of the system's. Together with other ca_...
    /// and add_ca_...: all of them are trusted.
    TlsOptions& ca_file(std::string path) &;
    TlsOptions&& ca_file(std::string path) && { return std::move(ca_file(std::move(path))); }
    /// The same for all PEM files in a directory; other files there are passed over.
    TlsOptions& ca_dir(std::string path) &;
    TlsOptions&& ca_dir(std::string path) && { return std::move(ca_dir(std::move(path))); }
    /// The same for a PEM text.
    TlsOptions& ca_pem(std::string pem) &;
    TlsOptions&& ca_pem(std::string pem) && { return std::move(ca_pem(std::move(pem))); }
    /// Trusts the certificates of a PEM file, too: beside the system's or what ca_...() said.
    TlsOptions& add_ca_file(std::string path) &;
    TlsOptions&& add_ca_file(std::string path) && {
        return std::move(add_ca_file(std::move(path)));
    }
    /// The same for all PEM files in a directory.
    TlsOptions& add_ca_dir(std::string path) &;
    TlsOptions&& add_ca_dir(std::string path) && { return std::move(add_ca_dir(std::move(path))); }
    /// The same for a PEM text.
    TlsOptions& add_ca_pem(std::string pem) &;
    TlsOptions&& add_ca_pem(std::string pem) && { return std::move(add_ca_pem(std::move(pem))); }

    /// The certificate that servers get who ask for one, in PEM files: the certificate, then those
    /// of the authorities between it and one that the server knows; and its private key, by default
    /// in the same file, decrypted with the passphrase when it is encrypted.
    TlsOptions& client_certificate(std::string file,
                                   std::string key_file = {},
                                   std::string passphrase = {}) &;
    TlsOptions&& client_certificate(std::string file,
                                    std::string key_file = {},
                                    std::string passphrase = {}) && {
        return std::move(
            client_certificate(std::move(file), std::move(key_file), std::move(passphrase)));
    }
    /// The same as PEM texts. ValueError also when the key is another certificate's, and for a
    /// wrong passphrase.
    TlsOptions& client_certificate_pem(std::string pem,
                                       std::string key_pem = {},
                                       std::string passphrase = {}) &;
    TlsOptions&& client_certificate_pem(std::string pem,
                                        std::string key_pem = {},
                                        std::string passphrase = {}) && {
        return std::move(
            client_certificate_pem(std::move(pem), std::move(key_pem), std::move(passphrase)));
    }
    /// The same in a PKCS#12 file (.p12, .pfx).
    TlsOptions& client_certificate_pkcs12(std::string file, std::string passphrase = {}) &;
    TlsOptions&& client_certificate_pkcs12(std::string file, std::string passphrase = {}) && {
        return std::move(client_certificate_pkcs12(std::move(file), std::move(passphrase)));
    }

    /// Whether chain and host name are checked; default true. See verify_none.
    TlsOptions& verify(bool on) &;
    TlsOptions&& verify(bool on) && { return std::move(verify(on)); }
    /// Whether the certificate must be for the host; default true. With false any certificate of
    /// a trusted authority will do, for any host. server_name() is the better way as a rule.
    TlsOptions& verify_hostname(bool on) &;
    TlsOptions&& verify_hostname(bool on) && { return std::move(verify_hostname(on)); }
    /// What SNI names and the certificate must be for, instead of the URL's host. A request's
    /// server_hostname() goes before it. Default: empty, the URL's host.
    TlsOptions& server_name(std::string name) &;
    TlsOptions&& server_name(std::string name) && {
        return std::move(server_name(std::move(name)));
    }

    /// The oldest version spoken; default TLS 1.2. ValueError when it is above max_version.
    TlsOptions& min_version(TlsVersion version) &;
    TlsOptions&& min_version(TlsVersion version) && { return std::move(min_version(version)); }
    /// The newest version spoken; default the newest that OpenSSL knows.
    TlsOptions& max_version(TlsVersion version) &;
    TlsOptions&& max_version(TlsVersion version) && { return std::move(max_version(version)); }
    /// The ciphers of TLS 1.2 and older, in OpenSSL's notation; default OpenSSL's.
    TlsOptions& ciphers(std::string list) &;
    TlsOptions&& ciphers(std::string list) && { return std::move(ciphers(std::move(list))); }
    /// The ciphers of TLS 1.3, e.g. "TLS_AES_128_GCM_SHA256"; default OpenSSL's.
    TlsOptions& ciphersuites(std::string list) &;
    TlsOptions&& ciphersuites(std::string list) && {
        return std::move(ciphersuites(std::move(list)));
    }
    /// The protocols offered by ALPN (RFC 7301); default "http/1.1", and it is an error when the
    /// server chooses one that was not offered. Empty: no ALPN. ValueError for HTTP/2 and 3.
    TlsOptions& alpn(std::vector<std::string> protocols) &;
    TlsOptions&& alpn(std::vector<std::string> protocols) && {
        return std::move(alpn(std::move(protocols)));
    }

    /// Pins a server's certificate: it must have this SHA-256 hash (aiohttp's Fingerprint), given
    /// as 32 bytes or 64 hexadecimal digits, with or without colons. Several pins, of certificates
    /// and keys: one of them must fit. Pins come on top of the other checks. A server without any
    /// throws ServerFingerprintMismatch. ValueError for a hash of another size (MD5, SHA-1).
    TlsOptions& pin_certificate(std::string_view sha256) &;
    TlsOptions&& pin_certificate(std::string_view sha256) && {
        return std::move(pin_certificate(sha256));
    }
    /// Pins a server's public key (the SubjectPublicKeyInfo), which may stay when the certificate
    /// is renewed: "sha256/" and the hash in base64, as in curl and OkHttp, or as above.
    TlsOptions& pin_public_key(std::string_view sha256) &;
    TlsOptions&& pin_public_key(std::string_view sha256) && {
        return std::move(pin_public_key(sha256));
    }
    /// Makes the pins replace the check of chain and host name, as aiohttp's Fingerprint does: for
    /// servers with certificates that nobody signed. Without a pin no connection is made.
    TlsOptions& pin_instead_of_verifying() &;
    TlsOptions&& pin_instead_of_verifying() && { return std::move(pin_instead_of_verifying()); }

    /// Whether a session is resumed when there is one of the same options, host, port and name;
    /// default true. That saves a round trip in TLS 1.2, and the server's certificate.
    TlsOptions& session_resumption(bool on) &;
    TlsOptions&& session_resumption(bool on) && { return std::move(session_resumption(on)); }
    /// Appends the secrets of every connection to a file, for Wireshark (NSS key log format).
    /// Whoever has the file can read the traffic. It is made with mode 0600.
    TlsOptions& key_log(std::string path) &;
    TlsOptions&& key_log(std::string path) && { return std::move(key_log(std::move(path))); }
    /// The same, to the file that the environment's SSLKEYLOGFILE names, if it does.
    TlsOptions& key_log_from_environment(bool on = true) &;
    TlsOptions&& key_log_from_environment(bool on = true) && {
        return std::move(key_log_from_environment(on));
    }
    /// What there is no setter for: `hook` gets the SSL_CTX, last of all. Options with a hook are
    /// equal to their copies only. What it throws fails the request with ClientConnectorSSLError.
    TlsOptions& native_hook(std::function<void(ssl_ctx_st*)> hook) &;
    TlsOptions&& native_hook(std::function<void(ssl_ctx_st*)> hook) && {
        return std::move(native_hook(std::move(hook)));
    }

    bool operator==(const TlsOptions& other) const;

    /// Whether the chain of certificates is checked.
    bool verifies() const noexcept;
    /// The caller's SSL_CTX, or null.
    void* native_context() const noexcept;
    /// What was set, for the library.
    const detail::TlsFields& fields() const noexcept;

private:
    template <class Change>
    TlsOptions& change(const Change& change);
    template <class Change>
    TlsOptions& change_context(const char* what, const Change& change);

    std::shared_ptr<const detail::TlsFields> fields_;  // null: the default
};

}  // namespace aiohttp
