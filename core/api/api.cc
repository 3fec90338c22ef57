#include "api/api.h"

#include <sys/socket.h>

#include "base/clock.h"
#include "base/tag.h"

namespace sse::api {

namespace {

constexpr std::string_view kUpgradePath = "/relay";

Counter& limited(Metrics& metrics, const char* limit) {
  return metrics.counter("sse_api_limited_total", "publishes and streams refused by a limit", {{"limit", limit}});
}

}  // namespace

ApiMetrics::ApiMetrics(Metrics& metrics)
    : published(metrics.counter("sse_api_published_total", "events accepted from publishers")),
      repeated(metrics.counter("sse_api_repeated_total", "publishes whose idempotency key was known")),
      refused(metrics.counter("sse_api_refused_total", "publishes refused after parsing")),
      streams_deferred(metrics.counter("sse_api_streams_deferred_total", "streams refused for now")),
      resumed(metrics.counter("sse_api_resumed_total", "streams that resumed")),
      resumed_elsewhere(metrics.counter("sse_api_resumed_elsewhere_total", "streams that resumed from another node")),
      returned(metrics.counter("sse_api_returned_total", "events of original nodes that were here before")),
      been_to_ignored(
          metrics.counter("sse_api_been_to_ignored_total", "publishes with a been_to from no original node")),
      undecided(metrics.counter("sse_api_undecided_total", "requests that no auth plugin could decide on then")),
      pages_refused(metrics.counter("sse_api_pages_refused_total", "pages refused, as too many were being made")),
      limited_rate(limited(metrics, "limits.publish_rate")),
      limited_channels(limited(metrics, "limits.channels")),
      limited_clients(limited(metrics, "limits.clients_per_channel")),
      limited_identity(limited(metrics, "limits.streams_per_identity")),
      limited_stream(limited(metrics, "stream.max_channels")) {}

std::string retryAfter() { return std::to_string(1 + base::randomNumber() % 3); }

Api::Api(Node& node, unsigned number, net::EventLoop& loop, stream::Streamer& streamer)
    : node_(node), number_(number), loop_(loop), streamer_(streamer), publisher_(node, loop) {}

void Api::attach(server::HttpServer& server) {
  server_ = &server;
  publisher_.attach(server);
}

std::int64_t Api::nowUs() const { return base::microseconds(loop_.now()); }

void Api::onRequest(server::Exchange& connection, const http::Head& head, std::string_view body) {
  const auto match = router().match(head.method, head.path);
  const auto verb = static_cast<Verb>(match.id);
  const bool publish = match.outcome == http::Match::Outcome::Found && verb == Verb::Publish;
  // Responses leave in the order of requests, so publishes that were only collected are answered first.
  if (!publish) settle();
  // What operators see on their port is for no page of another origin.
  auto lines = connection.admin() ? std::string() : node_.cors.lines(head);
  if (lines != connection.headers()) settle();
  connection.setHeaders(std::move(lines));
  if (head.upgrade && upgrade(connection, head)) return;
  if (match.outcome == http::Match::Outcome::Options) return options(connection, head, match.allow);
  if (match.outcome == http::Match::Outcome::Refused) {
    settle();
    const http::Header allow{"Allow", match.allow};
    return connection.problem(match.problem.status, match.problem.detail, {&allow, match.allow.empty() ? 0U : 1U});
  }
  if (connection.admin() && !onAdminPort(verb)) {
    return connection.problem(404, "path: not served on admin.port");
  }
  Request request{connection, head, body, match, verb};
  handle(request);
}

void Api::handle(Request& request) {
  switch (request.verb) {
    case Verb::Publish:
    case Verb::PublishClient:
    case Verb::PublishAll: return publish(request);
    case Verb::PublishBatch: return publishBatch(request);
    case Verb::Subscribe:
    case Verb::SubscribeMany:
    case Verb::SubscribeClient: return subscribe(request);
    case Verb::Renew: return renew(request);
    case Verb::DeleteClient: return removeClient(request);
    case Verb::DeleteChannel: return removeChannel(request);
    case Verb::Status: return statusPage(request);
    case Verb::Channels: return channelsPage(request);
    case Verb::Channel: return channelPage(request);
    case Verb::Live:
    case Verb::Ready:
    case Verb::Startup: return health(request);
    case Verb::Metrics: return metricsPage(request);
    case Verb::Console: return console(request);
  }
}

void Api::options(server::Exchange& connection, const http::Head& head, std::string_view allow) {
  const std::string lines = connection.admin() ? "" : node_.cors.preflightLines(head, allow);
  connection.setHeaders("");
  auto headers = server::asHeaders(lines);
  headers.push_back({"Allow", allow});
  connection.respond(204, "", "", headers);
}

/// RFC 9110 7.8: an upgrade that nobody here speaks is ignored, and so is one of another path.
bool Api::upgrade(server::Exchange& exchange, const http::Head& head) {
  if (exchange.wholeConnection() == nullptr) return false;
  auto& connection = *exchange.wholeConnection();
  const auto protocol = head.header("Upgrade");
  if (head.method != http::Method::Get || head.path != kUpgradePath || head.minor == 0 || connection.admin() ||
      !node_.claims(protocol))
    return false;
  std::string received;
  const std::string address = connection.address();
  std::string answer = connection.takeUnsent() + "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: ";
  answer += protocol;
  answer += "\r\n\r\n";
  const std::string name(protocol);
  loop_.remove(connection.id().fd);
  auto socket = connection.detach(&received);
  const auto sent = socket.send(answer);
  if (sent == static_cast<ssize_t>(answer.size())) node_.upgraded(name, address, received, std::move(socket));
  return true;
}

}  // namespace sse::api
