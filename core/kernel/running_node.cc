#include "kernel/running_node.h"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <future>

#include "base/clock.h"
#include "base/cpus.h"
#include "base/tag.h"
#include "kernel/host.h"
#include "kernel/node_status.h"
#include "net/socket_stream.h"

namespace sse::kernel {
namespace {

constexpr std::size_t kWorkers = 4;
constexpr std::size_t kWorkerQueue = 1024;
constexpr Duration kSweep{250};
constexpr std::size_t kSweepEntries = 4096;
constexpr std::size_t kDescriptorReserve = 128;

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
  if (values.has("limits.connections")) limits.connections = static_cast<std::size_t>(values.integer("limits.connections"));
  if (values.has("limits.connections_per_address")) {
    limits.per_address = static_cast<std::size_t>(values.integer("limits.connections_per_address"));
  }
  return limits;
}

Settings settingsOf(const config::Values& values, const char* owner) { return Settings(values.settingsJson(owner)); }

Result<void> joined(const PluginSet::Problems& problems) {
  if (problems.empty()) return {};
  std::string text;
  for (const auto& problem : problems) text += (text.empty() ? "" : "\n") + problem;
  return Error{Code::InvalidArgument, text};
}

}  // namespace

struct RunningNode::LoopParts {
  LoopParts(RunningNode& node, unsigned number, const stream::StreamSettings& streams, const server::ServerSettings& http)
      : streamer(loop, number, *node.journal_, node.clients_, streams, *node.stream_metrics_),
        api(node.node_, number, loop, streamer),
        server(loop, api, *node.admission_, http, *node.server_metrics_, *node.server_log_) {
    api.attach(server);
    // Append, deliver, answer: subscribers first, and one write per connection for all answers of a turn.
    loop.atTurnEnd([this] {
      api.settle();
      const bool deliveries = streamer.turn();
      const bool reads = server.turn();
      return deliveries || reads;
    });
  }

  net::EventLoop loop;
  stream::Streamer streamer;
  api::Api api;
  server::HttpServer server;
  std::thread thread;
};

RunningNode::RunningNode(NodeParts parts) : parts_(parts), log_(parts.sink.logger("kernel")) {
  const auto& values = parts_.values;
  info_.name = values.has("node.name") ? values.string("node.name") : hostName();
  info_.tag = base::randomTag();
  info_.version = parts_.version;
  info_.cluster_secret = values.string("cluster.secret");
  server_log_ = parts_.sink.logger("server");
  cluster_log_ = parts_.sink.logger("cluster");
  bus_log_ = parts_.sink.logger("bus");
  workers_ = std::make_unique<base::WorkerPool>(
      kWorkers, kWorkerQueue, [this](base::WorkerPool::Call call) { control_.post(std::move(call)); }, parts_.metrics);
  bus_ = std::make_unique<bus::MessageBus>(control_, parts_.metrics, *bus_log_,
                                           [this](std::string_view owner, std::string_view what) {
                                             parts_.plugins.fail(owner, what);
                                           });
  admission_ = std::make_unique<net::Admission>(admissionLimits(values));
  buildCluster();
  buildNode();
  buildLoops();
}

RunningNode::~RunningNode() { stop(); }

void RunningNode::buildCluster() {
  const auto& values = parts_.values;
  const auto limits = channel::Limits::from(settingsOf(values, "channel"));
  checkpoints_ = std::make_unique<cluster::Checkpoints>(info_.tag, Duration(limits.history_age_ms));
  channel::Journal::Callbacks callbacks;
  callbacks.wake = [this](unsigned loop) {
    if (!loops_[loop]->loop.inThread()) loops_[loop]->loop.wake();
  };
  callbacks.own_appended = [this](std::uint64_t head) { onOwnAppended(head); };
  callbacks.checkpoint_of = [this](Tag tag, std::uint64_t at) { return checkpoints_->find(tag, at); };
  callbacks.checkpoints = [this] { return checkpoints_->all(); };
  journal_ = std::make_unique<channel::Journal>(info_.tag, limits, std::move(callbacks));
  resume_ = std::make_unique<ClusterResume>(*journal_, *checkpoints_);
  cluster::Settings settings;
  settings.name = info_.name;
  settings.tag = info_.tag;
  settings.sources = values.list("discovery");
  settings.start_timeout = values.duration("cluster.start_timeout");
  settings.peer_timeout = values.duration("history.peer_timeout");
  cluster::Ties ties;
  ties.append = [this](const EventView* events, std::size_t count, std::string_view /*peer*/) {
    return journal_->appendForeign({events, count}, base::microseconds(control_.now()));
  };
  ties.append_hole = [this](const Identity& lost) {
    const bool quiet = node_.state.load() == api::NodeState::Starting;
    journal_->appendHole(lost, quiet, base::microseconds(control_.now()));
  };
  ties.checkpoint = [this] { return journal_->checkpoint(); };
  ties.settled = [this] { becomeReady(); };
  cluster_ = std::make_unique<cluster::Cluster>(*bus_, control_, *cluster_log_, parts_.metrics, *checkpoints_, settings,
                                                std::move(ties));
  resume_->attach(*cluster_);
}

void RunningNode::buildNode() {
  const auto& values = parts_.values;
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
  node_.trusted_proxies = values.list("http.trusted_proxies");
  node_.wait_for_peers = values.string("publish.wait") == "peers";
  if (values.has("limits.publish_rate")) {
    node_.publish_rate =
        std::make_unique<api::RateLimit>(static_cast<std::uint64_t>(values.integer("limits.publish_rate")));
  }
  node_.offload = [this](std::function<void()> work) { return workers_->offload(std::move(work), [] {}); };
  node_.render_metrics = [this] { return parts_.metrics.render(); };
  node_.status_parts = [this] { return statusParts(); };
  node_.not_ready_reason = [this] {
    const std::lock_guard lock(not_ready_mutex_);
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
  for (unsigned i = 0; i < count; ++i) loops_.push_back(std::make_unique<LoopParts>(*this, i, streams, http));
  for (auto& parts : loops_) node_.loops.push_back({&parts->loop, &parts->streamer});
}

Result<void> RunningNode::start() {
  if (auto bound = bind(); !bound) return bound;
  startThreads();
  if (auto started = startPlugins(); !started) {
    stop();
    return started;
  }
  listen();
  log_->write(Level::Info, "listening", "listening",
              {{"http_port", std::to_string(info_.http_port)}, {"node", info_.name}, {"tag", std::string(text(info_.tag))}});
  onControl([this] {
    announce(NodeStateChanged::State::Starting);
    cluster_->start();
    sweep();
  });
  return {};
}

/// Every loop has a socket of its own on the same port. The first bind is made without sharing, as the system would let
/// another process share the port with us.
Result<void> RunningNode::bind() {
  const auto& values = parts_.values;
  net::ListenSettings settings;
  settings.address = values.string("http.address");
  settings.port = static_cast<std::uint16_t>(values.integer("http.port"));
  settings.send_buffer = static_cast<int>(values.size("stream.send_buffer"));
  settings.share = false;
  {
    auto probe = net::listenOn(settings);
    if (!probe) return probe.error();
    settings.port = net::localPort(probe->get());
  }
  settings.share = true;
  for (std::size_t i = 0; i < loops_.size(); ++i) {
    auto listener = net::listenOn(settings);
    if (!listener) return listener.error();
    listeners_.push_back(std::move(*listener));
  }
  info_.http_port = settings.port;
  if (!values.has("admin.port")) return {};
  settings.address = values.string("admin.address");
  settings.port = static_cast<std::uint16_t>(values.integer("admin.port"));
  settings.share = false;
  auto admin = net::listenOn(settings);
  if (!admin) return admin.error();
  admin_listener_ = std::move(*admin);
  return {};
}

void RunningNode::startThreads() {
  control_thread_ = std::thread([this] { control_.run(); });
  for (auto& parts : loops_) {
    parts->thread = std::thread([loop = &parts->loop] { loop->run(); });
  }
}

Result<void> RunningNode::check() {
  const auto problems = configurePlugins();
  parts_.plugins.stop();
  return joined(problems);
}

PluginSet::Problems RunningNode::configurePlugins() {
  const auto make_host = [this](Kind, const std::string& owner) {
    return std::make_unique<PluginHost>(PluginHost::Parts{
        bus_->forOwner(owner), parts_.sink.logger(owner), control_, parts_.metrics, *journal_, info_,
        [this](std::function<void()> work, std::function<void()> done) {
          return workers_->offload(std::move(work), std::move(done));
        },
        [this, owner](std::string_view what) { parts_.plugins.fail(owner, what); }});
  };
  return parts_.plugins.configure(make_host, [this](std::string_view owner) { return parts_.values.settingsJson(owner); });
}

Result<void> RunningNode::startPlugins() {
  PluginSet::Problems problems;
  onControl([&] {
    subscriptions_.push_back(bus_->subscribe<PeersAcknowledged>([this](const PeersAcknowledged& message) {
      node_.acknowledged.store(message.position, std::memory_order_release);
      for (auto& parts : loops_) {
        parts->loop.post([api = &parts->api, position = message.position] { api->acknowledged(position); });
      }
    }));
    subscriptions_.push_back(bus_->subscribe<FloorsReceived>([this](const FloorsReceived& message) {
      journal_->setDonor(message.floors.node, message.floors.forgotten);
      for (const auto& [channel, floor] : message.floors.channels) journal_->setDonorFloor(channel, floor);
    }));
    problems = configurePlugins();
    if (!problems.empty()) return;
    auth_ = std::make_unique<api::AuthChain>(parts_.plugins.auths());
    node_.auth = auth_.get();
    for (const auto* transport : parts_.plugins.transports()) {
      for (auto& name : transport->upgrades()) upgrade_names_.push_back(std::move(name));
    }
    problems = parts_.plugins.start();
  });
  return joined(problems);
}

void RunningNode::listen() {
  for (std::size_t i = 0; i < loops_.size(); ++i) {
    auto fd = std::make_shared<base::Fd>(std::move(listeners_[i]));
    loops_[i]->loop.post([server = &loops_[i]->server, fd] { server->listen(std::move(*fd), false); });
  }
  listeners_.clear();
  if (!admin_listener_.valid()) return;
  auto fd = std::make_shared<base::Fd>(std::move(admin_listener_));
  loops_[0]->loop.post([server = &loops_[0]->server, fd] { server->listen(std::move(*fd), true); });
}

void RunningNode::becomeReady() {
  auto expected = api::NodeState::Starting;
  if (!node_.state.compare_exchange_strong(expected, api::NodeState::Ready)) return;
  announce(NodeStateChanged::State::Ready);
  log_->write(Level::Info, "ready", "ready",
              {{"http_port", std::to_string(info_.http_port)}, {"node", info_.name}, {"tag", std::string(text(info_.tag))}});
}

void RunningNode::announce(NodeStateChanged::State state) { bus_->publish(NodeStateChanged{state}); }

/// One message for all appends until the control thread looks: it reads the journal by position anyway.
void RunningNode::onOwnAppended(std::uint64_t head) {
  own_head_.store(head, std::memory_order_release);
  if (!bus_->wanted(EventsAppended::kTopic) || appended_pending_.exchange(true, std::memory_order_acq_rel)) return;
  control_.post([this] {
    appended_pending_.store(false, std::memory_order_release);
    bus_->publish(EventsAppended{own_head_.load(std::memory_order_acquire)});
  });
}

void RunningNode::sweep() {
  sweeper_ = control_.after(kSweep, [this] { sweep(); });
  for (int i = 0; i < 16 && journal_->sweep(base::microseconds(control_.now()), kSweepEntries); ++i) {
  }
  auto readiness = parts_.plugins.readiness();
  if (readiness.ready) readiness = cluster_->readiness();
  const std::lock_guard lock(not_ready_mutex_);
  not_ready_ = readiness.ready ? nullptr : std::make_shared<const std::string>(readiness.reason);
}

void RunningNode::drain(std::function<void()> gone) {
  control_.post([this, gone = std::move(gone)]() mutable {
    if (gone_) return;
    gone_ = std::move(gone);
    node_.state.store(api::NodeState::Draining);
    announce(NodeStateChanged::State::Draining);
    log_->write(Level::Info, "draining", "leaving: not ready any more");
    drain_timer_ = control_.after(parts_.values.duration("drain.delay"), [this] { afterDrainDelay(); });
  });
}

void RunningNode::afterDrainDelay() {
  parts_.plugins.drain();
  loops_draining_ = loops_.size();
  for (auto& parts : loops_) {
    parts->loop.post([this, each = parts.get()] {
      each->server.closeListeners();
      each->streamer.drain([this, each] {
        each->server.drain();
        control_.post([this] { loopDrained(); });
      });
    });
  }
}

void RunningNode::loopDrained() {
  if (--loops_draining_ > 0) return;
  announce(NodeStateChanged::State::Leaving);
  // Behind the message just published, so that transports have said their last words.
  control_.post([this] {
    if (gone_) gone_();
  });
}

void RunningNode::reload(const config::Values& values) {
  control_.post([this, &values] {
    parts_.sink.setLevel(observe::levelOf(values.string("log.level")));
    journal_->setLimits(channel::Limits::from(settingsOf(values, "channel")));
    const auto streams = stream::StreamSettings::from(settingsOf(values, "stream"));
    for (auto& parts : loops_) {
      parts->loop.post([streamer = &parts->streamer, streams] { streamer->setSettings(streams); });
    }
    const auto problems =
        parts_.plugins.reload([&values](std::string_view owner) { return values.settingsJson(owner); });
    for (const auto& problem : problems) log_->write(Level::Error, "reload-refused", problem);
    if (problems.empty()) log_->write(Level::Info, "reloaded", "configuration reloaded");
  });
}

void RunningNode::stop() {
  if (!control_thread_.joinable()) return;
  onControl([this] {
    parts_.plugins.stop();
    subscriptions_.clear();
    sweeper_.cancel();
  });
  for (auto& parts : loops_) parts->loop.stop();
  for (auto& parts : loops_) parts->thread.join();
  control_.stop();
  control_thread_.join();
  workers_.reset();
}

void RunningNode::onControl(const std::function<void()>& call) {
  std::promise<void> done;
  control_.post([&] {
    call();
    done.set_value();
  });
  done.get_future().wait();
}

std::string RunningNode::statusParts() {
  StatusFacts facts;
  facts.info = &info_;
  facts.view = cluster_->view();
  std::promise<std::vector<PluginStatus>> plugins;
  control_.post([&] { plugins.set_value(parts_.plugins.status()); });
  facts.plugins = plugins.get_future().get();
  facts.ready = node_.state.load() == api::NodeState::Ready && node_.not_ready_reason().empty();
  facts.uptime_s = std::chrono::duration_cast<std::chrono::seconds>(std::chrono::steady_clock::now() - started_at_).count();
  facts.published = api_metrics_->published.value();
  facts.delivered = stream_metrics_->delivered.value();
  return statusJson(facts);
}

}  // namespace sse::kernel
