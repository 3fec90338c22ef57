#include <nlohmann/json.hpp>

#include "api/api.h"
#include "api/http_status.h"
#include "http/media_type.h"

namespace sse::api {
namespace {

constexpr const char* kGone = "stream: not open on this node";

/// The place that `{"stream": "…"}` names.
Result<channel::StreamPlace> placeIn(const Request& request) {
  if (http::mediaType(request.head.header("Content-Type")) != http::MediaType::Json) {
    return Error{Code::Unsupported, "content-type: expected application/json"};
  }
  const auto body = nlohmann::json::parse(request.body, nullptr, false);
  const auto stream = body.is_object() ? body.find("stream") : body.end();
  if (!body.is_object() || stream == body.end() || !stream->is_string()) {
    return Error{Code::InvalidArgument, R"(body: expected {"stream": "…"} with what token-expiring told)"};
  }
  const auto place = channel::parseGenerated(stream->get_ref<const std::string&>());
  if (!place) return Error{Code::InvalidArgument, "stream: expected what token-expiring told"};
  return *place;
}

}  // namespace

/// New credentials for an open stream: of the same identity, and with the right to all of its channels.
void Api::renew(Request& request) {
  auto& connection = request.connection;
  if (refuseForeign(request)) return;
  const auto place = placeIn(request);
  if (!place) return connection.problem(httpStatus(place.error().code), place.error().text);
  const bool here = place->tag == node_.info->tag && place->loop < node_.loops.size();
  if (here && !request.learned.stream_asked) return askStream(request, *place);
  if (!request.learned.stream) return refuseGone(request);
  const auto& stream = *request.learned.stream;
  const std::vector<std::string_view> names(stream.channels.begin(), stream.channels.end());
  const auto who = authorize(request, Action::Subscribe, names, stream.client);
  if (!who) return;
  if (who->identity != stream.identity) {
    return connection.problem(403, "token: expected one of the stream's identity");
  }
  std::optional<Clock::time_point> end;
  if (who->expires) end = loop_.now() + (*who->expires - std::chrono::system_clock::now());
  const auto id = connection.hold();
  const auto finish = [this, id](bool renewed) {
    server::Exchange* waiting = server_->find(id);
    if (waiting == nullptr) return;
    if (renewed) {
      waiting->respond(204, "", "");
    } else {
      waiting->problem(404, kGone);
    }
    server_->answered(*waiting);
  };
  const auto& owner = node_.loops[place->loop];
  owner.loop->post(
      [streamer = owner.streamer, place = *place, end, credential = who->credential, finish, back = &loop_] {
        const bool renewed = streamer->expiry().renew(place.slot, place.generation, end, credential);
        back->post([finish, renewed] { finish(renewed); });
      });
}

/// Whom the node knows is told that there is no such stream; there are no channels to have rights on.
void Api::refuseGone(Request& request) {
  const std::string_view none;
  const auto who = decide(request, Action::Subscribe, {&none, 1}, "");
  if (!who) return;
  using Verdict = Decision::Verdict;
  if (who->verdict != Verdict::Allow && who->verdict != Verdict::Deny) return refuse(request, Action::Subscribe, *who);
  request.connection.problem(404, kGone);
}

void Api::askStream(Request& request, const channel::StreamPlace& place) {
  later(request, [&](Done done) {
    const auto& owner = node_.loops[place.loop];
    owner.loop->post([streamer = owner.streamer, place, done = std::move(done), back = &loop_] {
      auto facts = streamer->expiry().facts(place.slot, place.generation);
      back->post([done, facts = std::move(facts)] {
        done([&](Learned& learned) {
          learned.stream_asked = true;
          learned.stream = facts;
        });
      });
    });
  });
}

}  // namespace sse::api
