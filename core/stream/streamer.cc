#include "stream/streamer.h"

#include <algorithm>
#include <sys/epoll.h>

#include "base/check.h"
#include "base/clock.h"
#include "base/tag.h"
#include "channel/client_id.h"
#include "channel/frame.h"
#include "channel/position.h"
#include "stream/fan_out.h"
#include "stream/pump.h"

namespace sse::stream {
namespace {

constexpr Duration kTick{250};
constexpr Duration kDrainTick{20};
constexpr std::size_t kPumpsPerTurn = 256;

}  // namespace

Streamer::Streamer(net::EventLoop& loop, unsigned number, channel::Journal& journal, ClientRegistry& clients,
                   const StreamSettings& settings, StreamMetrics& metrics)
    : loop_(loop),
      number_(number),
      journal_(journal),
      clients_(clients),
      settings_(settings),
      metrics_(metrics),
      pump_(std::make_unique<Pump>(*this)),
      expiry_(std::make_unique<Expiry>(*this)),
      fan_out_(std::make_unique<FanOut>(*this)) {
  journal_.joinBroadcasts(number_, true);
  ticker_ = loop_.after(kTick, [this] { tick(); });
}

std::string Streamer::framed(Framing framing, std::string_view block) {
  if (framing != Framing::Chunked) return std::string(block);
  std::string out;
  channel::appendChunk(out, block);
  return out;
}

Streamer::~Streamer() {
  for (Session* session : slots_) delete session;
}

std::int64_t Streamer::nowUs() const { return base::microseconds(loop_.now()); }

std::string Streamer::positionText(std::uint64_t position) const {
  return channel::identityText({journal_.tag(), position});
}

std::string Streamer::generatedClient(std::uint32_t slot, std::uint32_t generation) const {
  return channel::generatedClient(journal_.tag(), number_, slot, generation);
}

Joined Streamer::join(const std::vector<std::string>& channels) {
  Joined joined;
  for (const auto& channel : channels) {
    const auto one = journal_.join(channel, number_, nowUs());
    if (one.log == nullptr) {
      abandon(joined);
      return {};
    }
    // What is appended between two joins is after the first head, and read from the logs.
    if (joined.logs.empty()) joined.head = one.head;
    joined.logs.push_back(one.log);
  }
  return joined;
}

void Streamer::abandon(const Joined& joined) {
  for (auto* log : joined.logs) {
    if (!readers_.contains(log)) journal_.leave(log, number_, nowUs());
  }
}

Session* Streamer::open(Opening opening, const Joined& joined, Start start) {
  std::uint32_t slot = 0;
  if (free_slots_.empty()) {
    slot = static_cast<std::uint32_t>(slots_.size());
    slots_.push_back(nullptr);
  } else {
    slot = free_slots_.back();
    free_slots_.pop_back();
  }
  auto* session = new Session(*this, std::move(opening.socket), opening.outlet, slot, ++generation_, opening.framing);
  slots_[slot] = session;
  ++live_;
  if (session->outlet_ != nullptr) {
    session->outlet_->attach(session);
  } else {
    loop_.retarget(session->fd(), session);
  }
  seconds_ = static_cast<std::uint32_t>(nowUs() / 1'000'000);
  session->opened_at_ = seconds_;
  session->cursor_ = start.after.value_or(joined.head);
  place(*session, opening, joined);
  prepare(*session, opening, std::move(start));
  expiry_->set(*session, opening.expires);
  session->extra_->opened_at_head = joined.head;
  metrics_.opened.add();
  metrics_.subscribers.add(1);
  pump_->run(*session);
  if (session->closed()) return nullptr;
  slim(*session);
  return session;
}

void Streamer::place(Session& session, Opening& opening, const Joined& joined) {
  session.readers_ = &readersOf(joined.logs[0]);
  session.place_ = session.readers_->add(&session);
  for (std::size_t i = 1; i < joined.logs.size(); ++i) {
    Readers& readers = readersOf(joined.logs[i]);
    session.more().places.push_back({&readers, readers.add(&session)});
    ++session.extra_places_;
  }
  for (auto* log : joined.logs) log->subscribers.fetch_add(1, std::memory_order_relaxed);
  if (!opening.client.empty()) {
    clients_.settle(opening.channels[0], opening.client,
                    {number_, session.slot_, session.generation_, opening.identity});
    session.more().client = std::move(opening.client);
  }
  if (opening.credential != 0) session.more().credential = opening.credential;
  if (!opening.identity.empty()) session.more().identity = std::move(opening.identity);
  session.client_hash_ = channel::hashOfClient(session.client());
}

void Streamer::prepare(Session& session, Opening& opening, Start start) {
  std::string block = ": \nretry: " + std::to_string(jittered(settings_.retry_ms)) + "\nid: ";
  block += start.shown_id.empty() ? positionText(session.cursor_) : start.shown_id;
  block += "\n\n";
  auto& extra = session.more();
  extra.pending = std::move(opening.head);
  extra.pending += framed(session.framing_, block);
  extra.gaps = std::move(start.gaps);
  extra.told = std::move(start.told);
  extra.told_broadcasts = start.told_broadcasts;
  extra.had = std::move(start.had);
  extra.had_until = start.had_until;
  extra.past_until = start.past_until;
  session.wary_ = !extra.had.empty();
  session.behind_ = true;
}

Readers& Streamer::readersOf(channel::Log* log) {
  auto& readers = readers_[log];
  if (!readers) readers = std::make_unique<Readers>(log);
  return *readers;
}

void Streamer::leave(Readers* readers, std::uint32_t place) {
  readers->remove(place);
  readers->log()->subscribers.fetch_sub(1, std::memory_order_relaxed);
  if (readers->live() == 0 && !fan_out_->walking(readers)) dropReaders(readers);
}

void Streamer::dropReaders(Readers* readers) {
  auto* log = readers->log();
  readers_.erase(log);
  journal_.leave(log, number_, nowUs());
}

void Streamer::close(Session& session, CloseReason reason) {
  if (session.closed_) return;
  if (reason == CloseReason::Node || reason == CloseReason::Expired) farewell(session, jittered(settings_.retry_ms));
  session.closed_ = true;
  (reason == CloseReason::Client    ? metrics_.closed_by_client
   : reason == CloseReason::Slow    ? metrics_.closed_slow
   : reason == CloseReason::Expired ? metrics_.closed_expired
                                    : metrics_.closed_by_us)
      .add();
  metrics_.subscribers.add(-1);
  if (session.hasOwnClient()) {
    clients_.release(session.readers_->log()->name(), session.extra_->client,
                     {number_, session.slot_, session.generation_, {}});
  }
  if (session.extra_ && !session.extra_->identity.empty()) clients_.leave(session.extra_->identity);
  expiry_->drop(session);
  leave(session.readers_, session.place_);
  if (session.extra_) {
    for (const auto& place : session.extra_->places) leave(place.readers, place.place);
  }
  slots_[session.slot_] = nullptr;
  free_slots_.push_back(session.slot_);
  --live_;
  if (session.outlet_ != nullptr) {
    session.outlet_->leave();
  } else {
    loop_.remove(session.fd());
  }
  loop_.bury(std::shared_ptr<Session>(&session));
}

/// Only where nothing is half-written: bytes in the middle of a frame would be worse than a bare close.
void Streamer::farewell(Session& session, std::int64_t retry_ms) {
  if (session.blocked_ || session.partial_ || (session.extra_ && !session.extra_->pending.empty())) return;
  std::string bytes = "retry: " + std::to_string(retry_ms) + "\nid: ";
  bytes += positionText(reached(session));
  bytes = framed(session.framing_, bytes + "\n\n");
  if (session.outlet_ != nullptr) {
    const net::Piece piece{bytes};
    if (session.outlet_->send({&piece, 1}, kEntryKeeper) == bytes.size()) session.outlet_->finish();
    return;
  }
  if (session.framing_ == Framing::Chunked) bytes += "0\r\n\r\n";
  [[maybe_unused]] const auto sent = session.socket_.send(bytes);
  session.socket_.sayGoodbye();
}

/// Up to where the session has everything.
std::uint64_t Streamer::reached(const Session& session) const {
  return session.behind_ ? session.cursor_ : std::max(session.cursor_, settled_);
}

void Streamer::closeAt(std::uint32_t slot, std::uint32_t generation, std::int64_t retry_ms) {
  if (slot >= slots_.size() || slots_[slot] == nullptr || slots_[slot]->generation_ != generation) return;
  Session& session = *slots_[slot];
  farewell(session, retry_ms);
  session.blocked_ = true;
  close(session, CloseReason::Node);
}

void Streamer::pumpSoon(Session& session) {
  session.behind_ = true;
  if (session.queued_ || session.closed_ || session.blocked_) return;
  session.queued_ = true;
  to_pump_.push_back(&session);
}

bool Streamer::pumpQueued() {
  pumping_.swap(to_pump_);
  std::size_t done = 0;
  for (; done < pumping_.size() && done < kPumpsPerTurn; ++done) {
    Session& session = *pumping_[done];
    session.queued_ = false;
    pump_->run(session);
  }
  // A session dies only at the end of the turn, so one that closed meanwhile is dropped here before it does.
  for (; done < pumping_.size(); ++done) {
    if (!pumping_[done]->closed_) to_pump_.push_back(pumping_[done]);
  }
  pumping_.clear();
  std::erase_if(to_pump_, [](const Session* session) { return session->closed_; });
  return !to_pump_.empty();
}

bool Streamer::turn() {
  seconds_ = static_cast<std::uint32_t>(nowUs() / 1'000'000);
  const bool walks_left = fan_out_->turn();
  const bool pumps_left = pumpQueued();
  return walks_left || pumps_left;
}

/// Looks at a part of the sessions each time, all of them in a quarter of the heartbeat, so that heartbeats are spread.
void Streamer::tick() {
  ticker_ = loop_.after(kTick, [this] { tick(); });
  expiry_->tick();
  const std::size_t rounds = std::max<std::int64_t>(settings_.heartbeat_ms / 4 / kTick.count(), 1);
  const std::size_t share = slots_.size() / rounds + 1;
  for (std::size_t i = 0; i < share && i < slots_.size(); ++i) {
    if (tick_at_ >= slots_.size()) tick_at_ = 0;
    if (Session* session = slots_[tick_at_++]; session != nullptr) heartbeat(*session);
  }
}

void Streamer::heartbeat(Session& session) {
  const std::int64_t age_ms = (std::int64_t{seconds_} - session.opened_at_) * 1000;
  if (settings_.max_age_ms > 0 &&
      age_ms >= settings_.max_age_ms - (session.generation_ % 8) * settings_.max_age_ms / 32) {
    return close(session, CloseReason::Node);
  }
  const std::int64_t idle_ms = (std::int64_t{seconds_} - session.last_write_) * 1000;
  if (session.blocked_ || session.behind_ || idle_ms < settings_.heartbeat_ms * 3 / 4 - 1000) return;
  const std::string block = ": \nid: " + positionText(std::max(session.cursor_, settled_)) + "\n\n";
  session.more().pending = framed(session.framing_, block);
  metrics_.heartbeats.add();
  pump_->run(session);
  if (!session.closed_) slim(session);
}

void Streamer::slim(Session& session) {
  if (!session.extra_ || session.blocked_) return;
  const auto& extra = *session.extra_;
  const bool needed = session.wary_ || !extra.places.empty() || !extra.client.empty() || !extra.identity.empty() ||
                      extra.credential != 0 || !extra.pending.empty() || !extra.gaps.empty() ||
                      session.cursor_ < extra.opened_at_head ||
                      std::ranges::any_of(extra.told, [&](std::uint64_t told) { return told > session.cursor_; });
  if (!needed) session.extra_.reset();
}

void Streamer::drain(std::function<void(std::uint64_t)> ending, std::function<void()> done) {
  ending_ = std::move(ending);
  drained_ = std::move(done);
  drain_began_ = live_;
  drain_until_ = loop_.now() + Duration(settings_.drain_window_ms);
  drainTick();
}

/// As many streams are left open as time is left in the window.
void Streamer::drainTick() {
  const auto left = std::chrono::duration_cast<Duration>(drain_until_ - loop_.now()).count();
  const auto window = std::max<std::int64_t>(settings_.drain_window_ms, 1);
  const auto keep = left <= 0 ? 0 : drain_began_ * static_cast<std::size_t>(left) / static_cast<std::size_t>(window);
  std::uint64_t told = 0;
  for (std::size_t slot = slots_.size(); slot > 0 && live_ > keep; --slot) {
    if (slots_[slot - 1] == nullptr) continue;
    const auto position = reached(*slots_[slot - 1]);
    if (position != told) ending_(position);
    told = position;
    closeAt(static_cast<std::uint32_t>(slot - 1), slots_[slot - 1]->generation_,
            jittered(settings_.drain_retry_ms, 0.5));
  }
  if (live_ == 0) {
    if (drained_) std::exchange(drained_, nullptr)();
    return;
  }
  drain_ticker_ = loop_.after(kDrainTick, [this] { drainTick(); });
}

void Streamer::visit(std::size_t max, const std::function<void(const std::string&, const Session&)>& visit) const {
  for (const auto& [log, readers] : readers_) {
    std::size_t left = max;
    for (std::size_t i = 0; i < readers->places() && left > 0; ++i) {
      const Session* session = readers->at(i);
      if (session == nullptr) continue;
      visit(log->name(), *session);
      --left;
    }
  }
}

}  // namespace sse::stream
