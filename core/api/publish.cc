#include "api/api.h"
#include "api/been_to.h"
#include "api/http_status.h"
#include "api/publish_event.h"
#include "channel/position.h"
#include "http/media_type.h"
#include "http/uri.h"

namespace sse::api {
namespace {

EventKind kindOf(Verb verb) {
  if (verb == Verb::PublishClient) return EventKind::Client;
  return verb == Verb::PublishAll ? EventKind::Broadcast : EventKind::Channel;
}

}  // namespace

std::string Api::idempotencyOf(const Request& request, const Decision& who, std::string_view channel,
                               std::string_view client, std::string_view content) {
  const auto key = request.head.header("Idempotency-Key");
  if (key.empty()) return {};
  std::string scope(channel);
  scope.append(1, '\0').append(client);
  return channel::idempotencyKey(scope, who.identity, key, content);
}

/// What every publish must pass before its body is looked at. [loop]
bool Api::acceptable(Request& request) {
  auto& connection = request.connection;
  const auto refuse = [&](int status, std::string_view detail) {
    settle();
    const std::string seconds = retryAfter();
    const http::Header retry{"Retry-After", seconds};
    connection.problem(status, detail, {&retry, 1});
    return false;
  };
  if (refuseForeign(request)) return false;
  if (connection.overload()) return refuse(503, "connections: a limit is reached");
  const auto state = node_.state.load(std::memory_order_acquire);
  if (state == NodeState::Starting) return refuse(503, "node: starting");
  if (state == NodeState::Leaving) return refuse(503, "node: leaving; publish to another one");
  return true;
}

/// Else it has been answered.
bool Api::underRate(const Request& request, const Decision& who, std::uint64_t events) {
  auto& limit = node_.publish_rate;
  if (limit.perSecond() == 0) return true;
  const std::string name =
      who.identity.empty() ? RateLimit::address(remoteAddress(request)) : RateLimit::identity(who.identity);
  if (limit.take(name, events, nowUs())) return true;
  settle();
  node_.counters->limited_rate.add();
  const auto seconds = std::to_string(limit.wait(name, events, nowUs()));
  const http::Header retry{"Retry-After", seconds};
  request.connection.problem(429,
                             "rate: expected at most " + std::to_string(limit.perSecond()) +
                                 " events per second (limits.publish_rate); " + std::to_string(events) +
                                 " more pass in " + seconds + " s",
                             {&retry, 1});
  return false;
}

Sender Api::senderOf(const Request& request) const {
  if (node_.original_nodes.empty()) return Sender::Client;
  return node_.original_nodes.contains(remoteAddress(request)) ? Sender::OriginalNode : Sender::Client;
}

/// Answers an event of an original node that need not be appended: one that our nodes sent out, which the relay brings,
/// or one that was here. The sender is told success, else it would try the next node.
bool Api::returned(const Request& request, const PublishEvent& event) {
  if (event.been_to.empty()) return false;
  const auto been_to = readBeenTo(event.been_to, node_.info->name);
  if (!been_to || (!been_to->here && !been_to->ours)) return false;
  settle();
  node_.counters->returned.add();
  request.connection.respondId(been_to->ours ? channel::identityText(*been_to->ours) : std::string());
  return true;
}

void Api::publish(Request& request) {
  if (!acceptable(request)) return;
  auto& connection = request.connection;
  const bool to_all = request.verb == Verb::PublishAll;
  const std::string_view channel = to_all ? std::string_view() : request.match.param(0);
  const std::string_view client = request.verb == Verb::PublishClient ? request.match.param(1) : std::string_view();
  const auto who = authorize(request, Action::Publish, {&channel, to_all ? 0U : 1U}, client);
  if (!who) return;
  const auto type = http::mediaType(request.head.header("Content-Type"));
  auto event = parsePublish(type, request.body, senderOf(request));
  if (!event) {
    settle();
    node_.counters->refused.add();
    return connection.problem(httpStatus(event.error().code), event.error().text);
  }
  if (event->names_nodes && event->been_to.empty()) node_.counters->been_to_ignored.add();
  if (returned(request, *event)) return;
  if (event->been_to.empty() && !underRate(request, *who, 1)) return;
  const std::string idempotency = idempotencyOf(request, *who, channel, client, request.body);
  auto entry = makeEntry(*event, kindOf(request.verb), channel, client, idempotency);
  publisher_.add(std::move(entry), connection);
}

}  // namespace sse::api
