#include <algorithm>

#include "api/api.h"
#include "api/forwarded.h"
#include "http/head_parser.h"

namespace sse::api {

std::optional<Decision> Api::authorize(Request& request, Action action, std::span<const std::string_view> channels,
                                       std::string_view client) {
  auto decision = decide(request, action, channels, client);
  if (!decision || decision->verdict == Decision::Verdict::Allow) return decision;
  refuse(request, action, *decision);
  return std::nullopt;
}

std::optional<Decision> Api::decide(Request& request, Action action, std::span<const std::string_view> channels,
                                    std::string_view client) {
  if (request.learned.decision) return request.learned.decision;
  const auto credentials = credentialsOf(request.head, node_.auth_cookie);
  if (!credentials) {
    settle();
    request.connection.problem(400, credentials.error().text);
    return std::nullopt;
  }
  auto promise = std::make_shared<Done>();
  auto decision = ask(request, *credentials, action, channels, client, [promise](const Decision& answer) {
    if (*promise) (*promise)([&](Learned& learned) { learned.decision = answer; });
  });
  if (decision.verdict != Decision::Verdict::Later) return decision;
  later(request, [&](Done done) { *promise = std::move(done); });
  return std::nullopt;
}

Decision Api::ask(const Request& request, const Credentials& credentials, Action action,
                  std::span<const std::string_view> channels, std::string_view client,
                  std::function<void(const Decision&)> answer) {
  const std::string address = remoteAddress(request);
  AuthRequest question;
  question.action = action;
  question.method = request.head.method_text;
  question.channels = channels;
  question.client = client;
  question.remote_address = address;
  credentials.putInto(question, node_.auth_cookie);
  if (const auto* tls = request.connection.tls()) question.certificate = tls->clientCertificate();
  question.headers = request.head.headers();
  // A plugin that says Later may answer before the request has been kept, so answers go through the loop.
  return node_.auth->check(question, [answer = std::move(answer), loop = &loop_](Decision decision) {
    loop->post([answer, decision = AuthChain::settled(std::move(decision))] { answer(decision); });
  });
}

void Api::refuse(Request& request, Action action, const Decision& decision) {
  settle();
  if (decision.verdict == Decision::Verdict::Unavailable) {
    const bool stream = action == Action::Subscribe && request.verb != Verb::Renew;
    node_.counters->undecided.add();
    if (stream) return refuseForNow(request, decision.reason);
    const std::string seconds = retryAfter();
    const http::Header retry{"Retry-After", seconds};
    return request.connection.problem(503, decision.reason, {&retry, 1});
  }
  const bool unknown = decision.verdict == Decision::Verdict::Unauthorized;
  const std::string challenge = decision.challenge.empty() ? "Bearer" : decision.challenge;
  const http::Header header{"WWW-Authenticate", challenge};
  request.connection.problem(unknown ? 401 : 403, decision.reason, {&header, 1});
}

std::string Api::remoteAddress(const Request& request) const {
  return clientAddress(request.head, request.connection.origin().address, node_.trusted_proxies);
}

bool Api::refuseForeign(Request& request) {
  if (!node_.cors.foreign(request.head)) return false;
  settle();
  request.connection.problem(403,
                             "origin: expected one that http.cors.origins lists; pages of others may not do this here");
  return true;
}

void Api::later(Request& request, const std::function<void(Done done)>& start) {
  settle();
  const auto raw = std::make_shared<std::string>(request.connection.request());
  const auto id = request.connection.hold();
  start([this, raw, id, learned = request.learned](const std::function<void(Learned&)>& add) mutable {
    add(learned);
    again(id, *raw, std::move(learned));
  });
}

/// The request is parsed once more: keeping its text is simpler, and no larger, than keeping what was made of it.
void Api::again(server::ConnectionId id, const std::string& raw, Learned learned) {
  server::Exchange* connection = server_->find(id);
  if (connection == nullptr) return;
  http::Head head;
  http::Problem problem;
  std::size_t head_size = 0;
  if (http::HeadParser::parse(raw, raw.size(), head, head_size, problem) != http::Parse::Done) return;
  std::string body = raw.substr(head_size);
  if (head.chunked) {
    http::ChunkedDecoder decoder;
    std::string decoded;
    std::size_t used = 0;
    if (decoder.feed(body, body.size(), decoded, used, problem) != http::Parse::Done) return;
    body = std::move(decoded);
  }
  const auto match = router().match(head.method, head.path);
  Request request{*connection, head, body, match, static_cast<Verb>(match.id), std::move(learned)};
  server::HttpServer::reopen(*connection);
  handle(request);
  settle();
  if (!connection->held()) server_->answered(*connection);
}

}  // namespace sse::api
