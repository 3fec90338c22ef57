#pragma once

#include <atomic>
#include <cstddef>
#include <memory>

namespace sse::base {

/// So many places and no more, for what may not be under way without bound. Outlives what it gave. [any]
class Places {
 public:
  /// Held until its last copy is gone.
  using Place = std::shared_ptr<void>;

  explicit Places(std::size_t limit) : limit_(limit) {}

  /// A place; none where all are taken.
  [[nodiscard]] Place take() {
    if (taken_.fetch_add(1) >= limit_) {
      taken_.fetch_sub(1);
      return nullptr;
    }
    return {this, [this](void*) { taken_.fetch_sub(1); }};
  }

  [[nodiscard]] std::size_t limit() const { return limit_; }

 private:
  const std::size_t limit_;
  std::atomic<std::size_t> taken_{0};
};

}  // namespace sse::base
