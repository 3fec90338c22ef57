#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "sse/event.h"

namespace sse::channel {

class Log;

/// What a publisher asks for; all views are the caller's.
struct Draft {
  EventKind kind = EventKind::Channel;
  std::string_view channel;
  std::string_view client;
  std::string_view publisher_id;
  std::string_view idempotency;
  std::string_view event;
  std::optional<std::string_view> data;
  std::optional<std::uint64_t> retry_ms;
  std::string_view been_to = {};  ///< as EventView::been_to; at most kMaxBeenTo bytes
};

/// The longest `been_to` an entry keeps.
inline constexpr std::size_t kMaxBeenTo = std::size_t{16} << 10;

/// One entry of the journal: a single block of memory that holds the event and, ready to send, its SSE frame inside an
/// HTTP/1.1 chunk. Reference-counted. Made by a publishing loop or by the control thread; immutable once appended; the
/// list members and `log` belong to the journal and are touched under its lock only.
class Entry {
 public:
  /// Encodes a publish; not numbered yet. [any]
  static class EntryRef make(const Draft& draft);
  /// Encodes what a peer sent; without its been_to, as it was numbered elsewhere. [any]
  static class EntryRef make(const EventView& event);

  Entry(const Entry&) = delete;
  Entry& operator=(const Entry&) = delete;

  [[nodiscard]] EventKind kind() const { return kind_; }
  [[nodiscard]] std::uint64_t position() const { return position_; }
  [[nodiscard]] const Identity& identity() const { return identity_; }
  [[nodiscard]] std::string_view channel() const { return {text() + channel_at_, channel_size_}; }
  [[nodiscard]] std::string_view client() const { return {text() + client_at_, client_size_}; }
  [[nodiscard]] std::uint32_t clientHash() const { return client_hash_; }
  [[nodiscard]] std::string_view publisherId() const { return {text() + publisher_id_at_, publisher_id_size_}; }
  [[nodiscard]] std::string_view idempotency() const { return {text() + idempotency_at_, idempotency_size_}; }
  /// As EventView::been_to.
  [[nodiscard]] std::string_view beenTo() const {
    return {text() + idempotency_at_ + idempotency_size_, been_to_size_};
  }
  /// `event`, `data` and `retry` lines. WHATWG HTML 9.2.6.
  [[nodiscard]] std::string_view body() const { return {text() + body_at_, body_size_}; }
  /// The SSE block with its id line and closing empty line: what HTTP/1.0 and HTTP/2 send. [appended]
  [[nodiscard]] std::string_view block() const { return {text() + block_at_, body_at_ + body_size_ + 1 - block_at_}; }
  /// The block as one HTTP/1.1 chunk (RFC 9112 7.1). [appended]
  [[nodiscard]] std::string_view chunk() const { return {text() + chunk_at_, body_at_ + body_size_ + 3 - chunk_at_}; }
  /// Whether it has a frame to deliver: not so for DeleteChannel, CloseClient and Hole.
  [[nodiscard]] bool deliverable() const { return kind_ <= EventKind::Broadcast; }
  /// Whether it is for a client id that a node generated: nobody comes back with it, so it is no history.
  [[nodiscard]] bool passing() const { return passing_; }
  /// Whether a fill brought it. An event is then seen by those alone who began to read behind it, as it is older than
  /// what the others have; a hole by the others alone, who may have missed some of it.
  [[nodiscard]] bool past() const { return past_; }
  [[nodiscard]] bool pastEvent() const { return past_ && kind_ != EventKind::Hole; }
  [[nodiscard]] bool pastHole() const { return past_ && kind_ == EventKind::Hole; }
  /// Whether somebody who resumes may get it.
  [[nodiscard]] bool history() const { return deliverable() && !passing_; }
  /// Bytes of memory, as limits count them.
  [[nodiscard]] std::size_t footprint() const { return sizeof(Entry) + capacity_; }
  /// When it was appended, in the journal's microseconds.
  [[nodiscard]] std::int64_t appendedAt() const { return appended_at_; }
  [[nodiscard]] EventView view() const;

 private:
  friend class EntryRef;
  friend class Journal;
  friend class Log;
  Entry() = default;
  static EntryRef allocate(const EventView& parts, std::size_t body_size);
  void finishBody(std::size_t body_size);
  /// Writes id line and chunk header in front of the body, now that the position is known.
  void number(std::uint64_t position, const Identity& identity, const Tag& own);

  [[nodiscard]] const char* text() const { return reinterpret_cast<const char*>(this + 1); }
  [[nodiscard]] char* text() { return reinterpret_cast<char*>(this + 1); }

  std::atomic<std::uint32_t> references_{0};
  EventKind kind_ = EventKind::Channel;
  bool marked_ = false;
  bool passing_ = false;
  bool past_ = false;
  std::uint64_t position_ = 0;
  Identity identity_{};
  std::int64_t appended_at_ = 0;
  Entry* older_ = nullptr;
  Entry* newer_ = nullptr;
  Log* log_ = nullptr;
  std::uint32_t capacity_ = 0;
  std::uint32_t chunk_at_ = 0;
  std::uint32_t block_at_ = 0;
  std::uint32_t body_at_ = 0;
  std::uint32_t body_size_ = 0;
  std::uint32_t channel_at_ = 0;
  std::uint32_t client_at_ = 0;
  std::uint32_t client_hash_ = 0;
  std::uint32_t publisher_id_at_ = 0;
  std::uint32_t idempotency_at_ = 0;
  std::uint16_t channel_size_ = 0;
  std::uint16_t client_size_ = 0;
  std::uint16_t publisher_id_size_ = 0;
  std::uint16_t idempotency_size_ = 0;
  std::uint16_t been_to_size_ = 0;  // it lies behind the idempotency
};

/// A counted reference to an entry.
class EntryRef {
 public:
  EntryRef() = default;
  explicit EntryRef(Entry* entry) : entry_(entry) {
    if (entry_ != nullptr) entry_->references_.fetch_add(1, std::memory_order_relaxed);
  }
  EntryRef(const EntryRef& other) : EntryRef(other.entry_) {}
  EntryRef(EntryRef&& other) noexcept : entry_(std::exchange(other.entry_, nullptr)) {}
  EntryRef& operator=(EntryRef other) noexcept {
    std::swap(entry_, other.entry_);
    return *this;
  }
  ~EntryRef() { drop(); }

  Entry* get() const { return entry_; }
  Entry* operator->() const { return entry_; }
  Entry& operator*() const { return *entry_; }
  explicit operator bool() const { return entry_ != nullptr; }
  void reset() {
    drop();
    entry_ = nullptr;
  }
  /// Gives the reference away without counting: to be taken back by `adopt`.
  Entry* release() { return std::exchange(entry_, nullptr); }
  static EntryRef adopt(Entry* entry) {
    EntryRef out;
    out.entry_ = entry;
    return out;
  }

 private:
  void drop();
  Entry* entry_ = nullptr;
};

}  // namespace sse::channel
