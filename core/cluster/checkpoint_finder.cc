#include "cluster/checkpoint_finder.h"

#include <algorithm>

namespace sse::cluster {

CheckpointFinder::CheckpointFinder(Bus& bus, Loop& loop, Lookup lookup, Duration timeout)
    : bus_(bus),
      loop_(loop),
      lookup_(std::move(lookup)),
      timeout_(timeout),
      subscription_(bus.subscribe<CheckpointUnknown>(
          [this](const CheckpointUnknown& message) { nobody({message.node, message.position}); })) {}

CheckpointFinder::~CheckpointFinder() = default;

void CheckpointFinder::find(const Tag& node, std::uint64_t position, Done done) {
  loop_.post([this, alive = std::weak_ptr<bool>(alive_), key = Key(node, position), done = std::move(done)]() mutable {
    if (!alive.expired()) ask(key, std::move(done));
  });
}

void CheckpointFinder::ask(const Key& key, Done done) {
  if (auto here = lookup_(key.first, key.second)) return done(std::move(here));
  const auto open = open_.find(key);
  if (open != open_.end()) {
    open->second.waiting.push_back(std::move(done));
    return;
  }
  if (open_.size() >= kMost || knownUnknown(key)) return done(std::nullopt);
  auto& question = open_[key];
  question.waiting.push_back(std::move(done));
  question.timer = loop_.after(timeout_, [this, key] { nobody(key); });
  bus_.publish(CheckpointWanted{key.first, key.second});
}

void CheckpointFinder::kept(const Tag& node) {
  std::vector<std::pair<Key, std::optional<Checkpoint>>> answered;
  for (auto it = open_.lower_bound({node, 0}); it != open_.end() && it->first.first == node; ++it) {
    if (auto checkpoint = lookup_(node, it->first.second)) answered.emplace_back(it->first, std::move(checkpoint));
  }
  unknown_.erase(node);
  for (const auto& [key, checkpoint] : answered) finish(key, checkpoint);
}

void CheckpointFinder::nobody(const Key& key) {
  if (!open_.contains(key)) return;
  const auto now = loop_.now();
  std::erase_if(unknown_, [&](const auto& entry) { return entry.second.until <= now; });
  auto& unknown = unknown_[key.first];
  unknown.position = std::max(unknown.position, key.second);
  unknown.until = now + timeout_;
  finish(key, std::nullopt);
}

bool CheckpointFinder::knownUnknown(const Key& key) const {
  const auto found = unknown_.find(key.first);
  return found != unknown_.end() && key.second <= found->second.position && loop_.now() < found->second.until;
}

void CheckpointFinder::finish(const Key& key, const std::optional<Checkpoint>& checkpoint) {
  auto question = open_.extract(key);
  if (question.empty()) return;
  question.mapped().timer.cancel();
  for (auto& done : question.mapped().waiting) done(checkpoint);
}

}  // namespace sse::cluster
