#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace aiohttp::testing {

/// A certificate and its key, all PEM.
struct Certificate {
    std::string certificate_pem;  ///< The certificate itself.
    std::string key_pem;          ///< Its private key, not encrypted.
    std::string chain_pem;        ///< The certificate, then the authorities above it, if any.
    std::string authority_pem;    ///< What a client has to trust: the authority, or itself.
};

/// What goes into a certificate. The default is a good one for localhost, 127.0.0.1 and ::1,
/// valid from an hour ago for 30 days; every setter can make it wrong in one way.
class CertificateOptions {
public:
    CertificateOptions();

    /// DNS names of the subject alternative name; a wildcard is written "*.example.com".
    CertificateOptions& dns_names(std::vector<std::string> names);

    /// IP literals of the subject alternative name.
    CertificateOptions& ip_addresses(std::vector<std::string> addresses);

    /// The subject's common name. Default: the first DNS name, or else the first address.
    CertificateOptions& common_name(std::string name);

    /// Leaves the subject alternative name out: only the common name is left, which clients must
    /// not accept.
    CertificateOptions& common_name_only(std::string name);

    /// When validity begins, from now; default -1 h. Later than now: not yet valid.
    CertificateOptions& not_before(std::chrono::seconds offset);

    /// When validity ends, from now; default 30 days. Earlier than now: expired.
    CertificateOptions& not_after(std::chrono::seconds offset);

    /// A certificate that ended an hour ago.
    CertificateOptions& expired();

    /// A certificate that begins in an hour.
    CertificateOptions& not_yet_valid();

    /// Extended key usage as OpenSSL spells it: "serverAuth" (default), "clientAuth", or both
    /// with a comma. "clientAuth" alone is wrong for a server. Empty: no such extension.
    CertificateOptions& extended_key_usage(std::string usage);

    /// An RSA key of this size instead of an EC P-256 key; 1024 is too weak for today's clients.
    CertificateOptions& rsa_bits(int bits);

    /// The hash that is signed, as OpenSSL names it; default "SHA256". "SHA1" and "MD5" are too
    /// weak for today's clients.
    CertificateOptions& digest(std::string name);

    /// What has been set, for those who make the certificate.
    struct Fields {
        std::vector<std::string> dns_names{"localhost"};
        std::vector<std::string> ip_addresses{"127.0.0.1", "::1"};
        std::string common_name;
        std::string extended_key_usage = "serverAuth";
        std::string digest = "SHA256";
        int rsa_bits = 0;
        std::chrono::seconds not_before = -std::chrono::hours(1);
        std::chrono::seconds not_after = std::chrono::hours(24 * 30);
    };
    const Fields& fields() const { return fields_; }

private:
    Fields fields_;
};

/// A certificate authority made on the spot, with an EC P-256 key (well under a millisecond) or an
/// RSA key, which MD5 signatures need.
/// Not thread-safe. Every member that makes something throws std::runtime_error naming the step
/// and OpenSSL's reason.
class CertificateAuthority {
public:
    explicit CertificateAuthority(std::string common_name = "aiohttp test authority",
                                  int rsa_bits = 0);
    CertificateAuthority(CertificateAuthority&&) noexcept;
    CertificateAuthority& operator=(CertificateAuthority&&) noexcept;
    ~CertificateAuthority();

    /// Makes a new key and a certificate for it, signed by this authority.
    Certificate issue(const CertificateOptions& options = CertificateOptions()) const;

    /// Makes an authority that this one has signed. What that one issues brings the chain along
    /// and asks for trust in this one. `constraints`: for which names it may sign, as OpenSSL
    /// spells them, e.g. "critical,permitted;DNS:example.com"; empty: for all.
    CertificateAuthority intermediate(std::string common_name = "aiohttp intermediate authority",
                                      const std::string& constraints = {}) const;

    /// What a client has to trust: this authority's own certificate, or that of the authority at
    /// the root for an intermediate one.
    const std::string& pem() const;

private:
    struct Impl;
    explicit CertificateAuthority(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

/// A certificate that signs itself: nobody trusts it, unless told so by its own PEM. Throws as
/// CertificateAuthority does.
Certificate self_signed(const CertificateOptions& options = CertificateOptions());

/// The key encrypted with a passphrase: "ENCRYPTED PRIVATE KEY" in PEM. Throws as
/// CertificateAuthority does.
std::string encrypted_key(const std::string& key_pem, const std::string& passphrase);

/// Certificate, key and chain as PKCS#12 with a passphrase; no text, but bytes. Throws likewise.
std::string pkcs12(const Certificate& certificate, const std::string& passphrase);

/// A file with a name of its own in the directory for temporary files, readable by its owner
/// alone, gone with this object.
class TemporaryFile {
public:
    /// Writes the content. The name ends in `suffix`. Throws std::system_error with the path.
    explicit TemporaryFile(std::string_view content = {}, std::string_view suffix = {});
    TemporaryFile(TemporaryFile&& other) noexcept;
    TemporaryFile& operator=(TemporaryFile&& other) noexcept;
    ~TemporaryFile();

    /// Where it is: an absolute path.
    const std::filesystem::path& path() const { return path_; }

private:
    std::filesystem::path path_;
};

/// PEM text as a file, for interfaces that take paths.
TemporaryFile write_pem(std::string_view pem);

}  // namespace aiohttp::testing
