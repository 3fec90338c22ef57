#pragma once

#include <functional>
#include <list>

#include "api/node.h"
#include "channel/fill.h"
#include "channel/journal.h"
#include "cluster/checkpoints.h"
#include "cluster/cluster.h"
#include "sse/loop.h"

namespace sse::kernel {

/// Ties the API's questions of those who resume from another node's position to the cluster's checkpoints. While the
/// node is filled for the first time, or by one that it never heard out, none is known, as what those lack may be on
/// its way; and none with events of a node that this one never heard out and has no link to, as what those lack may be
/// gone. Owned by the running node.
class ClusterResume final : public api::ResumeSource {
 public:
  static constexpr std::size_t kMostWaiting = 4096;  ///< more are answered at once

  /// `control` is the control thread's; `timeout`: history.peer_timeout.
  ClusterResume(channel::Journal& journal, const channel::Fill& fill, cluster::Checkpoints& checkpoints, Loop& control,
                Duration timeout)
      : journal_(journal), fill_(fill), checkpoints_(checkpoints), control_(control), timeout_(timeout) {}
  void attach(cluster::Cluster& cluster) { cluster_ = &cluster; }

  std::optional<Known> find(const Identity& identity, const Identity& deliverer) override;
  void ask(const Identity& identity, const Identity& deliverer, std::function<void()> done) override;

 private:
  struct Question {
    std::vector<Tag> strangers;  // at first
    Clock::time_point until;
    std::function<void()> done;
  };

  [[nodiscard]] bool linked(const Tag& node) const;
  [[nodiscard]] bool known(const std::vector<Tag>& strangers) const;
  /// Until the end of a fill or a link makes the position known. [control]
  void wait(Question question);
  void look();

  channel::Journal& journal_;
  const channel::Fill& fill_;
  cluster::Checkpoints& checkpoints_;
  Loop& control_;
  const Duration timeout_;
  cluster::Cluster* cluster_ = nullptr;
  std::list<Question> waiting_;  // on the control thread, as the timer
  Registration looker_;
};

}  // namespace sse::kernel
