#include "stream/session.h"

#include <array>
#include <cerrno>
#include <sys/epoll.h>

#include "base/check.h"
#include "stream/readers.h"
#include "stream/streamer.h"

namespace sse::stream {

const net::Keeper kEntryKeeper{
    [](const void* entry) { channel::EntryRef(static_cast<channel::Entry*>(const_cast<void*>(entry))).release(); },
    [](const void* entry) { channel::EntryRef::adopt(static_cast<channel::Entry*>(const_cast<void*>(entry))); }};

Session::Session(Streamer& owner, net::Connected socket, net::Outlet* outlet, std::uint32_t slot,
                 std::uint32_t generation, Framing framing)
    : socket_(std::move(socket)),
      framing_(framing),
      outlet_(outlet),
      owner_(owner),
      slot_(slot),
      generation_(generation) {}

Session::~Session() = default;

void Session::onReady(std::uint32_t ready) {
  if (closed_) return;
  if ((ready & (EPOLLERR | EPOLLHUP | EPOLLRDHUP)) != 0) return owner_.close(*this, CloseReason::Client);
  if ((ready & EPOLLIN) != 0) {
    // A subscriber has nothing more to say; what it says is thrown away.
    if (const auto reason = ignore()) return owner_.close(*this, *reason);
  }
  if ((ready & EPOLLOUT) != 0) socket_.flush();
  if ((ready & EPOLLOUT) != 0 && blocked_) {
    blocked_ = false;
    owner_.pumpSoon(*this);
  }
}

/// Reads to the end of what there is, or to where it is too much; why the stream is to be closed.
std::optional<CloseReason> Session::ignore() {
  std::array<char, 4096> ignored{};
  while (true) {
    const ssize_t got = socket_.receive(ignored);
    if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR)) return CloseReason::Client;
    if (got > 0) ignored_ += static_cast<std::uint16_t>(got);
    if (ignored_ > kMostIgnored) return CloseReason::Node;
    if (got < static_cast<ssize_t>(ignored.size())) return std::nullopt;
  }
}

std::string Session::client() const {
  if (hasOwnClient()) return extra_->client;
  return owner_.generatedClient(slot_, generation_);
}

std::vector<channel::Log*> Session::logs() const {
  std::vector<channel::Log*> logs;
  if (readers_ == nullptr) return logs;
  logs.reserve(1U + extra_places_);
  logs.push_back(readers_->log());
  if (extra_) {
    for (const auto& place : extra_->places) logs.push_back(place.readers->log());
  }
  return logs;
}

void Session::moved(Readers* readers, std::uint32_t place) {
  if (readers == readers_) {
    place_ = place;
    return;
  }
  for (auto& other : extra_->places) {
    if (other.readers == readers) other.place = place;
  }
}

SessionExtra& Session::more() {
  if (!extra_) extra_ = std::make_unique<SessionExtra>();
  return *extra_;
}

}  // namespace sse::stream
