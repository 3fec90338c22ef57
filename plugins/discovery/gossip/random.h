#pragma once

#include <cstdint>
#include <random>
#include <utility>
#include <vector>

#include "sse/loop.h"

namespace sse::gossip {

/// All chance of one engine: the same seed and the same inputs give the same outputs. Owned by the engine and lent to
/// its parts; one thread.
class Random {
 public:
  explicit Random(std::uint64_t seed) : engine_(seed) {}

  /// A number from 0 to `count` - 1; `count` is not 0.
  std::size_t below(std::size_t count) { return std::uniform_int_distribution<std::size_t>(0, count - 1)(engine_); }

  /// A duration from 0 to `most`.
  Duration upTo(Duration most) {
    return Duration(std::uniform_int_distribution<Duration::rep>(0, most.count())(engine_));
  }

  template <typename T>
  void shuffle(std::vector<T>& items) {
    for (std::size_t i = items.size(); i > 1; --i) std::swap(items[i - 1], items[below(i)]);
  }

  /// Moves `count` of the items, chosen evenly, to the front and drops the rest.
  template <typename T>
  void choose(std::vector<T>& items, std::size_t count) {
    if (count > items.size()) count = items.size();
    for (std::size_t i = 0; i < count; ++i) std::swap(items[i], items[i + below(items.size() - i)]);
    items.resize(count);
  }

 private:
  std::mt19937_64 engine_;
};

}  // namespace sse::gossip
