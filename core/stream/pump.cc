#include "stream/pump.h"

#include <algorithm>
#include <cerrno>

#include "base/clock.h"
#include "channel/frame.h"
#include "stream/gap.h"
#include "stream/readers.h"
#include "stream/streamer.h"

namespace sse::stream {
namespace {

/// An event that a stream got elsewhere and that is later here than this is repeated.
constexpr std::uint32_t kWaryS = 5;
constexpr std::size_t kMaxParts = 512;  ///< of gaps and events in one write; the system takes 1,024

}  // namespace

void Pump::run(Session& session) {
  if (session.closed() || session.blocked()) return;
  if (session.wary_ && owner_.seconds_ - session.opened_at_ >= kWaryS) session.wary_ = false;
  iov_.clear();
  parts_.clear();
  entries_.clear();
  texts_.clear();
  end_ = false;
  gaps_ = 0;
  answer_ = {};
  collect(session);
  if (session.closed()) return;
  if (!iov_.empty() && !send(session)) return;
  finish(session);
}

void Pump::collect(Session& session) {
  if (session.extra_ && !session.extra_->pending.empty()) {
    texts_.push_back(std::make_unique<std::string>(std::move(session.extra_->pending)));
    session.extra_->pending.clear();
    add(*texts_.back(), {});
  }
  if (session.partial_) {
    entries_.push_back(session.partial_);
    const auto& entry = *session.partial_;
    add(frameOf(session, entry).substr(session.partial_sent_), {What::Partial, session.cursor_, &entry});
  }
  if (!session.closing_) collectEntries(session);
}

void Pump::collectEntries(Session& session) {
  const auto logs = session.logs();
  const std::string client = session.client();
  channel::Query query;
  query.logs = logs;
  query.after = session.cursor_;
  query.client = client;
  query.client_hash = session.clientHash();
  query.chosen = session.hasOwnClient();
  if (session.extra_) {
    query.past_until = session.extra_->past_until;
    query.told = session.extra_->told;
    query.told_broadcasts = session.extra_->told_broadcasts;
  }
  const std::size_t first = entries_.size();
  answer_ = owner_.journal_.read(query, entries_);
  if (answer_.lost) {
    // Deleting a channel takes the history from under its readers: they do not lag.
    end_ = std::any_of(entries_.begin() + static_cast<std::ptrdiff_t>(first), entries_.end(),
                       [&](const channel::EntryRef& entry) { return closes(session, *entry); });
    if (!end_) owner_.close(session, CloseReason::Slow);
    return;
  }
  addEntries(session, first);
}

void Pump::addEntries(Session& session, std::size_t first) {
  for (std::size_t i = first; i < entries_.size(); ++i) {
    const auto& entry = *entries_[i];
    if (!addGaps(session, entry.position() - 1)) return;
    if (closes(session, entry)) {
      end_ = true;
      answer_ = {entry.position(), false, false};
      return;
    }
    if (!entry.deliverable() && entry.kind() != EventKind::Hole) continue;
    if (had(session, entry)) continue;
    if (entry.kind() == EventKind::Hole) {
      addHole(session, entry);
    } else {
      add(frameOf(session, entry), {What::Entry, entry.position(), &entry});
    }
  }
  addGaps(session, answer_.upto);
}

/// An entry that closes the stream; those from before it was opened closed its forerunners.
bool Pump::closes(const Session& session, const channel::Entry& entry) {
  if (entry.kind() != EventKind::DeleteChannel && entry.kind() != EventKind::CloseClient) return false;
  return !session.extra_ || entry.position() > session.extra_->opened_at_head;
}

std::string_view Pump::frameOf(const Session& session, const channel::Entry& entry) {
  return session.framing() == Framing::Chunked ? entry.chunk() : entry.block();
}

void Pump::add(std::string_view bytes, Part part) {
  iov_.push_back({const_cast<char*>(bytes.data()), bytes.size()});
  parts_.push_back(part);
}

/// False where they are too many for one write: the round ends here, and the next begins with the rest of them.
bool Pump::addGaps(Session& session, std::uint64_t upto) {
  if (!session.extra_) return true;
  const auto& gaps = session.extra_->gaps;
  for (; gaps_ < gaps.size() && gaps[gaps_].position <= upto; ++gaps_) {
    if (iov_.size() >= kMaxParts) {
      answer_ = {0, false, true};
      return false;
    }
    add(framed(session, gaps[gaps_].block), {What::Gap, gaps[gaps_].position, nullptr});
  }
  return true;
}

/// One part for all channels, so that half of it written counts as the whole hole told.
void Pump::addHole(Session& session, const channel::Entry& hole) {
  const std::string last = owner_.positionText(session.cursor_);
  std::string blocks;
  for (const auto* log : session.logs()) {
    const auto extent = owner_.journal_.extent(log);
    blocks += gapBlock(owner_.journal_.tag(), hole.position(), log->name(), last, "peer-hole", extent);
  }
  add(framed(session, blocks), {What::Hole, hole.position(), nullptr});
}

bool Pump::had(const Session& session, const channel::Entry& entry) const {
  if (!session.extra_) return false;
  // Nobody has an event of this node's own before it is here.
  const bool late = entry.position() > session.extra_->had_until;
  if (late && (!session.wary_ || entry.identity().origin == owner_.journal_.tag())) return false;
  return std::ranges::any_of(session.extra_->had, [&](const Identity& had) {
    return had.origin == entry.identity().origin && entry.identity().number <= had.number;
  });
}

std::string_view Pump::framed(const Session& session, std::string_view block) {
  texts_.push_back(std::make_unique<std::string>());
  if (session.framing() == Framing::Chunked) {
    channel::appendChunk(*texts_.back(), block);
  } else {
    texts_.back()->assign(block);
  }
  return *texts_.back();
}

ssize_t Pump::write(Session& session) {
  if (session.outlet_ == nullptr) {
    owner_.metrics_.writes.add();
    return session.socket_.send(iov_);
  }
  pieces_.clear();
  for (std::size_t i = 0; i < iov_.size(); ++i) {
    pieces_.push_back({{static_cast<const char*>(iov_[i].iov_base), iov_[i].iov_len}, parts_[i].entry});
  }
  return static_cast<ssize_t>(session.outlet_->send(pieces_, kEntryKeeper));
}

bool Pump::send(Session& session) {
  std::size_t whole = 0;
  for (const auto& part : iov_) whole += part.iov_len;
  const ssize_t sent = write(session);
  if (sent < 0 && errno != EAGAIN && errno != EINTR) {
    owner_.close(session, CloseReason::Client);
    return false;
  }
  const auto done = static_cast<std::size_t>(std::max<ssize_t>(sent, 0));
  if (done > 0) session.last_write_ = owner_.seconds_;
  owner_.metrics_.bytes.add(done);
  sentUpTo(session, done);
  if (done == whole) return true;
  session.blocked_ = true;
  session.behind_ = true;
  return false;
}

/// The session remembers exactly what is out: the cursor of what was begun, the rest of a broken entry, the rest of a
/// broken text. What was not begun is collected again later.
void Pump::sentUpTo(Session& session, std::size_t sent) {
  session.partial_.reset();
  std::size_t delivered = 0;
  std::size_t gaps_out = 0;
  const channel::Entry* oldest = nullptr;
  for (std::size_t i = 0; i < iov_.size(); ++i) {
    const Part& part = parts_[i];
    const std::size_t size = iov_[i].iov_len;
    const std::size_t taken = std::min(sent, size);
    sent -= taken;
    const bool due = part.what == What::Rest || part.what == What::Partial;
    if (taken == 0 && !due) break;
    session.cursor_ = std::max(session.cursor_, part.position);
    gaps_out += part.what == What::Gap ? 1 : 0;
    if (part.what == What::Gap || part.what == What::Hole) owner_.metrics_.gaps.add();
    if (part.what == What::Entry) {
      ++delivered;
      if (oldest == nullptr) oldest = part.entry;
    }
    if (taken == size) continue;
    if (part.entry != nullptr) {
      session.partial_ = channel::EntryRef(const_cast<channel::Entry*>(part.entry));
      session.partial_sent_ = static_cast<std::uint32_t>(frameOf(session, *part.entry).size() - (size - taken));
    } else {
      session.more().pending.append(static_cast<const char*>(iov_[i].iov_base) + taken, size - taken);
    }
    if (part.what != What::Rest) break;
  }
  if (gaps_out > 0) {
    auto& gaps = session.extra_->gaps;
    gaps.erase(gaps.begin(), gaps.begin() + static_cast<std::ptrdiff_t>(gaps_out));
  }
  account(delivered, oldest);
}

void Pump::account(std::size_t delivered, const channel::Entry* oldest) {
  if (delivered == 0) return;
  owner_.metrics_.delivered.add(delivered);
  const std::int64_t took = base::nowMicroseconds() - oldest->appendedAt();
  owner_.metrics_.delivery.observe(static_cast<std::uint64_t>(std::max<std::int64_t>(took, 0)), delivered);
}

void Pump::finish(Session& session) {
  session.cursor_ = std::max(session.cursor_, answer_.upto);
  if (session.closing_ || end_) return owner_.close(session, CloseReason::Node);
  session.behind_ = answer_.more;
  if (!answer_.more) session.caught_up_ = true;
  if (answer_.more) owner_.pumpSoon(session);
}

}  // namespace sse::stream
