#include "kernel/cluster_resume.h"

#include "cluster/resume.h"

namespace sse::kernel {

std::optional<api::ResumeSource::Known> ClusterResume::find(const Identity& identity, const Identity& deliverer) {
  if (fill_.running()) return std::nullopt;
  const auto checkpoint = checkpoints_.find(deliverer.origin, deliverer.number);
  if (!checkpoint) return std::nullopt;
  const auto had = cluster::Had::of(identity, deliverer, *checkpoint);
  Known known;
  known.had = had.highest();
  known.local = checkpoints_.covered(had, journal_.checkpoint());
  return known;
}

void ClusterResume::ask(const Identity& deliverer, std::function<void()> done) {
  cluster_->findCheckpoint(deliverer.origin, deliverer.number,
                           [done = std::move(done)](const std::optional<Checkpoint>&) { done(); });
}

}  // namespace sse::kernel
