#include "stream/fan_out.h"

#include <algorithm>
#include <cerrno>

#include "base/clock.h"
#include "stream/session.h"
#include "stream/streamer.h"

namespace sse::stream {
namespace {

constexpr std::size_t kSlice = 512;  ///< writes per turn
constexpr std::size_t kQuota = 128;  ///< sessions of one channel before the next has its turn
constexpr std::size_t kSpareWalks = 64;

}  // namespace

bool FanOut::turn() {
  const bool more = take();
  std::size_t left = kSlice;
  while (left > 0 && !walks_.empty()) {
    const std::size_t before = left;
    for (auto& walk : walks_) {
      if (left == 0) break;
      if (!walk->begun && walk->readers->walking()) continue;
      left -= std::min(left, step(*walk, std::min(left, kQuota)));
    }
    endFinished();
    if (before == left) break;
  }
  return more || !walks_.empty();
}

void FanOut::endFinished() {
  std::vector<Readers*> deserted;
  std::erase_if(walks_, [&](std::unique_ptr<Walk>& walk) {
    if (walk->next < walk->readers->places() || !walk->begun) return false;
    walk->readers->endWalk();
    if (walk->readers->live() == 0) deserted.push_back(walk->readers);
    walk->entries.clear();
    if (spare_.size() < kSpareWalks) spare_.push_back(std::move(walk));
    return true;
  });
  for (Readers* readers : deserted) {
    if (!walking(readers)) owner_.dropReaders(readers);
  }
}

/// Whether the journal has more already: it wakes a loop only for what comes after a drain that left nothing.
bool FanOut::take() {
  fresh_.clear();
  entries_.clear();
  const std::uint64_t head = owner_.journal_.drain(owner_.number_, fresh_, entries_);
  for (const auto& fresh : fresh_) {
    if (fresh.log == owner_.journal_.broadcasts()) {
      walkBroadcast(fresh);
    } else {
      begin(fresh);
    }
  }
  if (walks_.empty() && owner_.to_pump_.empty() && head != 0) owner_.settled_ = head;
  return head == 0 && !fresh_.empty();
}

void FanOut::begin(const channel::Fresh& fresh) {
  const auto found = owner_.readers_.find(fresh.log);
  if (found == owner_.readers_.end()) return;
  auto walk = blank();
  walk->readers = found->second.get();
  walk->first = fresh.first;
  walk->floor = fresh.floor;
  walk->lag_floor = fresh.lag_floor;
  walk->cut = fresh.floor >= fresh.first;
  for (std::size_t i = fresh.begin; i < fresh.end; ++i) {
    auto& entry = entries_[i];
    walk->last = entry->position();
    if (entry->kind() == EventKind::Channel) {
      const auto chunk = entry->chunk();
      walk->parts.push_back({const_cast<char*>(chunk.data()), chunk.size()});
      walk->bytes += chunk.size();
    } else {
      walk->shared = false;
    }
    walk->entries.push_back(std::move(entry));
  }
  if (walk->entries.empty() && !walk->cut) {
    spare_.push_back(std::move(walk));
    return;
  }
  walks_.push_back(std::move(walk));
}

std::unique_ptr<FanOut::Walk> FanOut::blank() {
  if (spare_.empty()) return std::make_unique<Walk>();
  auto walk = std::move(spare_.back());
  spare_.pop_back();
  walk->parts.clear();
  walk->pieces.clear();
  walk->piece_bytes = walk->offers = 0;
  walk->bytes = walk->next = walk->delivered = walk->writes = 0;
  walk->last = 0;
  walk->shared = true;
  walk->cut = walk->begun = false;
  return walk;
}

void FanOut::walkBroadcast(const channel::Fresh& fresh) {
  for (std::size_t i = fresh.begin; i < fresh.end; ++i) last_broadcast_ = entries_[i]->position();
  for (Session* session : owner_.slots_) {
    if (session == nullptr) continue;
    if (session->blocked()) {
      cutIfLagging(*session, fresh.floor, fresh.lag_floor);
    } else {
      owner_.pumpSoon(*session);
    }
  }
}

/// One that never was in step may lag as far as the history reaches.
void FanOut::cutIfLagging(Session& session, std::uint64_t floor, std::uint64_t lag_floor) {
  const std::uint64_t least = session.caught_up_ ? lag_floor : floor;
  if (session.cursor() < least) owner_.close(session, CloseReason::Slow);
}

std::size_t FanOut::step(Walk& walk, std::size_t quota) {
  if (!walk.begun) {
    walk.begun = true;
    walk.readers->beginWalk();
  }
  const std::size_t end = std::min(walk.readers->places(), walk.next + quota);
  const std::size_t count = end - walk.next;
  for (; walk.next < end; ++walk.next) {
    // The kernel's work for one write evicts what comes next from the near caches; ask for it before.
    if (walk.next + 1 < end) __builtin_prefetch(walk.readers->at(walk.next + 1), 1);
    Session* session = walk.readers->at(walk.next);
    if (session != nullptr && !session->closed()) deliver(walk, *session);
  }
  account(walk);
  return std::max<std::size_t>(count, 1);
}

void FanOut::deliver(Walk& walk, Session& session) {
  if (session.blocked()) return cutIfLagging(session, walk.floor, walk.lag_floor);
  if (session.cursor() >= walk.last && !walk.cut) return;
  const bool in_step = session.simple() && session.cursor() < walk.first && session.cursor() >= last_broadcast_;
  if (!in_step || walk.cut) return owner_.pumpSoon(session);
  if (walk.shared) return session.framing_ == Framing::Data ? offer(walk, session) : write(walk, session);
  if (concerns(walk, session)) return owner_.pumpSoon(session);
  session.cursor_ = walk.last;
}

bool FanOut::concerns(const Walk& walk, const Session& session) {
  return std::ranges::any_of(walk.entries, [&](const channel::EntryRef& entry) {
    const bool targeted = entry->kind() == EventKind::Client || entry->kind() == EventKind::CloseClient;
    return !targeted || entry->clientHash() == session.clientHash();
  });
}

void FanOut::write(Walk& walk, Session& session) {
  const ssize_t sent = session.socket_.send(walk.parts);
  ++walk.writes;
  if (sent == static_cast<ssize_t>(walk.bytes)) [[likely]] {
    session.cursor_ = walk.last;
    session.last_write_ = owner_.seconds_;
    walk.delivered += walk.parts.size();
    return;
  }
  if (sent < 0 && errno != EAGAIN && errno != EINTR) return owner_.close(session, CloseReason::Client);
  session.blocked_ = true;
  session.behind_ = true;
  cutShort(walk, session, static_cast<std::size_t>(std::max<ssize_t>(sent, 0)));
}

/// To an outlet, which shares the bytes.
void FanOut::offer(Walk& walk, Session& session) {
  if (walk.pieces.empty()) {
    for (const auto& entry : walk.entries) {
      walk.pieces.push_back({entry->block(), entry.get()});
      walk.piece_bytes += entry->block().size();
    }
  }
  const std::size_t taken = session.outlet_->send(walk.pieces, kEntryKeeper);
  ++walk.offers;
  if (taken < walk.piece_bytes) {
    session.blocked_ = true;
    session.behind_ = true;
    return cutShort(walk, session, taken);
  }
  session.cursor_ = walk.last;
  session.last_write_ = owner_.seconds_;
  walk.delivered += walk.pieces.size();
}

/// Only the first `left` bytes are out.
void FanOut::cutShort(Walk& walk, Session& session, std::size_t left) {
  for (std::size_t i = 0; i < walk.entries.size() && left > 0; ++i) {
    const std::size_t size =
        session.framing_ == Framing::Data ? walk.entries[i]->block().size() : walk.parts[i].iov_len;
    session.cursor_ = walk.entries[i]->position();
    ++walk.delivered;
    if (left < size) {
      session.partial_ = walk.entries[i];
      session.partial_sent_ = static_cast<std::uint32_t>(left);
      return;
    }
    left -= size;
  }
}

void FanOut::account(Walk& walk) {
  if (walk.writes == 0 && walk.offers == 0) return;
  auto& metrics = owner_.metrics_;
  metrics.writes.add(walk.writes);
  metrics.delivered.add(walk.delivered);
  metrics.bytes.add(walk.bytes * walk.writes + walk.piece_bytes * walk.offers);
  const std::int64_t took = base::nowMicroseconds() - walk.entries.front()->appendedAt();
  metrics.delivery.observe(static_cast<std::uint64_t>(std::max<std::int64_t>(took, 0)), walk.delivered);
  walk.writes = walk.offers = walk.delivered = 0;
}

bool FanOut::walking(const Readers* readers) const {
  return std::ranges::any_of(walks_, [readers](const auto& walk) { return walk->readers == readers; });
}

}  // namespace sse::stream
