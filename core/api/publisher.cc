#include "api/publisher.h"

#include <algorithm>
#include <utility>

#include <nlohmann/json.hpp>

#include "base/clock.h"
#include "channel/position.h"

namespace sse::api {
namespace {

constexpr std::int64_t kPeerWaitUs = 10'000'000;
constexpr const char* kNoRoom = "channel: limits.channels is reached and every channel is in use";
constexpr const char* kConflict = "Idempotency-Key: used within two minutes for another event";

}  // namespace

void Publisher::add(channel::EntryRef entry, server::Exchange& connection) {
  submissions_.push_back({std::move(entry), channel::Submission::Outcome::Refused, {}});
  waiters_.push_back({&connection, connection.framing(), nullptr, 0});
  if (node_.wait_for_peers) connection.hold();
}

void Publisher::add(channel::EntryRef entry, server::Exchange& connection, std::shared_ptr<BatchReply> batch,
                    std::size_t line) {
  submissions_.push_back({std::move(entry), channel::Submission::Outcome::Refused, {}});
  waiters_.push_back({&connection, connection.framing(), std::move(batch), line});
}

void Publisher::flush() {
  if (submissions_.empty()) return;
  node_.journal->append(submissions_, base::microseconds(loop_.now()));
  for (std::size_t i = 0; i < submissions_.size(); ++i) answer(submissions_[i], waiters_[i]);
  submissions_.clear();
  waiters_.clear();
}

void Publisher::answer(const channel::Submission& submission, Waiter& waiter) {
  using Outcome = channel::Submission::Outcome;
  (submission.outcome == Outcome::Appended   ? node_.counters->published
   : submission.outcome == Outcome::Repeated ? node_.counters->repeated
                                             : node_.counters->refused)
      .add();
  if (submission.outcome == Outcome::Refused) node_.counters->limited_channels.add();
  if (waiter.batch) return answerLine(submission, waiter);
  auto& connection = *waiter.connection;
  const bool accepted = submission.outcome == Outcome::Appended || submission.outcome == Outcome::Repeated;
  if (accepted && node_.wait_for_peers) {
    const bool ours = submission.identity.origin == node_.info->tag;
    Deferred what{ours ? submission.identity.number : 0, channel::identityText(submission.identity), nullptr, {}};
    if (!ours) what.others.push_back(submission.identity);
    return defer(connection, std::move(what), submission.outcome == Outcome::Appended);
  }
  const auto present = connection.framing();
  connection.setFraming(waiter.framing);
  if (accepted) {
    connection.respondId(channel::identityText(submission.identity));
  } else if (submission.outcome == Outcome::Conflict) {
    connection.problem(422, kConflict);
  } else {
    const http::Header retry{"Retry-After", "1"};
    connection.problem(503, kNoRoom, {&retry, 1});
  }
  connection.setFraming(present);
  if (node_.wait_for_peers) server_->answered(connection);
}

void Publisher::answerLine(const channel::Submission& submission, Waiter& waiter) {
  using Outcome = channel::Submission::Outcome;
  auto& batch = *waiter.batch;
  auto& line = batch.lines[waiter.line];
  if (submission.outcome == Outcome::Conflict) {
    line = {"", 422, kConflict};
  } else if (submission.outcome == Outcome::Refused) {
    line = {"", 503, kNoRoom};
  } else {
    line.id = channel::identityText(submission.identity);
    if (submission.identity.origin != node_.info->tag) batch.repeats.push_back(submission.identity);
  }
  if (--batch.open > 0) return;
  if (node_.wait_for_peers) {
    waiter.connection->hold();
    Deferred what{node_.journal->head(), "", waiter.batch, std::move(batch.repeats)};
    const bool in_order = what.others.empty();
    return defer(*waiter.connection, std::move(what), in_order);
  }
  const auto present = waiter.connection->framing();
  waiter.connection->setFraming(waiter.framing);
  answerBatch(*waiter.connection, batch);
  waiter.connection->setFraming(present);
}

void Publisher::answerBatch(server::Exchange& connection, const BatchReply& batch) {
  auto results = nlohmann::json::array();
  bool failed = false;
  for (const auto& line : batch.lines) {
    failed = failed || line.status != 0;
    if (line.status == 0) {
      results.push_back({{"id", line.id}});
    } else {
      results.push_back({{"status", line.status}, {"detail", line.detail}});
    }
  }
  connection.respond(
      failed ? 207 : 200, "application/json",
      nlohmann::json{{"results", results}}.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
}

/// What is in order waits behind what stands before it in the journal.
void Publisher::defer(server::Exchange& connection, Deferred what, bool in_order) {
  what.deadline_us = base::microseconds(loop_.now()) + kPeerWaitUs;
  what.connection = connection.id();
  (in_order ? deferred_ : repeats_).push_back(std::move(what));
  if (!timer_.active()) timer_ = loop_.after(Duration(1000), [this] { expire(); });
  acknowledged(node_.acknowledged.load(std::memory_order_acquire));
}

void Publisher::acknowledged(std::uint64_t position) {
  while (!deferred_.empty() && deferred_.front().position <= position) {
    const Deferred done = std::move(deferred_.front());
    deferred_.pop_front();
    reply(done);
  }
  settleRepeats();
}

void Publisher::held(std::shared_ptr<const std::vector<Identity>> highest) {
  held_ = std::move(highest);
  settleRepeats();
}

bool Publisher::settled(const Deferred& deferred) const {
  if (deferred.position > node_.acknowledged.load(std::memory_order_acquire)) return false;
  return std::ranges::all_of(deferred.others, [this](const Identity& id) {
    if (!held_) return false;
    const auto found = std::ranges::lower_bound(*held_, id.origin, {}, &Identity::origin);
    return found != held_->end() && found->origin == id.origin && found->number >= id.number;
  });
}

void Publisher::settleRepeats() {
  if (repeats_.empty()) return;
  std::deque<Deferred> ready;
  for (auto& deferred : std::exchange(repeats_, {})) {
    (settled(deferred) ? ready : repeats_).push_back(std::move(deferred));
  }
  for (const auto& deferred : ready) reply(deferred);
}

void Publisher::reply(const Deferred& done) {
  auto* connection = server_->find(done.connection);
  if (connection == nullptr) return;
  if (done.batch) {
    answerBatch(*connection, *done.batch);
  } else {
    connection->respondId(done.id);
  }
  server_->answered(*connection);
}

/// The event is in the journal and will reach the peers; only that they have it cannot be promised yet.
void Publisher::expire() {
  const std::int64_t now = base::microseconds(loop_.now());
  std::vector<server::ConnectionId> late;
  for (auto* queue : {&deferred_, &repeats_}) {
    for (; !queue->empty() && queue->front().deadline_us <= now; queue->pop_front()) {
      late.push_back(queue->front().connection);
    }
  }
  for (const auto& id : late) {
    auto* connection = server_->find(id);
    if (connection == nullptr) continue;
    const http::Header retry{"Retry-After", "1"};
    connection->problem(503, "publish.wait: not every peer has the event yet; it stays published", {&retry, 1});
    server_->answered(*connection);
  }
  const bool idle = deferred_.empty() && repeats_.empty();
  timer_ = idle ? Registration() : loop_.after(Duration(1000), [this] { expire(); });
}

}  // namespace sse::api
