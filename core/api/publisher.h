#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "api/node.h"
#include "channel/journal.h"
#include "server/http_server.h"

namespace sse::api {

/// The lines of a batch and what became of each.
struct BatchReply {
  struct Line {
    std::string id;  ///< accepted: the event's identity
    int status = 0;  ///< else
    std::string detail;
  };
  std::vector<Line> lines;
  std::size_t open = 0;           ///< lines whose outcome is due
  std::vector<Identity> repeats;  ///< lines that were other nodes' events before
};

/// Publishes of one turn of a loop: appended to the journal in one step, then answered in order. Owned by the loop's
/// Api.
class Publisher {
 public:
  Publisher(Node& node, net::EventLoop& loop) : node_(node), loop_(loop) {}
  void attach(server::HttpServer& server) { server_ = &server; }

  /// A publish whose answer is `{"id"}`. [loop]
  void add(channel::EntryRef entry, server::Exchange& connection);
  /// Line `line` of a batch. [loop]
  void add(channel::EntryRef entry, server::Exchange& connection, std::shared_ptr<BatchReply> batch, std::size_t line);
  /// Appends what was added and answers. [loop]
  void flush();
  /// Peers have everything up to `position`: answers who waited for it. [loop]
  void acknowledged(std::uint64_t position);
  /// Peers have of each origin what `highest`, in the order of tags, says: answers who waited for it. [loop]
  void held(std::shared_ptr<const std::vector<Identity>> highest);

  /// Answers a batch whose lines are all decided. [loop]
  static void answerBatch(server::Exchange& connection, const BatchReply& batch);

 private:
  struct Waiter {
    server::Exchange* connection = nullptr;
    server::Exchange::Framing framing;
    std::shared_ptr<BatchReply> batch;
    std::size_t line = 0;
  };
  struct Deferred {
    std::uint64_t position = 0;         ///< of this node, for peers to have
    std::string id;                     ///< of a single publish
    std::shared_ptr<BatchReply> batch;  ///< of a batch
    std::vector<Identity> others;       ///< other nodes' events, for peers to have
    std::int64_t deadline_us = 0;
    server::ConnectionId connection = {};
  };
  void answer(const channel::Submission& submission, Waiter& waiter);
  void answerLine(const channel::Submission& submission, Waiter& waiter);
  void defer(server::Exchange& connection, Deferred what, bool in_order);
  [[nodiscard]] bool settled(const Deferred& deferred) const;
  void settleRepeats();
  void reply(const Deferred& done);
  void expire();

  Node& node_;
  net::EventLoop& loop_;
  server::HttpServer* server_ = nullptr;
  std::vector<channel::Submission> submissions_;
  std::vector<Waiter> waiters_;
  std::deque<Deferred> deferred_;  ///< in the order of their positions
  std::deque<Deferred> repeats_;   ///< what came first at another node, or earlier: each waits for itself
  std::shared_ptr<const std::vector<Identity>> held_;
  Registration timer_;
};

}  // namespace sse::api
