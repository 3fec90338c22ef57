#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "sse/conformance/cluster_node.h"
#include "sse/conformance/instance.h"

namespace sse::conformance {

/// Several instances of a transport, each a node of its own with a loop of its own, connected over 127.0.0.1. Lives in
/// one check, on one thread that plays the control threads of all of them in turn.
class Cluster {
 public:
  /// Makes and starts `count` nodes named a, b, c, …; `ok` tells whether that went well.
  Cluster(Check& check, const Subject& subject, std::size_t count);
  ~Cluster();
  Cluster(const Cluster&) = delete;
  Cluster& operator=(const Cluster&) = delete;

  [[nodiscard]] bool ok() const { return ok_; }
  ClusterNode& operator[](std::size_t at) { return members_[at]->node; }
  Instance& instance(std::size_t at) { return members_[at]->instance; }

  /// Tells every node of every other one, waits until all links are filled, and says that all are ready. A failure goes
  /// to the check. Returns whether it went well.
  bool link();

  /// This node's loop stands still, as a process that is stopped, until it is thawed.
  void freeze(std::size_t at) { members_[at]->frozen = true; }
  void thaw(std::size_t at) { members_[at]->frozen = false; }

  /// Breaks every connection between all of them.
  void breakAll();

  /// Turns all loops until `done` says so. `skip` is what the clocks gain at each turn, so that retries need not be
  /// waited for. False where a limit of real time passed before.
  bool runUntil(const std::function<bool()>& done, Duration skip = Duration(0));

  /// Lets this much time pass on all clocks, with many turns that do not wait.
  void pass(Duration time);

 private:
  struct Member {
    Member(Check& check, const Subject& subject, const std::string& name);
    ~Member();
    Member(const Member&) = delete;
    Member& operator=(const Member&) = delete;

    Instance instance;
    ClusterNode node;
    bool frozen = false;
  };

  void turn(int wait_ms);
  [[nodiscard]] bool allFilled();
  [[nodiscard]] std::string linksAsText();

  Check& check_;
  std::vector<std::unique_ptr<Member>> members_;
  bool ok_ = true;
};

}  // namespace sse::conformance
