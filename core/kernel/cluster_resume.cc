#include "kernel/cluster_resume.h"

#include <algorithm>

#include "cluster/resume.h"

namespace sse::kernel {
namespace {

constexpr Duration kLook{20};

}  // namespace

std::optional<api::ResumeSource::Known> ClusterResume::find(const Identity& identity, const Identity& deliverer) {
  if (fill_.opening()) return std::nullopt;
  const auto checkpoint = checkpoints_.find(deliverer.origin, deliverer.number);
  if (!checkpoint) return std::nullopt;
  const auto had = cluster::Had::of(identity, deliverer, *checkpoint);
  if (!known(journal_.strangers(had.highest()))) return std::nullopt;
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

bool ClusterResume::known(const std::vector<Tag>& strangers) const {
  std::vector<Identity> any;
  any.reserve(strangers.size());
  for (const auto& tag : strangers) any.push_back({tag, 1});
  const auto left = journal_.strangers(any);
  return std::ranges::all_of(left, [this](const Tag& node) { return linked(node); });
}

void ClusterResume::ask(const Identity& identity, const Identity& deliverer, std::function<void()> done) {
  cluster_->findCheckpoint(
      deliverer.origin, deliverer.number,
      [this, identity, deliverer, done = std::move(done)](const std::optional<Checkpoint>& found) mutable {
        if (!found) return done();
        const auto had = cluster::Had::of(identity, deliverer, *found);
        wait({journal_.strangers(had.highest()), control_.now() + timeout_, std::move(done)});
      });
}

void ClusterResume::wait(Question question) {
  const bool ready = !fill_.opening() && known(question.strangers);
  if (ready || waiting_.size() >= kMostWaiting) return question.done();
  waiting_.push_back(std::move(question));
  if (waiting_.size() == 1) looker_ = control_.after(kLook, [this] { look(); });
}

void ClusterResume::look() {
  const auto now = control_.now();
  const bool opening = fill_.opening();
  std::list<Question> over;
  for (auto it = waiting_.begin(); it != waiting_.end();) {
    const auto next = std::next(it);
    if (now >= it->until || (!opening && known(it->strangers))) over.splice(over.end(), waiting_, it);
    it = next;
  }
  if (!waiting_.empty()) looker_ = control_.after(kLook, [this] { look(); });
  for (const auto& question : over) question.done();
}

}  // namespace sse::kernel
