#include <algorithm>
#include <array>
#include <sys/resource.h>
#include <unistd.h>

#include "base/check.h"
#include "base/clock.h"
#include "base/cpus.h"
#include "base/tag.h"
#include "kernel/running_node.h"
#include "net/socket_stream.h"

namespace sse::kernel {
namespace {

/// Whoever comes back to a quiet channel is told a gap only for what it missed, so positions outlive short histories.
constexpr Duration kLeastCheckpointAge{600'000};
constexpr std::size_t kPageWorkers = 2;
constexpr std::size_t kPluginWorkers = 4;
constexpr std::size_t kPluginQueue = 1024;
constexpr std::size_t kDescriptorReserve = 256;
constexpr std::size_t kAdminConnections = 64;

std::string hostName() {
  std::array<char, 256> name{};
  return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "localhost";
}

/// Raises the soft limit of descriptors to the hard one and gives it.
std::size_t descriptorLimit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return 1024;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
  return static_cast<std::size_t>(limit.rlim_cur);
}

net::Admission::Limits admissionLimits(const config::Values& values) {
  net::Admission::Limits limits;
  const std::size_t descriptors = descriptorLimit();
  limits.connections = descriptors > 2 * kDescriptorReserve ? descriptors - kDescriptorReserve : descriptors / 2;
  limits.reserve = std::min<std::size_t>(limits.reserve, limits.connections / 4 + 1);
  if (values.has("limits.connections"))
    limits.connections = static_cast<std::size_t>(values.integer("limits.connections"));
  if (values.has("limits.connections_per_address")) {
    limits.per_address = static_cast<std::size_t>(values.integer("limits.connections_per_address"));
  }
  return limits;
}

}  // namespace

RunningNode::RunningNode(NodeParts parts)
    : parts_(parts),
      log_(parts.sink.logger("kernel")),
      ready_(parts.metrics.gauge("sse_node_ready", "1 while /readyz answers 200")),
      failed_plugins_(parts.metrics.gauge("sse_node_failed_plugins", "plugins that have failed")) {
  const auto& values = parts_.values;
  info_.name = values.has("node.name") ? values.string("node.name") : hostName();
  info_.tag = base::randomTag();
  info_.version = parts_.version;
  parts_.metrics.gauge("sse_node_build_info", "1, with the version", {{"version", info_.version}}).set(1);
  info_.cluster_secret = values.string("cluster.secret");
  const auto auth = values.list("auth");
  info_.guarded = std::ranges::find(auth, "open") == auth.end();
  info_.http_tls = !values.list("tls.certificate").empty();
  server_log_ = parts_.sink.logger("server");
  cluster_log_ = parts_.sink.logger("cluster");
  bus_log_ = parts_.sink.logger("bus");
  buildWorkers();
  drain_delay_ = values.duration("drain.delay");
  drain_flush_ = values.duration("drain.flush");
  bus_ = std::make_unique<bus::MessageBus>(
      control_, parts_.metrics, *bus_log_,
      [this](std::string_view owner, std::string_view what) { onBusFailure(owner, what); });
  farewell_ = std::make_unique<Farewell>(*bus_, control_, *log_);
  admission_ = std::make_unique<net::Admission>(admissionLimits(values));
  admin_admission_ = std::make_unique<net::Admission>(
      net::Admission::Limits{.connections = kAdminConnections, .per_address = 0, .reserve = 0});
  buildCluster();
  buildNode();
  buildLoops();
}

/// Names of hosts that DNS is silent about keep the workers of plugins for long, so pages have workers of their own.
void RunningNode::buildWorkers() {
  const auto post = [this](base::WorkerPool::Call call) { control_.post(std::move(call)); };
  plugin_workers_ = std::make_unique<base::WorkerPool>(base::WorkerPool::Terms{"plugins", kPluginWorkers, kPluginQueue},
                                                       post, parts_.metrics);
  const std::size_t pages = node_.pages.limit() + node_.admin_pages.limit();
  page_workers_ = std::make_unique<base::WorkerPool>(
      base::WorkerPool::Terms{"pages", kPageWorkers, pages}, [](const base::WorkerPool::Call&) {}, parts_.metrics);
  node_.offload = [this](std::function<void()> work) { SSE_CHECK(page_workers_->offload(std::move(work), nullptr)); };
}

void RunningNode::buildCluster() {
  const auto& values = parts_.values;
  const auto limits = channel::Limits::from(settingsOf(values, "channel"));
  checkpoints_ =
      std::make_unique<cluster::Checkpoints>(info_.tag, std::max(Duration(limits.history_age_ms), kLeastCheckpointAge));
  channel::Journal::Callbacks callbacks;
  callbacks.wake = [this](unsigned loop) {
    if (!loops_[loop]->loop.inThread()) loops_[loop]->loop.wake();
  };
  callbacks.own_appended = [this](std::uint64_t head) { own_head_.store(head, std::memory_order_release); };
  callbacks.checkpoint_of = [this](Tag tag, std::uint64_t at) {
    auto exact = tag == info_.tag ? journal_->checkpointAt(at) : std::nullopt;
    return exact ? exact : checkpoints_->find(tag, at);
  };
  callbacks.checkpoints = [this] { return checkpoints_->all(); };
  journal_ = std::make_unique<channel::Journal>(info_.tag, limits, std::move(callbacks));
  fill_ = std::make_unique<channel::Fill>(*journal_);
  resume_ = std::make_unique<ClusterResume>(*journal_, *fill_, *checkpoints_, control_,
                                            values.duration("history.peer_timeout"));
  cluster::Settings settings;
  settings.name = info_.name;
  settings.tag = info_.tag;
  settings.sources = values.list("discovery");
  settings.start_timeout = values.duration("cluster.start_timeout");
  settings.peer_timeout = values.duration("history.peer_timeout");
  cluster::Ties ties;
  ties.append = [this](const EventView* events, std::size_t count, bool fill) {
    const auto now = base::microseconds(control_.now());
    return fill ? fill_->append({events, count}, now) : journal_->appendForeign({events, count}, now);
  };
  ties.append_hole = [this](const Identity& lost, bool fill) {
    if (fill) return fill_->hole(lost, base::microseconds(control_.now()));
    const bool quiet = node_.state.load() == api::NodeState::Starting;
    journal_->appendHole(lost, quiet, base::microseconds(control_.now()));
  };
  ties.checkpoint = [this] { return journal_->checkpoint(); };
  ties.reached = [this](const Tag& peer) { journal_->note(peer); };
  ties.settled = [this](bool whole) {
    if (whole) fill_->whole();
    becomeReady();
  };
  cluster_ = std::make_unique<cluster::Cluster>(*bus_, control_, *cluster_log_, parts_.metrics, *checkpoints_, settings,
                                                std::move(ties));
  resume_->attach(*cluster_);
}

void RunningNode::buildNode() {
  const auto& values = parts_.values;
  journal_metrics_ = std::make_unique<JournalMetrics>(parts_.metrics);
  stream_metrics_ = std::make_unique<stream::StreamMetrics>(parts_.metrics);
  server_metrics_ = std::make_unique<server::ServerMetrics>(parts_.metrics);
  api_metrics_ = std::make_unique<api::ApiMetrics>(parts_.metrics);
  node_.info = &info_;
  node_.journal = journal_.get();
  node_.clients = &clients_;
  node_.resume = resume_.get();
  node_.metrics = &parts_.metrics;
  node_.counters = api_metrics_.get();
  node_.log = server_log_.get();
  node_.cors = {values.boolean("http.cors.enabled"), values.list("http.cors.origins")};
  node_.auth_cookie = values.string("auth.cookie");
  node_.console = values.boolean("console.enabled");
  node_.trusted_proxies = net::Networks::parse(values.list("http.trusted_proxies")).value();
  node_.wait_for_peers = values.string("publish.wait") == "peers";
  node_.publish_rate.set(publishRate(values));
  node_.render_metrics = [this] { return parts_.metrics.render(); };
  node_.status_parts = [this] { return statusParts(); };
  node_.not_ready_reason = [this] {
    const std::lock_guard lock(told_mutex_);
    return not_ready_ ? *not_ready_ : std::string();
  };
  node_.claims = [this](std::string_view protocol) {
    return std::ranges::find(upgrade_names_, protocol) != upgrade_names_.end();
  };
  node_.upgraded = [this](std::string protocol, std::string address, std::string received, net::Connected socket) {
    auto held = std::make_shared<Upgraded>();
    held->protocol = std::move(protocol);
    held->remote_address = std::move(address);
    held->received = std::move(received);
    if (const auto* shown = socket.tls ? socket.tls->clientCertificate() : nullptr) held->certificate = *shown;
    held->stream = std::make_unique<net::SocketStream>(std::move(socket));
    control_.post([this, held] {
      for (Transport* transport : parts_.plugins.transports()) {
        const auto names = transport->upgrades();
        if (std::ranges::find(names, held->protocol) == names.end()) continue;
        return transport->accept(std::move(*held));
      }
    });
  };
}

void RunningNode::buildLoops() {
  const auto& values = parts_.values;
  const auto streams = stream::StreamSettings::from(settingsOf(values, "stream"));
  const auto http = server::ServerSettings::from(settingsOf(values, "server"));
  const auto count =
      values.has("http.threads") ? static_cast<unsigned>(values.integer("http.threads")) : base::grantedCpus();
  const NodeLoop::Shared parts{
      *journal_, clients_, *stream_metrics_, node_, *server_metrics_, *server_log_, [this] { announceAppended(); }};
  for (unsigned i = 0; i < count; ++i) loops_.push_back(std::make_unique<NodeLoop>(i, parts, streams, http));
  for (auto& each : loops_) node_.loops.push_back({&each->loop, &each->streamer});
}

}  // namespace sse::kernel
