#include "api/api.h"

namespace sse::api {

/// Travels through the journal like an event, so that it reaches every node once and in order.
void Api::appendControl(Request& request, EventKind kind, std::string_view channel, std::string_view client) {
  auto& connection = request.connection;
  if (refuseForeign(request)) return;
  const auto who = authorize(request, Action::Admin, {&channel, 1}, client);
  if (!who) return;
  if (node_.state.load(std::memory_order_acquire) == NodeState::Starting) {
    const http::Header retry{"Retry-After", "1"};
    return connection.problem(503, "node: starting", {&retry, 1});
  }
  channel::Submission submission;
  submission.entry = channel::Entry::make(channel::Draft{.kind = kind,
                                                         .channel = channel,
                                                         .client = client,
                                                         .publisher_id = {},
                                                         .idempotency = {},
                                                         .event = {},
                                                         .data = {},
                                                         .retry_ms = {}});
  node_.journal->append({&submission, 1}, nowUs());
  connection.respond(204, "", "");
}

void Api::removeClient(Request& request) {
  const auto channel = request.match.param(0);
  const auto client = request.match.param(1);
  appendControl(request, EventKind::CloseClient, channel, client);
}

void Api::removeChannel(Request& request) {
  appendControl(request, EventKind::DeleteChannel, request.match.param(0), "");
}

}  // namespace sse::api
