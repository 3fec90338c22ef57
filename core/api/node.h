#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/address_set.h"
#include "api/auth_chain.h"
#include "api/cors.h"
#include "api/rate_limit.h"
#include "base/places.h"
#include "channel/journal.h"
#include "http/router.h"
#include "net/event_loop.h"
#include "net/networks.h"
#include "sse/host.h"
#include "sse/metrics.h"
#include "stream/clients.h"
#include "stream/streamer.h"

namespace sse::api {

/// What requests may expect of the node now. Draining: not ready, and all is served still, as load balancers take a
/// while to see it. Closing: publishes are taken, new streams are led away. Leaving: publishes are refused, peers take
/// what is left.
enum class NodeState : std::uint8_t { Starting, Ready, Draining, Closing, Leaving };

/// Metric cells of all loops.
struct ApiMetrics {
  explicit ApiMetrics(Metrics& metrics);
  Counter& published;
  Counter& repeated;
  Counter& refused;
  Counter& streams_deferred;
  Counter& resumed;
  Counter& resumed_elsewhere;
  Counter& returned;
  Counter& been_to_ignored;
  Counter& undecided;
  Counter& pages_refused;
  Counter& limited_rate;
  Counter& limited_channels;
  Counter& limited_clients;
  Counter& limited_identity;
  Counter& limited_stream;
};

/// What the API asks the cluster when somebody resumes from another node's position.
class ResumeSource {
 public:
  virtual ~ResumeSource() = default;
  /// Where a stream that had everything up to `position` elsewhere stands here: what it has of each origin, and the
  /// greatest local position up to which it has everything. Nothing: no checkpoint is known here. [any]
  struct Known {
    std::vector<Identity> had;
    std::uint64_t local = 0;  ///< everything up to here is among what it had
  };
  virtual std::optional<Known> find(const Identity& identity, const Identity& deliverer) = 0;
  /// Asks the peers for a checkpoint, and waits for what is on its way here; `done` is called on any thread, after
  /// twice `history.peer_timeout` at the latest. [any]
  virtual void ask(const Identity& identity, const Identity& deliverer, std::function<void()> done) = 0;
};

/// One loop as the others see it.
struct LoopHandle {
  net::EventLoop* loop = nullptr;
  stream::Streamer* streamer = nullptr;
};

/// Everything the API of all loops shares. Owned by main, outlives every Api; the pointers are set before the first
/// request, the rest is safe from any thread.
struct Node {
  const NodeInfo* info = nullptr;
  channel::Journal* journal = nullptr;
  stream::ClientRegistry* clients = nullptr;
  AuthChain* auth = nullptr;
  ResumeSource* resume = nullptr;
  Metrics* metrics = nullptr;
  ApiMetrics* counters = nullptr;
  Logger* log = nullptr;
  Cors cors;
  std::string auth_cookie;  ///< name of the cookie that may hold a token
  net::Networks trusted_proxies;
  bool wait_for_peers = false;
  bool console = false;  ///< GET /console is served
  RateLimit publish_rate;
  std::vector<LoopHandle> loops;
  AddressSet original_nodes;  ///< from where been_to counts

  std::atomic<NodeState> state{NodeState::Starting};
  std::atomic<std::uint64_t> acknowledged{0};  ///< every live link has this node's events up to here

  base::Places pages{64};        ///< for pages being made
  base::Places admin_pages{16};  ///< the same of admin.port, which nobody is to shut out
  /// Runs `work` on a worker for pages, which has room for as many calls as there are places.
  std::function<void(std::function<void()> work)> offload;
  /// The page of metrics, on a worker.
  std::function<std::string()> render_metrics;
  /// The parts of the status that other rooms know (cluster, plugins), as JSON text; on a worker.
  std::function<std::string()> status_parts;
  /// Why the node is not ready; empty: it is. [any]
  std::function<std::string()> not_ready_reason;
  /// Hands an upgraded connection to whoever claims `protocol`; false when nobody does. [any]
  std::function<bool(std::string_view protocol)> claims;
  std::function<void(std::string protocol, std::string address, std::string received, net::Connected socket)> upgraded;
};

/// Seconds a client that is refused for now should wait: 1 to 3.
[[nodiscard]] std::string retryAfter();

}  // namespace sse::api
