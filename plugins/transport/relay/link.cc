#include "transport/relay/link.h"

#include <algorithm>
#include <cstring>

namespace sse::relay {
namespace {

constexpr std::size_t kReadSize = std::size_t{64} << 10;
constexpr int kReadsPerTurn = 4;  // then the other links get their turn
constexpr std::size_t kMaxParts = 16;

}  // namespace

Link::Link(Loop& loop, Counters& counters, LinkOwner& owner, std::unique_ptr<Stream> stream)
    : loop_(loop),
      counters_(counters),
      owner_(owner),
      stream_(std::move(stream)),
      heard_(loop.now()),
      said_(loop.now()),
      self_(std::make_shared<Link*>(this)) {}

void Link::start(std::string_view received) {
  in_ = std::make_shared<Buffer>(std::max(read_size_, received.size()));
  std::memcpy(in_->data(), received.data(), received.size());
  in_end_ = received.size();
  watch(false);
  // Not inside the call: the owner may still be setting itself up.
  loop_.post([self = std::weak_ptr<Link*>(self_)] {
    if (const auto link = self.lock()) (*link)->onReady(kReadable);
  });
}

void Link::trust(const FrameLimits& limits) {
  limits_ = limits;
  if (limits.body > kReadSize) read_size_ = kReadSize;
}

void Link::send(const Frame& frame) {
  if (!open()) return;
  const auto before = own_out_.size();
  encode(own_out_, frame);
  pending_ += own_out_.size() - before;
}

void Link::send(std::shared_ptr<const std::string> frames) {
  if (!open() || frames->empty()) return;
  if (!own_out_.empty()) out_.push_back(std::make_shared<const std::string>(std::exchange(own_out_, {})));
  pending_ += frames->size();
  out_.push_back(std::move(frames));
}

void Link::flush() {
  if (!open()) return;
  if (!own_out_.empty()) out_.push_back(std::make_shared<const std::string>(std::exchange(own_out_, {})));
  while (!out_.empty()) {
    std::array<iovec, kMaxParts> parts;
    std::size_t count = 0;
    for (const auto& chunk : out_) {
      if (count == parts.size()) break;
      const auto skip = count == 0 ? out_offset_ : 0;
      parts[count++] = {const_cast<char*>(chunk->data()) + skip, chunk->size() - skip};
    }
    const auto taken = stream_->write(std::span<const iovec>(parts.data(), count));
    if (!taken.ok()) return fail("the connection broke: " + taken.error().text);
    if (*taken == 0) break;
    written(*taken);
  }
  if (pending_ > kMaxPending + kMaxFrame) return fail("the peer does not read");
  watch(!out_.empty());
}

void Link::written(std::size_t size) {
  counters_.bytes_sent.add(size);
  said_ = loop_.now();
  pending_ -= size;
  out_offset_ += size;
  while (!out_.empty() && out_offset_ >= out_.front()->size()) {
    out_offset_ -= out_.front()->size();
    out_.pop_front();
  }
}

void Link::close() {
  watch_.cancel();
  stream_.reset();
  in_.reset();
  charge(0);
  out_.clear();
  own_out_.clear();
  pending_ = 0;
}

void Link::discardInput() {
  std::array<char, 4096> bytes;
  while (open()) {
    const auto got = stream_->read(bytes);
    if (got.ok() && *got == 0) return;
    if (!got.ok()) close();
  }
}

void Link::fail(const std::string& reason) {
  if (!open()) return;
  close();
  owner_.onClosed(reason);
}

void Link::watch(bool writable) {
  if (watch_.active() && writable == watching_writable_) return;
  watching_writable_ = writable;
  watch_.cancel();
  watch_ = loop_.watch(stream_->fd(), writable ? kReadable | kWritable : kReadable,
                       [self = std::weak_ptr<Link*>(self_)](std::uint32_t ready) {
                         if (const auto link = self.lock()) (*link)->onReady(ready);
                       });
}

void Link::onReady(std::uint32_t ready) {
  if (open() && (ready & kWritable) != 0 && pending_ > 0) {
    flush();
    if (open() && pending_ == 0) owner_.onDrained();
  }
  if (open() && (ready & kReadable) != 0) readSome();
}

void Link::readSome() {
  if (!takeFrames()) return;
  for (int i = 0; i < kReadsPerTurn; ++i) {
    if (!makeRoom()) return fail("too many unfinished frames of all peers together");
    const auto got = stream_->read(std::span<char>(in_->data() + in_end_, in_->size() - in_end_));
    if (!got.ok())
      return fail(got.error().code == Code::Unavailable ? "the peer closed the connection"
                                                        : "the connection broke: " + got.error().text);
    if (*got == 0) return;
    heard_ = loop_.now();
    counters_.bytes_received.add(*got);
    in_end_ += *got;
    if (!takeFrames()) return;
  }
  // A stream with TLS may hold bytes that no descriptor tells of.
  loop_.post([self = std::weak_ptr<Link*>(self_)] {
    if (const auto link = self.lock()) (*link)->onReady(kReadable);
  });
}

/// Hands over the whole frames; false once the link is closed.
bool Link::takeFrames() {
  bool any = false;
  while (open()) {
    const std::string_view bytes(in_->data() + in_begin_, in_end_ - in_begin_);
    const auto head = decodeHead(bytes, limits_);
    if (head.ok() && (!*head || bytes.size() < kFrameHead + (*head)->size)) break;
    auto frame = head.ok() ? decodeBody((*head)->type, bytes.substr(kFrameHead, (*head)->size)) : head.error();
    if (!frame.ok()) {
      counters_.refused.add();
      fail(frame.error().text);
      return false;
    }
    in_begin_ += kFrameHead + (*head)->size;
    any = true;
    owner_.onFrame(std::move(*frame), in_);
  }
  if (any && open()) owner_.onReadTurn();
  return open();
}

/// Leaves space to read into; false where all links together hold too much. Bytes that events point into are never
/// moved: then a new buffer takes the rest. It grows only as the bytes of a frame come, not as its head claims.
bool Link::makeRoom() {
  const auto left = in_end_ - in_begin_;
  const bool shared = in_.use_count() > 1;
  if (left == 0 && !shared) {
    in_begin_ = in_end_ = 0;
    if (in_->size() > kReadSize * 4 || in_->size() < read_size_) in_ = std::make_shared<Buffer>(read_size_);
    return charge(in_->size());
  }
  if (in_->size() - in_end_ >= read_size_ / 4) return true;
  const auto size = std::max(read_size_, left * 2);
  if (!charge(size)) return false;
  auto bigger = std::make_shared<Buffer>(size);
  std::memcpy(bigger->data(), in_->data() + in_begin_, left);
  in_ = std::move(bigger);
  in_begin_ = 0;
  in_end_ = left;
  return true;
}

/// Counts a buffer of `size`, as far as it is more than one read takes, among those of all links.
bool Link::charge(std::size_t size) {
  const auto extra = size > kReadSize ? static_cast<std::int64_t>(size - kReadSize) : 0;
  const auto more = extra - charged_;
  if (more > 0 && counters_.input.value() + more > kMaxInput) return false;
  counters_.input.add(more);
  charged_ = extra;
  return true;
}

}  // namespace sse::relay
