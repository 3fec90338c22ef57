#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "api/credentials.h"
#include "api/node.h"
#include "api/publish_event.h"
#include "api/publisher.h"
#include "api/routes.h"
#include "channel/client_id.h"
#include "http/head.h"
#include "http/router.h"
#include "server/http_server.h"
#include "sse/auth.h"

namespace sse::api {

/// Of answers that tell what not everybody may know: nobody keeps them, no browser takes them for something else.
inline constexpr http::Header kPrivateLines[] = {{"Cache-Control", "no-store"}, {"X-Content-Type-Options", "nosniff"}};

/// What was decided on each channel of a batch.
using Verdicts = std::map<std::string, Decision, std::less<>>;

/// What was learned while a request waited; nothing at first.
struct Learned {
  std::optional<Decision> decision;
  std::shared_ptr<const Verdicts> verdicts;  ///< of a batch to channels that are not all allowed
  bool peers_asked = false;
  bool stream_asked = false;                  ///< of a renewal…
  std::optional<stream::StreamFacts> stream;  ///< …none: it is gone
};

/// A request on its way through a handler. Valid during the call only.
struct Request {
  server::Exchange& connection;
  const http::Head& head;
  std::string_view body;
  const http::Match& match;
  Verb verb;
  Learned learned = {};
};

/// The HTTP interface of one loop: finds the route, asks who may, answers. Owned by main, lives on its loop. One file
/// per route group implements it.
class Api final : public server::Handler {
 public:
  Api(Node& node, unsigned number, net::EventLoop& loop, stream::Streamer& streamer);
  void attach(server::HttpServer& server);

  void onRequest(server::Exchange& connection, const http::Head& head, std::string_view body) override;
  void settle() override { publisher_.flush(); }
  /// Tells publishes that wait for peers. [loop]
  void acknowledged(std::uint64_t position) { publisher_.acknowledged(position); }
  /// Peers have of each origin what `highest`, in the order of tags, says. [loop]
  void held(std::shared_ptr<const std::vector<Identity>> highest) { publisher_.held(std::move(highest)); }

 private:
  void handle(Request& request);
  void dispatch(Request& request);
  void onAdmin(Request& request);
  void options(server::Exchange& connection, const http::Head& head, std::string_view allow);
  bool upgrade(server::Exchange& connection, const http::Head& head);

  // authorize.cc
  /// The decision, or none: then the request is answered already or waits for the plugin.
  std::optional<Decision> authorize(Request& request, Action action, std::span<const std::string_view> channels,
                                    std::string_view client);
  /// The same where a refusal is not the answer yet.
  std::optional<Decision> decide(Request& request, Action action, std::span<const std::string_view> channels,
                                 std::string_view client);
  /// Asks the plugins. Later: `answer` is called on this loop, in a later turn.
  Decision ask(const Request& request, const Credentials& credentials, Action action,
               std::span<const std::string_view> channels, std::string_view client,
               std::function<void(const Decision&)> answer);
  /// Answers what was not allowed, for good or for now.
  void refuse(Request& request, Action action, const Decision& decision);
  [[nodiscard]] std::string remoteAddress(const Request& request) const;
  using Done = std::function<void(const std::function<void(Learned&)>& add)>;
  /// Keeps the request and handles it again when the callback that `start` gets is called on this loop, with what that
  /// adds to what was learned.
  void later(Request& request, const std::function<void(Done done)>& start);
  void again(server::ConnectionId id, const std::string& raw, Learned learned);
  /// Refuses what a page of another site asks for by its visitor's rights; true where it is answered.
  bool refuseForeign(Request& request);

  // publish.cc, batch.cc
  void publish(Request& request);
  void publishBatch(Request& request);
  void publishLines(Request& request, const std::vector<Result<BatchLine>>& lines, const Decision& who);
  /// What is decided on each of the channels, none of them twice; nullptr: the request waits for the plugins.
  std::shared_ptr<const Verdicts> verdictsOn(Request& request, std::span<const std::string_view> channels);
  bool acceptable(Request& request);
  /// Empty: the publish has no key.
  static std::string idempotencyOf(const Request& request, const Decision& who, std::string_view channel,
                                   std::string_view client, std::string_view content);
  [[nodiscard]] Sender senderOf(const Request& request) const;
  bool returned(const Request& request, const PublishEvent& event);
  [[nodiscard]] bool underRate(const Request& request, const Decision& who, std::uint64_t events);

  // subscribe.cc, resume.cc
  void subscribe(Request& request);
  Result<std::vector<std::string>> channelsOf(const Request& request) const;
  void refuseForNow(Request& request, std::string_view why, int status = 503);
  /// Whether another stream has to make room; none: refused and answered.
  std::optional<bool> claimClient(Request& request, const std::vector<std::string>& channels, const Decision& who,
                                  bool resumes);
  bool enterIdentity(Request& request, const std::string& channel, const Decision& who, bool replaces);
  void openStream(Request& request, std::vector<std::string> channels, const Decision& who, bool resumes);
  /// Where the stream starts; none: the request waits for the peers' answer.
  std::optional<stream::Start> startOf(Request& request, const stream::Joined& joined, std::string_view client,
                                       const std::vector<std::string>& channels, const std::string& last_id);
  stream::Start startAtPosition(const channel::Query& query, const stream::Joined& joined,
                                const std::vector<std::string>& channels, std::uint64_t after,
                                std::string_view id) const;
  std::optional<stream::Start> startFromElsewhere(Request& request, const channel::Query& query,
                                                  const stream::Joined& joined,
                                                  const std::vector<std::string>& channels, std::string_view id);
  stream::Start startUnknown(const stream::Joined& joined, const std::vector<std::string>& channels,
                             std::string_view id, std::string_view reason) const;

  // renew.cc
  void renew(Request& request);
  void refuseGone(Request& request);
  void askStream(Request& request, const channel::StreamPlace& place);

  // admin.cc
  void removeClient(Request& request);
  void removeChannel(Request& request);
  void appendControl(Request& request, EventKind kind, std::string_view channel, std::string_view client);

  // console.cc, pages.cc, status.cc
  void console(Request& request);
  void health(Request& request);
  void metricsPage(Request& request);
  void channelsPage(Request& request);
  void channelPage(Request& request);
  void statusPage(Request& request);
  /// A place for a page; none: the request is refused for now.
  base::Places::Place placeForPage(Request& request);
  void answerOnWorker(Request& request, std::string_view content_type, std::function<std::string()> make);
  /// Answers the request that waits on connection `id`. [any]
  void answerPage(server::ConnectionId id, std::string_view content_type, std::string page, base::Places::Place place);

  [[nodiscard]] std::int64_t nowUs() const;

  Node& node_;
  const unsigned number_;
  net::EventLoop& loop_;
  stream::Streamer& streamer_;
  server::HttpServer* server_ = nullptr;
  Publisher publisher_;
};

}  // namespace sse::api
