#include <nlohmann/json.hpp>

#include "api/api.h"
#include "http/uri.h"
#include "stream/gap.h"

namespace sse::api {
namespace {

constexpr std::size_t kPage = 100;
constexpr std::size_t kMaxPage = 1000;

nlohmann::json channelJson(const channel::Listed& listed, const Tag& own) {
  const auto id = [&](const channel::EntryRef& entry) {
    return entry ? nlohmann::json(stream::shownId(*entry, own)) : nlohmann::json(nullptr);
  };
  return {
      {"channel", listed.name},       {"subscribers", listed.subscribers},     {"events", listed.extent.events},
      {"bytes", listed.extent.bytes}, {"oldest_id", id(listed.extent.oldest)}, {"newest_id", id(listed.extent.newest)}};
}

std::string text(const nlohmann::json& json) {
  return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace

void Api::health(Request& request) {
  auto& connection = request.connection;
  const auto state = node_.state.load(std::memory_order_acquire);
  std::string reason;
  if (request.verb == Verb::Startup && state == NodeState::Starting) reason = "starting";
  if (request.verb == Verb::Ready) {
    reason = state == NodeState::Starting ? "starting"
             : state == NodeState::Ready  ? node_.not_ready_reason()
                                          : "draining";
  }
  if (reason.empty()) return connection.respond(200, "application/json", R"({"status":"ok"})");
  const http::Header retry{"Retry-After", "1"};
  connection.problem(503, reason, {&retry, 1});
}

base::Places::Place Api::placeForPage(Request& request) {
  auto place = (request.connection.admin() ? node_.admin_pages : node_.pages).take();
  if (place) return place;
  node_.counters->pages_refused.add();
  const auto seconds = retryAfter();
  const http::Header retry{"Retry-After", seconds};
  request.connection.problem(503, "pages: too many are being made", {&retry, 1});
  return nullptr;
}

void Api::answerPage(server::ConnectionId id, std::string_view content_type, std::string page,
                     base::Places::Place place) {
  loop_.post([this, id, type = std::string(content_type), page = std::move(page), place = std::move(place)] {
    server::Exchange* connection = server_->find(id);
    if (connection == nullptr) return;
    connection->respond(200, type, page, kPrivateLines);
    server_->answered(*connection);
  });
}

/// Pages that take time are made on a worker; the connection waits, the loop does not.
void Api::answerOnWorker(Request& request, std::string_view content_type, std::function<std::string()> make) {
  const auto place = placeForPage(request);
  if (!place) return;
  const auto id = request.connection.hold();
  node_.offload([this, id, type = std::string(content_type), make = std::move(make), place] {
    answerPage(id, type, make(), place);
  });
}

void Api::metricsPage(Request& request) {
  if (!request.connection.admin() && !authorize(request, Action::Admin, {}, "")) return;
  answerOnWorker(request, "text/plain; version=0.0.4; charset=utf-8", [this] { return node_.render_metrics(); });
}

void Api::channelsPage(Request& request) {
  if (!request.connection.admin() && !authorize(request, Action::Admin, {}, "")) return;
  const auto after = http::param(request.head.query, "after");
  const auto limit = http::param(request.head.query, "limit");
  if (!after || !limit) return request.connection.problem(400, "query: bad percent escape");
  std::size_t count = kPage;
  if (*limit) {
    const bool digits =
        !(*limit)->empty() && (*limit)->size() <= 4 && (*limit)->find_first_not_of("0123456789") == std::string::npos;
    count = digits ? static_cast<std::size_t>(std::stoul(**limit)) : 0;
    if (count < 1 || count > kMaxPage) return request.connection.problem(400, "limit: expected 1 to 1000");
  }
  answerOnWorker(request, "application/json", [this, from = after->value_or(""), count] {
    const auto listed = node_.journal->list(from, count + 1);
    auto rows = nlohmann::json::array();
    for (std::size_t i = 0; i < listed.size() && i < count; ++i)
      rows.push_back(channelJson(listed[i], node_.info->tag));
    const bool more = listed.size() > count;
    return text(
        {{"channels", rows}, {"next", more ? nlohmann::json(listed[count - 1].name) : nlohmann::json(nullptr)}});
  });
}

void Api::channelPage(Request& request) {
  const auto channel = request.match.param(0);
  if (!request.connection.admin() && !authorize(request, Action::Admin, {&channel, 1}, "")) return;
  const auto listed = node_.journal->find(channel);
  if (!listed) return request.connection.problem(404, "channel: no subscribers and no history on this node");
  request.connection.respond(200, "application/json", text(channelJson(*listed, node_.info->tag)), kPrivateLines);
}

}  // namespace sse::api
