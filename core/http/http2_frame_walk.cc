#include "http/http2_frame_walk.h"

#include <algorithm>

namespace sse::http {
namespace {

constexpr std::uint8_t kPriority = 2;
constexpr std::uint32_t kReserved = 0x8000'0000;

}  // namespace

std::uint32_t Http2FrameWalk::number(std::size_t at, std::size_t size) const {
  std::uint32_t value = 0;
  for (std::size_t i = at; i < at + size; ++i) value = value << 8U | bytes_[i];
  return value;
}

std::size_t Http2FrameWalk::needed() const {
  if (have_ < kHead || bytes_[3] != kPriority) return kHead;
  return kHead + std::min<std::size_t>(number(0, 3), kDependency);
}

void Http2FrameWalk::read() {
  head_ = {number(0, 3), bytes_[3], bytes_[4], static_cast<std::int32_t>(number(5, 4) & ~kReserved), -1};
  if (have_ == kHead + kDependency)
    head_.depends_on = static_cast<std::int32_t>(number(kHead, kDependency) & ~kReserved);
  skip_ = kHead + head_.length - have_;
  have_ = 0;
  begun_ = true;
}

std::size_t Http2FrameWalk::next(std::string_view bytes) {
  begun_ = false;
  std::size_t used = 0;
  if (skip_ == 0) {
    while (used < bytes.size() && have_ < needed()) bytes_[have_++] = static_cast<std::uint8_t>(bytes[used++]);
    if (have_ < kHead || have_ < needed()) return used;
    read();
  }
  const std::size_t rest = std::min(skip_, bytes.size() - used);
  skip_ -= rest;
  return used + rest;
}

}  // namespace sse::http
