#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <aiohttp/detail/config.hpp>
#include <aiohttp/detail/core/ascii.hpp>
#include <aiohttp/detail/core/error_details.hpp>
#include <aiohttp/detail/core/quote.hpp>
#include <aiohttp/detail/protocol/digest_challenge.hpp>
#include <aiohttp/detail/protocol/digest_response.hpp>
#include <aiohttp/detail/protocol/message_digest.hpp>
#include <aiohttp/digest_auth.hpp>
#include <aiohttp/error.hpp>

namespace aiohttp {

namespace detail {

/// What the copies of a DigestAuthMiddleware share.
class DigestState {
public:
    DigestState(std::string login, std::string password, bool preemptive)
        : login_(std::move(login)), password_(std::move(password)), preemptive_(preemptive) {}

    /// Whether requests to `url` are its business; the first one decides.
    bool is_for(const Url& url);
    /// Whether the request can be authenticated without being asked.
    bool may_begin(const Url& url) const;
    /// Takes the challenge of a 401; false when Digest is not offered. Throws for one that cannot
    /// be answered.
    bool take_challenge(const ClientResponse& response, const aiohttp::ClientRequest& request);
    bool stale() const noexcept { return session_ && session_->challenge.stale; }
    void take_next_nonce(const ClientResponse& response);
    std::shared_ptr<DigestSession> session() const noexcept { return session_; }
    std::string authorization(DigestSession& session,
                              const aiohttp::ClientRequest& request,
                              std::string_view body_hash) const;

    std::function<std::string()> make_cnonce = &random_cnonce;

private:
    std::string login_;
    std::string password_;
    bool preemptive_;
    Url origin_;
    std::vector<Url> space_;  // empty: the whole origin
    std::shared_ptr<DigestSession> session_;
};

AIOHTTP_DECL bool DigestState::is_for(const Url& url) {
    if (origin_.empty()) {
        origin_ = url;
    }
    return url.same_origin(origin_);
}

/// Whether a path is `space` or below it.
AIOHTTP_DECL bool is_within(std::string_view path, std::string_view space) noexcept {
    return path.starts_with(space) &&
           (path.size() == space.size() || space.ends_with('/') || path[space.size()] == '/');
}

AIOHTTP_DECL bool DigestState::may_begin(const Url& url) const {
    if (!preemptive_ || !session_) {
        return false;
    }
    return session_->challenge.domain.empty() || std::ranges::any_of(space_, [&](const Url& in) {
               return in.same_origin(url) && is_within(url.path(), in.path());
           });
}

/// The URLs of a challenge's domain, the ones that can be parsed.
AIOHTTP_DECL std::vector<Url> space_of(std::string_view domain, const Url& base) {
    std::vector<Url> space;
    while (!domain.empty()) {
        const auto blank = std::min(domain.find_first_of(" \t"), domain.size());
        Url reference;
        if (blank > 0 && !Url::parse(domain.substr(0, blank), reference)) {
            space.push_back(base.join(reference));
        }
        domain.remove_prefix(std::min(blank + 1, domain.size()));
    }
    return space;
}

[[noreturn]] AIOHTTP_DECL void refuse_challenge(const ClientResponse& response,
                                                const aiohttp::ClientRequest& request,
                                                std::string problem) {
    ErrorDetails details;
    details.kind = errc::malformed_response;
    details.method = request.method();
    details.url = request.url().display();
    details.status = response.status();
    details.reason = problem;
    details.headers = response.headers();
    details.what = std::move(problem);
    make_error(std::move(details)).raise();
}

AIOHTTP_DECL bool DigestState::take_challenge(const ClientResponse& response,
                                              const aiohttp::ClientRequest& request) {
    const auto fields = response.headers().getall("www-authenticate");
    const auto challenges = parse_challenges(fields);
    std::string problem;
    auto challenge = choose_digest(challenges, problem);
    if (!problem.empty()) {
        refuse_challenge(response, request, std::move(problem));
    }
    if (!challenge) {
        return false;
    }
    space_ = space_of(challenge->domain, request.url());
    session_ =
        std::make_shared<DigestSession>(std::move(*challenge), session_.get(), make_cnonce());
    return true;
}

AIOHTTP_DECL void DigestState::take_next_nonce(const ClientResponse& response) {
    const auto info = response.headers().get("authentication-info");
    if (!session_ || !info) {
        return;
    }
    const auto params = parse_auth_params(*info);
    const auto* const nonce = find_param(params, "nextnonce");
    if (nonce != nullptr && !nonce->empty() && *nonce != session_->nonce) {
        session_->nonce = *nonce;
        session_->used = 0;
    }
}

AIOHTTP_DECL std::string DigestState::authorization(DigestSession& session,
                                                    const aiohttp::ClientRequest& request,
                                                    std::string_view body_hash) const {
    const auto uri = request.url().target();
    DigestRequest answer;
    answer.login = login_;
    answer.password = password_;
    answer.method = request.method();
    answer.uri = uri;
    answer.body_hash = body_hash;
    return session.answer(answer, make_cnonce);
}

/// The hash of the body for qop=auth-int; nullopt when the body cannot be read twice.
AIOHTTP_DECL boost::asio::awaitable<std::optional<std::string>> hash_body(HashFunction function,
                                                                          BodySource* body) {
    MessageDigest digest(function);
    const auto memory = body != nullptr ? body->in_memory() : std::string_view();
    if (memory) {
        digest.update(*memory);
        co_return digest.hex();
    }
    if (!body->rewind()) {
        co_return std::nullopt;
    }
    while (const auto piece = co_await body->next()) {
        digest.update(*piece);
    }
    body->rewind();
    co_return digest.hex();
}

/// Gives the request credentials for the challenge at hand.
AIOHTTP_DECL boost::asio::awaitable<void> authenticate(const DigestState& state,
                                                       aiohttp::ClientRequest& request) {
    const auto session = state.session();
    std::string body_hash;
    if (session->challenge.auth_int) {
        auto hash = co_await hash_body(session->challenge.hash, request.body());
        if (!hash && !session->challenge.auth) {
            with_request(make_error(errc::body_not_resendable, Phase::none,
                                    "qop=auth-int hashes the body, which cannot be rewound"),
                         request.method(), request.url().display())
                .raise();
        }
        body_hash = std::move(hash).value_or(std::string());
    }
    request.headers().set("Authorization", state.authorization(*session, request, body_hash));
}

AIOHTTP_DECL boost::asio::awaitable<ClientResponse> run_digest(std::shared_ptr<DigestState> state,
                                                               aiohttp::ClientRequest& request,
                                                               Next next) {
    if (state->may_begin(request.url())) {
        co_await authenticate(*state, request);
    }
    auto response = co_await next(request);
    for (int tries = 1; response.status() == 401; ++tries) {
        // Another middleware may have sent it elsewhere.
        const bool challenged =
            state->is_for(request.url()) && state->take_challenge(response, request);
        if (!challenged || tries == 3 || (tries == 2 && !state->stale())) {
            break;
        }
        co_await authenticate(*state, request);
        response = co_await next(request);
    }
    state->take_next_nonce(response);
    co_return response;
}

}  // namespace detail

AIOHTTP_DECL DigestAuthMiddleware::DigestAuthMiddleware(const std::string& login,
                                                        const std::string& password,
                                                        bool preemptive)
    : state_(std::make_shared<detail::DigestState>(login, password, preemptive)) {
    const bool expressible = std::ranges::none_of(
        login, [](char c) { return c == ':' || detail::is_forbidden_in_value(c); });
    if (!expressible) {
        throw ValueError("the login " + detail::quote(login) +
                         " has a \":\" or a control character, which Digest authentication cannot "
                         "express");
    }
}

AIOHTTP_DECL DigestAuthMiddleware& DigestAuthMiddleware::cnonce(std::function<std::string()> make) {
    state_->make_cnonce = std::move(make);
    return *this;
}

AIOHTTP_DECL boost::asio::awaitable<ClientResponse> DigestAuthMiddleware::operator()(
    ClientRequest& request, Next next) const {
    return state_->is_for(request.url()) ? detail::run_digest(state_, request, std::move(next))
                                         : next(request);
}

}  // namespace aiohttp
