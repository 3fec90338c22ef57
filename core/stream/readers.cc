#include "stream/readers.h"

#include "stream/session.h"

namespace sse::stream {

std::uint32_t Readers::add(Session* session) {
  sessions_.push_back(session);
  ++live_;
  return static_cast<std::uint32_t>(sessions_.size() - 1);
}

void Readers::remove(std::uint32_t place) {
  sessions_[place] = nullptr;
  --live_;
  if (!walking_) fill(place);
}

void Readers::fill(std::uint32_t hole) {
  while (!sessions_.empty() && sessions_.back() == nullptr) sessions_.pop_back();
  if (hole >= sessions_.size()) return;
  sessions_[hole] = sessions_.back();
  sessions_.pop_back();
  sessions_[hole]->moved(this, hole);
}

void Readers::endWalk() {
  walking_ = false;
  for (std::size_t i = 0; i < sessions_.size(); ++i) {
    if (sessions_[i] == nullptr) fill(static_cast<std::uint32_t>(i));
  }
}

}  // namespace sse::stream
