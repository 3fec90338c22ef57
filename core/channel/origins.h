#pragma once

#include <cstddef>
#include <cstdint>
#include <unordered_map>
#include <vector>

#include "sse/event.h"

namespace sse::channel {

/// Of each origin the highest number that has arrived: what drops repeats and what checkpoints tell. Every restart of a
/// node is another origin, so at most kMost are known: of those of which nothing has arrived, else of all, the one not
/// heard of for longest makes room. Owned by the journal, under its lock.
class Origins {
 public:
  static constexpr std::size_t kMost = 1024;

  /// Whether `id` is above what was known of its origin, which it is from now on.
  bool raise(const Identity& id);
  /// Makes `origin` known, with number 0 where nothing of it has arrived.
  void note(const Tag& origin);
  [[nodiscard]] bool knows(const Tag& origin) const;
  /// The highest number; 0: nothing has arrived.
  [[nodiscard]] std::uint64_t numberOf(const Tag& origin) const;
  /// Those of which something has arrived.
  void appendTo(std::vector<Identity>& out) const;
  /// Those that are known and of which nothing has arrived, with number 0.
  void appendQuiet(std::vector<Identity>& out) const;
  [[nodiscard]] std::size_t size() const { return known_.size(); }
  /// There are nearly so many of which something has arrived that some make room, here or elsewhere: that one is not
  /// known does not say that nothing of it ever came.
  [[nodiscard]] bool crowded() const { return arrived_ >= kMost - kMost / 16; }

 private:
  struct Known {
    std::uint64_t number = 0;
    std::uint64_t heard = 0;
  };
  Known& find(const Tag& origin);
  void makeRoom();
  void append(std::vector<Identity>& out, bool quiet) const;

  std::unordered_map<std::uint64_t, Known> known_;  ///< by tag, as eight bytes
  std::uint64_t heard_ = 0;
  std::size_t arrived_ = 0;  ///< origins of which something has
};

}  // namespace sse::channel
