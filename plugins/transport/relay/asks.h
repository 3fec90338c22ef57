#pragma once

#include <functional>
#include <map>
#include <utility>
#include <vector>

#include "sse/event.h"
#include "sse/loop.h"

namespace sse::relay {

/// Questions for checkpoints that are out with peers. Owned by the relay, lives on the control thread. Holds at most
/// kMost questions; each ends by the first peer that knows, by the last that does not, or by its time.
class Asks {
 public:
  static constexpr std::size_t kMost = 4096;
  using Key = std::pair<Tag, std::uint64_t>;

  /// A question put to `links` (only their identity counts). False where it cannot be kept or is out already: `known`
  /// tells which. [control]
  enum class Added : std::uint8_t { Yes, Already, Full };
  Added add(Key key, std::vector<const void*> links, Clock::time_point deadline);

  /// `link` answered; true where the question was still open and this answer ends it. [control]
  bool answered(Key key, const void* link, bool known);

  /// `link` is gone or its time is over: the questions that end by this without an answer. [control]
  std::vector<Key> gone(const void* link);
  std::vector<Key> expired(Clock::time_point now);

 private:
  struct Open {
    std::vector<const void*> links;
    Clock::time_point deadline;
  };
  template <typename Ends>
  std::vector<Key> end(Ends ends);

  std::map<Key, Open> open_;
};

}  // namespace sse::relay
