#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "channel/entry.h"
#include "channel/floor_set.h"

namespace sse::channel {

/// One channel: an append-only log whose oldest entries fall away. Owned by the journal, and except for its name and
/// the count of subscribers touched under the journal's lock only. Lives while it has readers, entries or a recent
/// event.
class Log {
 public:
  Log(std::string name, std::uint64_t floor) : name_(std::move(name)), floor_(floor) {}
  ~Log();
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;

  [[nodiscard]] const std::string& name() const { return name_; }
  /// Streams of all loops that read this log, kept by the sessions. [any]
  std::atomic<std::uint32_t> subscribers{0};

 private:
  friend class Journal;

  [[nodiscard]] std::uint32_t size() const { return count_; }
  [[nodiscard]] Entry* at(std::uint32_t i) const { return ring_[(begin_ + i) & (capacity_ - 1)]; }
  /// Index of the first entry after `position`.
  [[nodiscard]] std::uint32_t after(std::uint64_t position) const;
  /// Entries before the last `recent_bytes`, the newest not counted, are no longer recent.
  void push(Entry* entry, std::size_t recent_bytes);
  /// Takes the oldest entry out and raises the floor to it.
  Entry* popOldest();
  /// Takes an entry out that nobody misses: the floor stays.
  void remove(const Entry* entry);
  void uncount(const Entry& entry, std::uint32_t index);
  void grow();

  std::string name_;
  std::unique_ptr<Entry*[]> ring_;
  std::uint32_t capacity_ = 0;
  std::uint32_t begin_ = 0;
  std::uint32_t count_ = 0;
  std::uint32_t others_ = 0;  ///< of them, those that are no history
  std::uint32_t recent_ = 0;  ///< index of the oldest recent entry
  std::size_t recent_bytes_ = 0;
  std::size_t bytes_ = 0;
  std::uint64_t floor_ = 0;        ///< position of the newest entry that fell away
  std::uint64_t past_floor_ = 0;   ///< the same of those that a fill brought
  FloorSet lost_;                  ///< the same by origin, for those who resume from elsewhere
  std::uint64_t reader_bits_ = 0;  ///< loops with readers
  std::uint64_t dirty_bits_ = 0;   ///< loops that were told and have not drained yet
  std::int64_t last_used_ = 0;
  Log* idle_older_ = nullptr;  ///< neighbours in the list of logs without readers, by last use
  Log* idle_newer_ = nullptr;
  bool idle_ = false;
};

}  // namespace sse::channel
