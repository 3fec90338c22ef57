#pragma once

#include <cstdint>
#include <list>
#include <mutex>
#include <string>
#include <vector>

#include "sse/loop.h"
#include "sse/messages.h"

namespace sse::kernel {

/// What operators should look at, as /status lists it: one row for each id and whom it is about, for kLasts after it
/// was told last. Thread-safe. At most kMost rows of bounded texts: beyond it the one not told for longest makes room,
/// those that last as long as the process excepted.
class WarningBoard {
 public:
  static constexpr std::size_t kMost = 64;
  static constexpr std::size_t kMaxText = 512;  ///< bytes of each text
  static constexpr Duration kLasts{120'000};

  struct Row {
    std::string id;
    std::string text;
    std::string about;
    std::uint64_t count = 0;  ///< how often it was told
    bool lasting = false;
    Clock::time_point told;
  };

  /// [any]
  void tell(const Warned& warned, Clock::time_point now);
  /// What holds now, the newest row last. [any]
  [[nodiscard]] std::vector<Row> rows(Clock::time_point now) const;

 private:
  void makeRoom();

  mutable std::mutex mutex_;
  std::list<Row> rows_;  // by time
};

}  // namespace sse::kernel
