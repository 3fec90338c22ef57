#include <nlohmann/json.hpp>

#include "api/api.h"
#include "http/uri.h"

namespace sse::api {
namespace {

constexpr std::size_t kMaxListed = 1000;

/// What the loops say of their streams, gathered one after the other.
struct Gathered {
  bool with_channels = true;
  bool on_admin_port = false;
  nlohmann::json channels = nlohmann::json::object();
  std::size_t subscribers = 0;
  bool truncated = false;
};

void gather(const stream::Streamer& streamer, Gathered& into) {
  into.subscribers += streamer.size();
  if (!into.with_channels) return;
  streamer.visit(kMaxListed + 1, [&](const std::string& channel, const stream::Session& session) {
    if (!into.channels.contains(channel)) {
      if (into.channels.size() >= kMaxListed) {
        into.truncated = true;
        return;
      }
      into.channels[channel] = nlohmann::json::array();
    }
    auto& clients = into.channels[channel];
    if (clients.size() >= kMaxListed) {
      into.truncated = true;
      return;
    }
    clients.push_back(session.client());
  });
}

std::string statusText(const Node& node, Gathered& gathered) {
  auto status = nlohmann::json::parse(node.status_parts());
  const auto totals = node.journal->totals();
  status["node"]["asked_on"] = gathered.on_admin_port ? "admin.port" : "http.port";
  if (gathered.with_channels) status["channels"] = std::move(gathered.channels);
  status["channels_total"] = totals.channels;
  if (gathered.truncated) status["truncated"] = true;
  auto& sums = status["totals"];
  sums["subscribers"] = gathered.subscribers;
  sums["events_kept"] = totals.events;
  sums["bytes_kept"] = totals.bytes;
  return status.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

/// Visits loop after loop, then makes the page on a worker.
void gatherFrom(Node& node, std::size_t index, const std::shared_ptr<Gathered>& into,
                const std::function<void(std::string)>& done) {
  if (index == node.loops.size()) {
    return node.offload([&node, into, done] { done(statusText(node, *into)); });
  }
  node.loops[index].loop->post([&node, index, into, done] {
    gather(*node.loops[index].streamer, *into);
    gatherFrom(node, index + 1, into, done);
  });
}

}  // namespace

void Api::statusPage(Request& request) {
  if (!request.connection.admin() && !authorize(request, Action::Admin, {}, "")) return;
  const auto channels = http::param(request.head.query, "channels");
  if (!channels || (*channels && **channels != "none"))
    return request.connection.problem(400, "channels: expected none, or no such parameter for all of them");
  const auto place = placeForPage(request);
  if (!place) return;
  auto gathered = std::make_shared<Gathered>();
  gathered->with_channels = !*channels;
  gathered->on_admin_port = request.connection.admin();
  const auto id = request.connection.hold();
  gatherFrom(node_, 0, gathered,
             [this, id, place](std::string page) { answerPage(id, "application/json", std::move(page), place); });
}

}  // namespace sse::api
