#include "kernel/cluster_resume.h"

#include <algorithm>

#include "cluster/resume.h"

namespace sse::kernel {

std::optional<api::ResumeSource::Known> ClusterResume::find(const Identity& identity, const Identity& deliverer) {
  if (fill_.running()) return std::nullopt;
  const auto checkpoint = checkpoints_.find(deliverer.origin, deliverer.number);
  if (!checkpoint) return std::nullopt;
  const auto had = cluster::Had::of(identity, deliverer, *checkpoint);
  const auto strangers = journal_.strangers(had.highest());
  if (!std::ranges::all_of(strangers, [this](const Tag& node) { return linked(node); })) return std::nullopt;
  Known known;
  known.had = had.highest();
  known.local = checkpoints_.covered(had, journal_.checkpoint());
  return known;
}

bool ClusterResume::linked(const Tag& node) const {
  const auto view = cluster_->view();
  return std::ranges::any_of(view->nodes, [&node](const cluster::NodeView& each) {
    return each.tag == node && each.link == LinkChanged::State::Connected;
  });
}

void ClusterResume::ask(const Identity& deliverer, std::function<void()> done) {
  cluster_->findCheckpoint(deliverer.origin, deliverer.number,
                           [done = std::move(done)](const std::optional<Checkpoint>&) { done(); });
}

}  // namespace sse::kernel
