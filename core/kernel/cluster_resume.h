#pragma once

#include "api/node.h"
#include "channel/fill.h"
#include "channel/journal.h"
#include "cluster/checkpoints.h"
#include "cluster/cluster.h"

namespace sse::kernel {

/// Ties the API's questions of those who resume from another node's position to the cluster's checkpoints. While the
/// node is being filled none is known, as what those lack may be on its way; and none with events of a node that this
/// one never heard out and has no link to, as what those lack may be gone. Owned by the running node. [any]
class ClusterResume final : public api::ResumeSource {
 public:
  ClusterResume(channel::Journal& journal, const channel::Fill& fill, cluster::Checkpoints& checkpoints)
      : journal_(journal), fill_(fill), checkpoints_(checkpoints) {}
  void attach(cluster::Cluster& cluster) { cluster_ = &cluster; }

  std::optional<Known> find(const Identity& identity, const Identity& deliverer) override;
  void ask(const Identity& deliverer, std::function<void()> done) override;

 private:
  [[nodiscard]] bool linked(const Tag& node) const;

  channel::Journal& journal_;
  const channel::Fill& fill_;
  cluster::Checkpoints& checkpoints_;
  cluster::Cluster* cluster_ = nullptr;
};

}  // namespace sse::kernel
