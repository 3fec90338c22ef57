#include <algorithm>

#include "api/api.h"
#include "api/http_status.h"
#include "http/uri.h"

namespace sse::api {
namespace {

constexpr std::size_t kMaxLastId = 256;

/// What a client sends by mistake in the query is told, not passed over: it would look like a loss.
std::string queryProblem(std::string_view query) {
  const auto last = http::param(query, "last");
  const auto id = http::param(query, "last_event_id");
  if (!last || !id) return "query: bad percent escape";
  if (!*last) return {};
  const bool number =
      !(*last)->empty() && (*last)->size() <= 9 && (*last)->find_first_not_of("0123456789") == std::string::npos;
  return number ? "" : "last: expected a whole number, got \"" + **last + "\"";
}

bool acceptsStream(const http::Head& head) {
  constexpr std::string_view kType = "text/event-stream";
  const auto accept = head.header("Accept");
  for (std::size_t at = 0; at + kType.size() <= accept.size(); ++at) {
    if (http::sameWithoutCase(accept.substr(at, kType.size()), kType)) return true;
  }
  return false;
}

}  // namespace

Result<std::vector<std::string>> Api::channelsOf(const Request& request) const {
  if (request.verb != Verb::SubscribeMany) return std::vector<std::string>{std::string(request.match.param(0))};
  auto named = http::params(request.head.query, "channel");
  if (!named) return named.error();
  std::vector<std::string> channels;
  for (auto& name : *named) {
    if (auto checked = http::checkName(name); !checked)
      return Error{checked.error().code, "channel: " + checked.error().text};
    if (std::ranges::find(channels, name) == channels.end()) channels.push_back(std::move(name));
  }
  const std::size_t limit = streamer_.settings().max_channels;
  if (channels.empty()) return Error{Code::InvalidArgument, "channel: expected at least one, as in ?channel=news"};
  if (channels.size() > limit) {
    node_.counters->limited_stream.add();
    return Error{Code::InvalidArgument, "channel: expected at most " + std::to_string(limit) +
                                            " (stream.max_channels), got " + std::to_string(channels.size())};
  }
  return channels;
}

void Api::subscribe(Request& request) {
  auto& connection = request.connection;
  auto channels = channelsOf(request);
  if (!channels) return connection.problem(httpStatus(channels.error().code), channels.error().text);
  if (const auto problem = queryProblem(request.head.query); !problem.empty()) return connection.problem(400, problem);
  const std::vector<std::string_view> names(channels->begin(), channels->end());
  const std::string_view client = request.verb == Verb::SubscribeClient ? request.match.param(1) : std::string_view();
  const auto who = authorize(request, Action::Subscribe, names, client);
  if (!who) return;
  if (!client.empty() && !who->anonymous && client != who->identity) {
    return connection.problem(403, "client: expected the identity of the credentials, which alone may have it");
  }
  const auto state = node_.state.load(std::memory_order_acquire);
  if (state == NodeState::Starting) return refuseForNow(request, "node: starting");
  if (state >= NodeState::Closing) return refuseForNow(request, "node: draining");
  if (connection.overload()) return refuseForNow(request, "connections: a limit is reached");
  if (request.head.method == http::Method::Head) {
    const http::Header lines[] = {{"Cache-Control", "no-store"}, {"X-Accel-Buffering", "no"}};
    return connection.respond(200, "text/event-stream", "", lines);
  }
  const bool resumes = !request.head.header("Last-Event-ID").empty();
  openStream(request, std::move(*channels), *who, resumes);
}

/// Any status but 200 would end an EventSource for good, so it gets an empty stream that says when to come back.
void Api::refuseForNow(Request& request, std::string_view why, int status) {
  auto& connection = request.connection;
  node_.counters->streams_deferred.add();
  const std::string seconds = retryAfter();
  const http::Header retry{"Retry-After", seconds};
  if (!acceptsStream(request.head)) return connection.problem(status, why, {&retry, 1});
  const bool closing = node_.state.load(std::memory_order_acquire) >= NodeState::Closing;
  const auto& settings = streamer_.settings();
  std::string body = ": " + std::string(why) + "\nretry: ";
  body += std::to_string(stream::jittered(closing ? settings.drain_retry_ms : settings.retry_ms, 0.5)) + "\n\n";
  const http::Header lines[] = {{"Cache-Control", "no-store"}, {"X-Accel-Buffering", "no"}};
  connection.respond(200, "text/event-stream", body, lines);
}

std::optional<bool> Api::claimClient(Request& request, const std::vector<std::string>& channels, const Decision& who,
                                     bool resumes) {
  const std::string client(request.match.param(1));
  const auto claim = node_.clients->claim(channels[0], client, {number_, 0, 0, who.identity}, resumes);
  if (!claim.granted) {
    request.connection.problem(409, "client: \"" + client + "\" is connected to this channel already");
    return std::nullopt;
  }
  if (!claim.replaced) return false;
  const auto old = *claim.replaced;
  auto* streamer = node_.loops[old.loop].streamer;
  node_.loops[old.loop].loop->post(
      [streamer, old] { streamer->closeAt(old.slot, old.generation, streamer->settings().retry_ms); });
  return true;
}

/// A stream that takes another's place counts beside it until that one is closed.
bool Api::enterIdentity(Request& request, const std::string& channel, const Decision& who, bool replaces) {
  if (who.identity.empty()) return true;
  const std::uint64_t limit = streamer_.settings().streams_per_identity;
  if (node_.clients->enter(who.identity, limit == 0 || !replaces ? limit : limit + 1)) return true;
  if (request.verb == Verb::SubscribeClient) {
    node_.clients->release(channel, request.match.param(1), {number_, 0, 0, {}});
  }
  node_.counters->limited_identity.add();
  refuseForNow(request, "streams: limits.streams_per_identity is reached", 429);
  return false;
}

void Api::openStream(Request& request, std::vector<std::string> channels, const Decision& who, bool resumes) {
  const auto joined = streamer_.join(channels);
  if (joined.logs.empty()) {
    node_.counters->limited_channels.add();
    return refuseForNow(request, "channels: limits.channels is reached");
  }
  const bool chosen = request.verb == Verb::SubscribeClient;
  std::uint64_t limit = streamer_.settings().clients_per_channel;
  // Whose place is taken is there until its stream is closed.
  if (limit != 0 && chosen && node_.clients->find(channels[0], request.match.param(1))) ++limit;
  const bool full = limit != 0 && std::ranges::any_of(joined.logs, [limit](const channel::Log* log) {
                      return log->subscribers.load(std::memory_order_relaxed) >= limit;
                    });
  if (full) {
    streamer_.abandon(joined);
    node_.counters->limited_clients.add();
    return refuseForNow(request, "clients: limits.clients_per_channel is reached", 429);
  }
  std::string client = chosen ? std::string(request.match.param(1)) : std::string();
  auto last_id = std::string(request.head.header("Last-Event-ID"));
  if (last_id.empty()) {
    const auto parameter = http::param(request.head.query, "last_event_id");
    if (parameter && *parameter) last_id = **parameter;
  }
  if (last_id.size() > kMaxLastId) last_id.resize(kMaxLastId + 1);
  auto start = startOf(request, joined, client, channels, last_id);
  const auto replaces = start && chosen ? claimClient(request, channels, who, resumes) : std::optional(false);
  if (!start || !replaces || !enterIdentity(request, channels[0], who, *replaces)) {
    streamer_.abandon(joined);
    return;
  }
  stream::Opening opening;
  opening.client = std::move(client);
  opening.identity = who.identity;
  opening.credential = who.credential;
  if (who.expires) opening.expires = loop_.now() + (*who.expires - std::chrono::system_clock::now());
  opening.channels = std::move(channels);
  auto upstream = request.connection.beginStream();
  opening.socket = std::move(upstream.socket);
  opening.outlet = upstream.outlet;
  opening.head = std::move(upstream.head);
  opening.framing = upstream.outlet != nullptr ? stream::Framing::Data
                    : upstream.chunked         ? stream::Framing::Chunked
                                               : stream::Framing::Plain;
  streamer_.open(std::move(opening), joined, std::move(*start));
}

}  // namespace sse::api
