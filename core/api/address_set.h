#pragma once

#include <algorithm>
#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace sse::api {

/// Numeric addresses that the control thread replaces and loops ask for. Owned by the Node. Own mutex, held to copy one
/// pointer and only where the set is not empty.
class AddressSet {
 public:
  /// [any]
  void replace(std::vector<std::string> addresses) {
    std::ranges::sort(addresses);
    auto fresh = std::make_shared<const std::vector<std::string>>(std::move(addresses));
    const std::lock_guard lock(mutex_);
    empty_.store(fresh->empty(), std::memory_order_relaxed);
    addresses_.swap(fresh);
  }

  /// [any]
  [[nodiscard]] bool empty() const { return empty_.load(std::memory_order_relaxed); }

  /// [any]
  [[nodiscard]] bool contains(std::string_view address) const {
    if (empty()) return false;
    const auto addresses = [this] {
      const std::lock_guard lock(mutex_);
      return addresses_;
    }();
    return std::ranges::binary_search(*addresses, address);
  }

 private:
  std::atomic<bool> empty_{true};
  mutable std::mutex mutex_;
  std::shared_ptr<const std::vector<std::string>> addresses_ = std::make_shared<const std::vector<std::string>>();
};

}  // namespace sse::api
