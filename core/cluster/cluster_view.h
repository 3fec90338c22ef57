#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "sse/event.h"
#include "sse/messages.h"

namespace sse::cluster {

/// Another node as /status tells it.
struct NodeView {
  std::string name;             ///< empty where nobody has told yet
  std::string address;          ///< empty where the node connected by itself and discovery does not know it
  std::uint16_t http_port = 0;  ///<
  Tag tag{};                    ///< zeros before the link told
  Member::State state = Member::State::Alive;
  LinkChanged::State link = LinkChanged::State::Connecting;
  std::string reason;  ///< why there is no link
  std::uint64_t lag_events = 0;
  bool filled = false;
  std::vector<std::string> sources;  ///< discovery plugins that know it
};

/// The words of /status. [any]
const char* stateText(Member::State state);
const char* linkText(LinkChanged::State state);

/// A member of the gossip cluster, ours or not one of our kind, as /status tells it.
struct GossipMember {
  std::string address;
  std::uint16_t port = 0;
  bool self = false;
};

/// The other nodes at one moment, and who takes part in gossip. Immutable.
struct ClusterView {
  std::vector<NodeView> nodes;       ///< by address, port and name
  std::vector<GossipMember> gossip;  ///< alive and suspect ones, this node too; empty without gossip
};

/// Hands the newest view from the control thread to everybody. Own mutex, held to copy one pointer.
class ViewBoard {
 public:
  /// [any]
  void put(ClusterView view) {
    auto fresh = std::make_shared<const ClusterView>(std::move(view));
    const std::lock_guard lock(mutex_);
    view_.swap(fresh);
  }
  /// Never null. [any]
  [[nodiscard]] std::shared_ptr<const ClusterView> get() const {
    const std::lock_guard lock(mutex_);
    return view_;
  }

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<const ClusterView> view_ = std::make_shared<const ClusterView>();
};

}  // namespace sse::cluster
