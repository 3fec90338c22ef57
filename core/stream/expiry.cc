#include "stream/expiry.h"

#include <algorithm>

#include "base/clock.h"
#include "stream/pump.h"
#include "stream/streamer.h"

namespace sse::stream {
namespace {

constexpr std::int64_t kTickUs = 250'000;
constexpr std::size_t kPerTurn = 1024;

}  // namespace

Expiry::Expiry(Streamer& owner)
    : owner_(owner), wheel_([this](std::uint32_t slot) -> Timed& { return timed_[slot]; }, now()) {}

std::uint32_t Expiry::now() const { return static_cast<std::uint32_t>(owner_.nowUs() / kTickUs); }

void Expiry::set(Session& session, std::optional<Clock::time_point> end) {
  drop(session);
  if (!end) return;
  if (timed_.size() <= session.slot()) timed_.resize(owner_.slots_.size());
  Timed& timed = timed_[session.slot()];
  const auto ticks = (base::microseconds(*end) + kTickUs - 1) / kTickUs;
  timed.end = static_cast<std::uint32_t>(std::clamp<std::int64_t>(ticks, now() + 1, UINT32_MAX));
  const auto before = static_cast<std::uint32_t>(owner_.settings_.expiry_warning_ms * 1000 / kTickUs);
  wheel_.add(session.slot(), before < timed.end ? timed.end - before : 0);
}

void Expiry::drop(Session& session) {
  if (session.slot() < timed_.size()) wheel_.remove(session.slot());
}

/// What is left over goes on in the next turn, so that others are served in between.
void Expiry::tick() {
  if (wheel_.advance(now(), kPerTurn, [this](std::uint32_t slot) { due(slot); })) return;
  again_ = owner_.loop_.after(Duration(0), [this] { tick(); });
}

void Expiry::due(std::uint32_t slot) {
  Session& session = *owner_.slots_[slot];
  const std::uint32_t end = timed_[slot].end;
  if (now() >= end) return owner_.close(session, CloseReason::Expired);
  const bool told = warn(session);
  if (!session.closed()) wheel_.add(slot, told ? end : now() + 1);
}

/// False where the socket takes nothing now: bytes in the middle of an event would spoil it.
bool Expiry::warn(Session& session) {
  if (owner_.settings_.expiry_warning_ms == 0) return true;
  if (session.blocked() || session.partial_) return false;
  const auto left = (timed_[session.slot()].end - now()) / (1'000'000 / kTickUs);
  std::string block = "event: token-expiring\ndata: {\"stream\":\"";
  block += owner_.generatedClient(session.slot(), session.generation());
  block += "\",\"expires_in\":" + std::to_string(left) + "}\n\n";
  session.more().pending += Streamer::framed(session.framing(), block);
  owner_.metrics_.expiring.add();
  owner_.pump_->run(session);
  if (!session.closed()) owner_.slim(session);
  return true;
}

Session* Expiry::find(std::uint32_t slot, std::uint32_t generation) const {
  if (slot >= owner_.slots_.size() || owner_.slots_[slot] == nullptr) return nullptr;
  Session* session = owner_.slots_[slot];
  return session->generation() == generation ? session : nullptr;
}

std::optional<StreamFacts> Expiry::facts(std::uint32_t slot, std::uint32_t generation) const {
  const Session* session = find(slot, generation);
  if (session == nullptr) return std::nullopt;
  StreamFacts facts;
  for (const auto* log : session->logs()) facts.channels.push_back(log->name());
  if (session->extra() != nullptr) {
    facts.client = session->extra()->client;
    facts.identity = session->extra()->identity;
  }
  return facts;
}

bool Expiry::renew(std::uint32_t slot, std::uint32_t generation, std::optional<Clock::time_point> end,
                   std::uint64_t credential) {
  Session* session = find(slot, generation);
  if (session == nullptr) return false;
  if (credential != 0 || session->extra_) session->more().credential = credential;
  set(*session, end);
  owner_.metrics_.renewed.add();
  return true;
}

void Expiry::revoke(const std::vector<std::uint64_t>& credentials) {
  for (Session* session : owner_.slots_) {
    if (session == nullptr || !session->extra_ || session->extra_->credential == 0) continue;
    if (std::ranges::find(credentials, session->extra_->credential) == credentials.end()) continue;
    set(*session, owner_.loop_.now());
    timed_[session->slot()].end = now();
  }
}

}  // namespace sse::stream
