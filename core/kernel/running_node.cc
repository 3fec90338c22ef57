#include "kernel/running_node.h"

#include <algorithm>
#include <future>

#include "api/status_document.h"
#include "base/clock.h"
#include "kernel/exposure.h"
#include "kernel/host.h"
#include "net/socket.h"

namespace sse::kernel {
namespace {

constexpr Duration kSweep{250};
constexpr Duration kWorkersPatience{1000};
constexpr std::size_t kSweepEntries = 4096;

Result<void> joined(const PluginSet::Problems& problems) {
  if (problems.empty()) return {};
  std::string text;
  for (const auto& problem : problems) text += (text.empty() ? "" : "\n") + problem;
  return Error{Code::InvalidArgument, text};
}

}  // namespace

std::uint64_t publishRate(const config::Values& values) {
  const char* key = "limits.publish_rate";
  return values.has(key) ? static_cast<std::uint64_t>(values.integer(key)) : 0;
}

RunningNode::~RunningNode() { stop(); }

Result<void> RunningNode::start() {
  auto tls = readTls(parts_.values);
  if (!tls) return tls.error();
  if (*tls) useTls(*tls);
  if (auto bound = bind(); !bound) return bound;
  startThreads();
  if (auto started = startPlugins(); !started) {
    stop();
    return started;
  }
  listen();
  log_->write(
      Level::Info, "listening", "listening",
      {{"http_port", std::to_string(info_.http_port)}, {"node", info_.name}, {"tag", std::string(text(info_.tag))}});
  warnIfOpen();
  warnOfUnusedOrigins();
  onControl([this] {
    announce(NodeStateChanged::State::Starting);
    cluster_->start();
    sweep();
  });
  return {};
}

/// Without a secret whoever reaches the port may link as a node and publish as one; transports see to guarded nodes.
void RunningNode::warnIfOpen() {
  if (!info_.cluster_secret.empty() || info_.guarded) return;
  const auto address = publicAddress(parts_.values.string("http.address"));
  if (!address) return;
  log_->write(Level::Warning, "cluster-open",
              "reachable at a public address without a cluster.secret: any host may take part as a node",
              {{"address", *address}});
  warnings_.tell({"cluster-open", "at a public address without cluster.secret", *address, true}, Clock::now());
}

/// Elsewhere the list alone is the switch, and here nothing else would tell that it is not.
void RunningNode::warnOfUnusedOrigins() {
  if (!parts_.values.has("http.cors.origins") || parts_.values.boolean("http.cors.enabled")) return;
  log_->write(Level::Warning, "cors-off",
              "http.cors.origins counts for nothing without http.cors.enabled: set that as well, or remove the list");
}

/// Every loop has a socket of its own on the same port. The first bind is made without sharing, as the system would let
/// another process share the port with us.
Result<void> RunningNode::bindLoops() {
  const auto& values = parts_.values;
  net::ListenSettings settings;
  settings.address = values.string("http.address");
  settings.port = info_.http_port;
  settings.send_buffer = static_cast<int>(values.size("stream.send_buffer"));
  settings.share = false;
  {
    auto probe = net::listenOn(settings);
    if (!probe) return probe.error();
    settings.port = net::localPort(probe->get());
  }
  settings.share = true;
  listeners_.clear();
  for (std::size_t i = 0; i < loops_.size(); ++i) {
    auto listener = net::listenOn(settings);
    if (!listener) return listener.error();
    listeners_.push_back(std::move(*listener));
  }
  info_.http_port = settings.port;
  return {};
}

Result<void> RunningNode::bind() {
  const auto& values = parts_.values;
  info_.http_port = static_cast<std::uint16_t>(values.integer("http.port"));
  if (auto bound = bindLoops(); !bound) return bound;
  if (!values.has("admin.port")) return {};
  net::ListenSettings settings;
  settings.options = "admin";
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
  auto problems = configurePlugins();
  parts_.plugins.stop();
  for (const char* options : {"http", "admin"}) {
    net::ListenSettings settings;
    settings.options = options;
    settings.address = parts_.values.string(std::string(options) + ".address");
    if (const auto good = net::checkAddress(settings); !good) problems.push_back(good.error().text);
  }
  if (const auto tls = readTls(parts_.values); !tls) problems.push_back(tls.error().text);
  warnOfUnusedOrigins();
  return joined(problems);
}

std::unique_ptr<Host> RunningNode::makeHost(const std::string& owner) {
  return std::make_unique<PluginHost>(
      PluginHost::Parts{bus_->forOwner(owner), parts_.sink.logger(owner), control_, parts_.metrics, *journal_, info_,
                        [this](std::function<void()> work, std::function<void()> done) {
                          return plugin_workers_->offload(std::move(work), std::move(done));
                        },
                        [this, owner](std::string_view what) { parts_.plugins.fail(owner, what); }});
}

PluginSet::Problems RunningNode::configurePlugins() {
  return parts_.plugins.configure([this](Kind, const std::string& owner) { return makeHost(owner); },
                                  settingsIn(parts_.values));
}

Result<void> RunningNode::startPlugins() {
  PluginSet::Problems problems;
  onControl([&] {
    if (node_.wait_for_peers) passOnAcknowledgements();
    takeFills();
    subscriptions_.push_back(
        bus_->subscribe<Warned>([this](const Warned& warned) { warnings_.tell(warned, control_.now()); }));
    subscriptions_.push_back(bus_->subscribe<OriginalNodes>(
        [this](const OriginalNodes& message) { node_.original_nodes.replace(message.addresses); }));
    subscriptions_.push_back(bus_->subscribe<CredentialsRevoked>([this](const CredentialsRevoked& message) {
      const auto revoked = std::make_shared<const std::vector<std::uint64_t>>(message.credentials);
      for (auto& parts : loops_) {
        parts->loop.post([streamer = &parts->streamer, revoked] { streamer->expiry().revoke(*revoked); });
      }
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

void RunningNode::takeFills() {
  subscriptions_.push_back(bus_->subscribe<FloorsReceived>(
      [this](const FloorsReceived& message) { fill_->floors(message.floors, base::microseconds(control_.now())); }));
  subscriptions_.push_back(bus_->subscribe<FillChanged>([this](const FillChanged& message) {
    switch (message.state) {
      case FillChanged::State::Begun: return fill_->begin(message.donor, message.young);
      case FillChanged::State::Broken: return fill_->drop();
      case FillChanged::State::Ended: return fill_->end(base::microseconds(control_.now()));
    }
  }));
}

/// Only where publishers wait: each acknowledgement wakes every loop.
void RunningNode::passOnAcknowledgements() {
  subscriptions_.push_back(bus_->subscribe<PeersAcknowledged>([this](const PeersAcknowledged& message) {
    node_.acknowledged.store(message.position, std::memory_order_release);
    for (auto& parts : loops_) {
      parts->loop.post([api = &parts->api, position = message.position] { api->acknowledged(position); });
    }
  }));
  subscriptions_.push_back(bus_->subscribe<PeersHold>([this](const PeersHold& message) {
    const auto highest = std::make_shared<const std::vector<Identity>>(message.highest);
    for (auto& parts : loops_) {
      parts->loop.post([api = &parts->api, highest] { api->held(highest); });
    }
  }));
}

void RunningNode::listen() {
  for (std::size_t i = 0; i < loops_.size(); ++i) {
    auto fd = std::make_shared<base::Fd>(std::move(listeners_[i]));
    loops_[i]->loop.post(
        [this, server = &loops_[i]->server, fd] { server->listen(std::move(*fd), *admission_, false); });
  }
  listeners_.clear();
  if (!admin_listener_.valid()) return;
  auto fd = std::make_shared<base::Fd>(std::move(admin_listener_));
  loops_[0]->loop.post(
      [this, server = &loops_[0]->server, fd] { server->listen(std::move(*fd), *admin_admission_, true); });
}

void RunningNode::becomeReady() {
  auto expected = api::NodeState::Starting;
  if (!node_.state.compare_exchange_strong(expected, api::NodeState::Ready)) return;
  announce(NodeStateChanged::State::Ready);
  log_->write(
      Level::Info, "ready", "ready",
      {{"http_port", std::to_string(info_.http_port)}, {"node", info_.name}, {"tag", std::string(text(info_.tag))}});
}

void RunningNode::announce(NodeStateChanged::State state) { bus_->publish(NodeStateChanged{state}); }

/// One message for all appends until the control thread looks: it reads the journal by position anyway.
void RunningNode::announceAppended() {
  const auto head = own_head_.load(std::memory_order_acquire);
  if (head == announced_.load(std::memory_order_relaxed) || !bus_->wanted(EventsAppended::kTopic)) return;
  announced_.store(head, std::memory_order_relaxed);
  if (appended_pending_.exchange(true, std::memory_order_acq_rel)) return;
  control_.post([this] {
    appended_pending_.store(false, std::memory_order_release);
    bus_->publish(EventsAppended{own_head_.load(std::memory_order_acquire)});
  });
}

/// Messages that the bus dropped may have been events of peers, so whoever reads is told of a hole.
void RunningNode::onBusFailure(std::string_view owner, std::string_view what) {
  if (owner != "bus") return parts_.plugins.fail(owner, what);
  fill_->spoil();
  for (const auto& highest : journal_->checkpoint().highest) {
    if (highest.origin != info_.tag) journal_->appendHole(highest, false, base::nowMicroseconds());
  }
}

void RunningNode::sweep() {
  sweeper_ = control_.after(kSweep, [this] { sweep(); });
  for (int i = 0; i < 16 && journal_->sweep(base::microseconds(control_.now()), kSweepEntries); ++i) {
  }
  journal_metrics_->tell(journal_->totals());
  auto readiness = parts_.plugins.readiness();
  if (readiness.ready) readiness = cluster_->readiness();
  auto status = parts_.plugins.status();
  failed_plugins_.set(std::ranges::count(status, "failed", &PluginStatus::state));
  {
    const std::lock_guard lock(told_mutex_);
    plugin_status_ = std::move(status);
    not_ready_ = readiness.ready ? nullptr : std::make_shared<const std::string>(readiness.reason);
  }
  ready_.set(isReady() ? 1 : 0);
}

bool RunningNode::isReady() const {
  return node_.state.load() == api::NodeState::Ready && node_.not_ready_reason().empty();
}

void RunningNode::stop() {
  if (!control_thread_.joinable()) return;
  onControl([this] {
    parts_.plugins.stop();
    subscriptions_.clear();
    farewell_.reset();
    sweeper_.cancel();
  });
  for (auto& parts : loops_) parts->loop.stop();
  for (auto& parts : loops_) parts->thread.join();
  control_.stop();
  control_thread_.join();
  page_workers_.reset();
  left_behind_ = !plugin_workers_->abandon(kWorkersPatience);
  plugin_workers_.reset();
  if (left_behind_) {
    log_->write(Level::Warning, "workers-left",
                "calls of plugins block, of names of hosts as a rule; ending without them");
  }
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
  api::StatusFacts facts;
  facts.info = &info_;
  facts.view = cluster_->view();
  {
    const std::lock_guard lock(told_mutex_);
    for (const auto& plugin : plugin_status_) {
      facts.plugins.push_back({kindName(plugin.kind), plugin.name, plugin.version, plugin.state, plugin.reason});
    }
  }
  const auto now = Clock::now();
  for (auto& row : warnings_.rows(now)) {
    const auto ago = std::chrono::duration_cast<std::chrono::seconds>(now - row.told).count();
    facts.warnings.push_back({std::move(row.id), std::move(row.text), std::move(row.about), row.count, ago});
  }
  facts.ready = isReady();
  facts.uptime_s =
      std::chrono::duration_cast<std::chrono::seconds>(std::chrono::steady_clock::now() - started_at_).count();
  facts.published = api_metrics_->published.value();
  facts.delivered = stream_metrics_->delivered.value();
  return api::statusJson(facts);
}

}  // namespace sse::kernel
