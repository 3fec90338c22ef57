#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "api/api.h"
#include "base/worker_pool.h"
#include "bus/message_bus.h"
#include "channel/fill.h"
#include "cluster/cluster.h"
#include "config/values.h"
#include "kernel/cluster_resume.h"
#include "kernel/farewell.h"
#include "kernel/journal_metrics.h"
#include "kernel/node_loop.h"
#include "kernel/plugin_set.h"
#include "kernel/warning_board.h"
#include "net/event_loop.h"
#include "net/tls_context.h"
#include "observe/log_sink.h"
#include "observe/metric_registry.h"
#include "server/http_server.h"
#include "stream/streamer.h"

namespace sse::kernel {

/// The settings of one owner's option table. [any]
inline Settings settingsOf(const config::Values& values, const char* owner) {
  return Settings(values.settingsJson(owner));
}

/// The settings of each plugin in `values`, which outlive the answer. [any]
inline PluginSet::Settings settingsIn(const config::Values& values) {
  return [&values](std::string_view owner) { return values.settingsJson(owner); };
}

/// What main has prepared: configuration read and checked, plugins opened and checked.
struct NodeParts {
  const config::Values& values;
  observe::LogSink& sink;
  observe::MetricRegistry& metrics;
  PluginSet& plugins;
  std::string version;
};

/// Events per second that limits.publish_rate allows; 0: any number. [any]
std::uint64_t publishRate(const config::Values& values);

/// One node from its first thread to its last: builds every part by hand, in order, and takes them down in reverse.
/// Made and driven by main; its control thread and its loops are its own.
class RunningNode {
 public:
  explicit RunningNode(NodeParts parts);
  ~RunningNode();
  RunningNode(const RunningNode&) = delete;
  RunningNode& operator=(const RunningNode&) = delete;

  /// Creates and configures the plugins, opens nothing, starts nothing; all problems, one a line. [main]
  Result<void> check();
  /// Binds, configures and starts plugins, listens. What went wrong is undone. Code::InvalidArgument: configuration or
  /// plugins; Code::System: the system refused. [main]
  Result<void> start();
  /// Begins to leave; `gone` is called on the control thread when the last stream is closed and the peers have what was
  /// published here, or `drain.flush` is over. [any]
  void drain(std::function<void()> gone);
  /// Takes what may change while running, or, where anything is refused, nothing of it, and logs which. The values are
  /// checked already. [any]
  void reload(config::Values values);
  /// Stops plugins and threads. [main]
  void stop();
  /// After stop: whether calls of plugins block still. Their threads run on, so the process has to end without taking
  /// itself down around them. [main]
  [[nodiscard]] bool leftBehind() const { return left_behind_; }

 private:
  Result<void> bind();
  Result<void> bindLoops();
  Result<void> startPlugins();
  void passOnAcknowledgements();
  std::unique_ptr<Host> makeHost(const std::string& owner);
  void takeFills();
  PluginSet::Problems configurePlugins();
  void buildWorkers();
  void buildNode();
  void buildCluster();
  void buildLoops();
  /// Reads the certificates; nullptr where the port is to speak plainly. [main or control]
  [[nodiscard]] Result<std::shared_ptr<const net::TlsContext>> readTls(const config::Values& values) const;
  /// Whoever connects to the port of the loops gets these from then on. [main or control]
  void useTls(const std::shared_ptr<const net::TlsContext>& tls);
  void takeValues(std::shared_ptr<const config::Values> next);
  void takeCoreSettings(const config::Values& values);
  void tellWaiting(const config::Values& next, bool secure);
  void startThreads();
  void listen();
  void warnIfOpen();
  void warnOfUnusedOrigins();
  void becomeReady();
  void sweep();
  void announce(NodeStateChanged::State state);
  void announceAppended();
  void onBusFailure(std::string_view owner, std::string_view what);
  void afterDrainDelay();
  /// Streams are about to be told to resume at `position`. [loop]
  void announceEnding(std::uint64_t position);
  void loopDrained();
  void sayFarewell();
  /// Closes the port, and opens it again while a peer is missing that has to come back by it. [control]
  void keepDoor();
  [[nodiscard]] bool hasPeers() const;
  /// What /readyz says. [any]
  [[nodiscard]] bool isReady() const;
  [[nodiscard]] std::string statusParts();
  /// Runs `call` on the control thread and waits for it. [main]
  void onControl(const std::function<void()>& call);

  NodeParts parts_;
  std::shared_ptr<const config::Values> reloaded_;  ///< of the last reload that was taken; none: those of the start
  std::unique_ptr<Logger> log_;
  NodeInfo info_;
  net::EventLoop control_;
  std::thread control_thread_;
  std::unique_ptr<base::WorkerPool> plugin_workers_;
  std::unique_ptr<base::WorkerPool> page_workers_;
  bool left_behind_ = false;
  std::unique_ptr<bus::MessageBus> bus_;
  std::unique_ptr<Farewell> farewell_;
  std::unique_ptr<net::Admission> admission_;
  std::unique_ptr<net::Admission> admin_admission_;  ///< of admin.port
  std::unique_ptr<cluster::Checkpoints> checkpoints_;
  std::unique_ptr<channel::Journal> journal_;
  std::unique_ptr<channel::Fill> fill_;
  std::unique_ptr<ClusterResume> resume_;
  std::unique_ptr<cluster::Cluster> cluster_;
  std::unique_ptr<Logger> cluster_log_;
  std::unique_ptr<Logger> server_log_;
  std::unique_ptr<Logger> bus_log_;
  stream::ClientRegistry clients_;
  Gauge& ready_;
  Gauge& failed_plugins_;
  std::unique_ptr<JournalMetrics> journal_metrics_;
  std::unique_ptr<stream::StreamMetrics> stream_metrics_;
  std::unique_ptr<server::ServerMetrics> server_metrics_;
  std::unique_ptr<api::ApiMetrics> api_metrics_;
  std::unique_ptr<api::AuthChain> auth_;
  api::Node node_;
  std::vector<std::unique_ptr<NodeLoop>> loops_;
  std::vector<base::Fd> listeners_;
  base::Fd admin_listener_;
  std::vector<std::string> upgrade_names_;

  std::atomic<std::uint64_t> own_head_{0};
  std::atomic<std::uint64_t> announced_{0};
  std::atomic<bool> appended_pending_{false};
  std::atomic<bool> cluster_ready_{false};
  std::mutex told_mutex_;  ///< what the control thread told last
  std::shared_ptr<const std::string> not_ready_;
  std::vector<PluginStatus> plugin_status_;
  WarningBoard warnings_;
  std::vector<Registration> subscriptions_;
  Registration sweeper_;
  Registration drain_timer_;
  Duration drain_delay_{0};
  Duration drain_flush_{0};
  std::function<void()> gone_;
  std::size_t loops_draining_ = 0;
  bool listening_ = true;  ///< on the port of the loops; of a node that leaves
  bool missing_ = false;   ///< a peer has to come back for what it lacks; of a node that leaves
  std::chrono::steady_clock::time_point started_at_ = std::chrono::steady_clock::now();
};

}  // namespace sse::kernel
