#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "sse/bus.h"
#include "sse/loop.h"
#include "sse/messages.h"

namespace sse::cluster {

/// Finds the checkpoint a resuming subscriber needs: here, else by asking the peers. Owned by the cluster; `find` may
/// come from any thread, everything else happens on the control thread. At most kMost questions are out at once, and a
/// node nobody knew is not asked for again for the time of one question.
class CheckpointFinder {
 public:
  static constexpr std::size_t kMost = 4096;
  using Lookup = std::function<std::optional<Checkpoint>(const Tag& node, std::uint64_t position)>;
  /// Called on the control thread, exactly once unless the finder ends before.
  using Done = std::function<void(std::optional<Checkpoint>)>;

  /// `timeout`: history.peer_timeout.
  CheckpointFinder(Bus& bus, Loop& loop, Lookup lookup, Duration timeout);
  ~CheckpointFinder();
  CheckpointFinder(const CheckpointFinder&) = delete;
  CheckpointFinder& operator=(const CheckpointFinder&) = delete;

  /// The newest checkpoint of `node` at or before `position`, or nothing in time. [any]
  void find(const Tag& node, std::uint64_t position, Done done);

  /// A checkpoint of `node` has been kept: questions it answers end. [control]
  void kept(const Tag& node);

 private:
  using Key = std::pair<Tag, std::uint64_t>;
  struct Question {
    std::vector<Done> waiting;
    Registration timer;
  };
  struct Unknown {
    std::uint64_t position = 0;
    Clock::time_point until;
  };

  void ask(const Key& key, Done done);
  void nobody(const Key& key);
  void finish(const Key& key, const std::optional<Checkpoint>& checkpoint);
  [[nodiscard]] bool knownUnknown(const Key& key) const;

  Bus& bus_;
  Loop& loop_;
  Lookup lookup_;
  Duration timeout_;
  std::map<Key, Question> open_;
  std::map<Tag, Unknown> unknown_;  // positions up to this are known by nobody
  Registration subscription_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace sse::cluster
