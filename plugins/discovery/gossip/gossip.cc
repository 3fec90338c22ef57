#include "discovery/gossip/gossip.h"

#include <algorithm>
#include <charconv>
#include <poll.h>
#include <random>
#include <utility>

namespace sse::gossip {
namespace {

constexpr std::size_t kDatagramsPerTurn = 256;
constexpr int kGoodbyeStepMs = 10;

sse::Member::State stateOf(NodeState state) {
  switch (state) {
    case NodeState::Alive: return sse::Member::State::Alive;
    case NodeState::Suspect: return sse::Member::State::Suspect;
    case NodeState::Dead: return sse::Member::State::Dead;
    case NodeState::Left: return sse::Member::State::Left;
  }
  return sse::Member::State::Dead;
}

std::uint64_t randomSeed() {
  std::random_device source;
  return (std::uint64_t{source()} << 32) | source();
}

}  // namespace

std::uint16_t httpPortOf(const std::string& meta, std::uint16_t own) {
  if (meta.empty()) return own;
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(meta.data(), meta.data() + meta.size(), port);
  return error == std::errc() && end == meta.data() + meta.size() ? port : 0;
}

Result<void> Gossip::configure(Host& host, std::string_view settings_json) {
  auto options = Options::parse(settings_json);
  if (!options.ok()) return options.error();
  host_ = &host;
  options_ = std::move(*options);
  wire_ = std::make_shared<const WireSettings>(options_.wire);
  return {};
}

Result<void> Gossip::start() {
  auto ports = Ports::open(options_.bind, options_.port);
  if (!ports.ok()) return ports.error();
  ports_ = std::move(*ports);
  alive_ = std::make_shared<bool>(true);
  reporter_ = std::make_unique<Reporter>(*host_);
  started_ = host_->loop().now();
  startEngine();
  server_ = makeServer();
  receiving_ = host_->loop().watch(ports_->udp(), kReadable, [this](std::uint32_t) { receive(); });
  publishing_ = host_->loop().after(options_.hosts.empty() ? Duration(0) : kFirstPublish, [this] { publish(); });
  carryOut();
  return {};
}

void Gossip::startEngine() {
  EngineSettings settings;
  settings.name = host_->node().name;
  settings.endpoint = {advertised(), ports_->port()};
  settings.meta = std::to_string(host_->node().http_port);
  settings.intervals = options_.intervals;
  settings.packet_room = roomBeside(*wire_, 0);
  host_->log().write(Level::Info, "gossip-started", "gossip has begun",
                     {{"advertise", text(settings.endpoint)},
                      {"hosts", std::to_string(options_.hosts.size())},
                      {"encrypted", wire_->keys.empty() ? "no" : "yes"}});
  if (wire_->keys.empty() && isPublic(settings.endpoint.address)) reporter_->open(text(settings.endpoint));
  engine_ = std::make_unique<Engine>(std::move(settings), randomSeed());
  engine_->start(!options_.hosts.empty(), now());
}

std::string Gossip::advertised() const {
  if (!options_.advertise.empty()) return options_.advertise;
  if (!options_.bind.empty()) return options_.bind;
  return addressBytes(chooseAdvertised(ownAddresses()));
}

std::unique_ptr<StreamServer> Gossip::makeServer() {
  StreamServer::Ties ties;
  ties.wire = [this] { return wire_; };
  ties.request = [this](const StreamMessage& message) {
    auto reply = engine_->requested(message, now());
    carryOut();
    return reply;
  };
  ties.refused = [this](const std::string& from, const Error& error) { reporter_->refusedStream(from, error); };
  ties.paused = [this] { reporter_->paused(); };
  ties.bytes = [this](std::size_t in, std::size_t out) { reporter_->stream(in, out); };
  return std::make_unique<StreamServer>(host_->loop(), ports_->tcp(), options_.intervals.stream_timeout,
                                        std::move(ties));
}

/// Answers go out before the next datagram is looked at: a ping does not wait for what came with it.
void Gossip::receive() {
  ports_->receive(kDatagramsPerTurn, [this](const Endpoint& from, std::string_view datagram) {
    reporter_->packet(datagram.size(), 0);
    const auto unpacked = unpack(*wire_, datagram);
    if (unpacked.dropped > 0) reporter_->refused(text(from), unpacked.why);
    for (const auto& message : unpacked.messages) engine_->received(from, message, now());
    carryOut();
  });
}

void Gossip::carryOut() {
  auto out = engine_->take();
  for (const auto& packet : out.packets) send(packet);
  for (const auto& one : out.calls) call(one);
  for (const auto& event : out.events) note(event);
  reporter_->score(engine_->membership().awareness().score());
  if (out.hosts_wanted) resolveHosts();
  if (out.members_changed) changed_ = true;
  publishSoon();
  arm();
}

void Gossip::send(const OutgoingPacket& packet) {
  for (const auto& datagram : pack(*wire_, packet.messages, packet.crc)) {
    const auto sent = ports_->send(packet.to, datagram);
    if (sent == Ports::Sent::Yes) {
      reporter_->packet(0, datagram.size());
    } else {
      reporter_->unsent();
    }
    if (sent == Ports::Sent::Unsendable) engine_->unsent(packet.to);
  }
}

void Gossip::call(const OutgoingCall& call) {
  const auto limit = std::chrono::ceil<Duration>(call.deadline - now());
  auto made = std::make_unique<StreamCall>(
      host_->loop(), wire_, limit, [this, id = call.id](const Result<StreamMessage>& answer) { answered(id, answer); },
      [this](std::size_t in, std::size_t out) { reporter_->stream(in, out); });
  auto& started = *(calls_[call.id] = std::move(made));
  started.start(call.to, call.request);
}

void Gossip::answered(std::uint64_t id, const Result<StreamMessage>& answer) {
  const auto ended = calls_.extract(id);
  engine_->answered(id, answer, now());
  carryOut();
}

void Gossip::resolveHosts() {
  const auto found = std::make_shared<std::vector<Endpoint>>();
  host_->offload([found, hosts = options_.hosts, resolve = resolve_] { *found = resolveAll(hosts, resolve); },
                 [this, found, alive = std::weak_ptr<bool>(alive_)] {
                   if (alive.expired()) return;
                   engine_->hosts(*found, now());
                   carryOut();
                 });
}

void Gossip::note(const Event& event) {
  reporter_->tell(event);
  if (std::holds_alternative<NameSettled>(event)) clash_.reset();
  const auto* conflict = std::get_if<NameConflict>(&event);
  if (conflict == nullptr || !conflict->ours || conflict->claimed == conflict->known.endpoint) return;
  // Whoever was there before is not to fall out because somebody takes its name.
  if (!clash_ && now() - started_ > kNewcomer) return;
  clash_ = now();
  clash_with_ = text(conflict->claimed);
}

void Gossip::arm() {
  const auto next = engine_->next();
  if (next == timer_at_) return;
  timer_at_ = next;
  timer_.cancel();
  if (next == Clock::time_point::max()) return;
  const auto wait = std::max(Duration(0), std::chrono::ceil<Duration>(next - now()));
  timer_ = host_->loop().after(wait, [this] {
    timer_at_ = Clock::time_point::max();
    engine_->advance(now());
    carryOut();
  });
}

void Gossip::publishSoon() {
  if (!changed_ || (published_ && publishing_.active())) return;
  const bool tried = options_.hosts.empty() || engine_->joiner().tried() || engine_->joiner().joined();
  if (!published_ && !tried) return;
  publishing_ = host_->loop().after(published_ ? kPublishEvery : Duration(0), [this] { publish(); });
  published_ = true;
}

void Gossip::publish() {
  publishing_.cancel();
  published_ = true;
  changed_ = false;
  std::array<std::size_t, 4> counts{};
  MembershipChanged message{"gossip", {}};
  for (const auto* node : engine_->membership().table().all()) {
    message.members.push_back(memberOf(*node));
    ++counts[static_cast<std::size_t>(node->state)];
  }
  reporter_->members(counts);
  host_->bus().publish(std::move(message));
}

sse::Member Gossip::memberOf(const Member& node) const {
  sse::Member made;
  made.name = node.name;
  made.address = addressText(node.endpoint.address);
  made.http_port = httpPortOf(node.meta, host_->node().http_port);
  made.gossip_port = node.endpoint.port;
  made.state = stateOf(node.state);
  made.self = engine_->membership().isUs(node.name);
  return made;
}

/// Each swap of tables tells of it anew, but the other side may have left or not answer in time.
Duration Gossip::clashLasts() const {
  const auto& intervals = options_.intervals;
  const auto between = Exchanges::interval(intervals, engine_->membership().table().size());
  return kClashExchanges * (between + intervals.stream_timeout);
}

Readiness Gossip::ready() const {
  if (clash_ && now() - *clash_ < clashLasts()) {
    return {false, "node.name: \"" + host_->node().name + "\" is also the name of the node at " + clash_with_ +
                       ", which was there first"};
  }
  const bool joined = options_.hosts.empty() || engine_->joiner().joined() || engine_->membership().hasAliveOther();
  if (!joined) return {false, "gossip.hosts: none of them was reached yet"};
  return {};
}

Result<void> Gossip::reload(std::string_view settings_json) {
  auto options = Options::parse(settings_json);
  if (!options.ok()) return options.error();
  if (options->wire.keys.empty() != wire_->keys.empty()) {
    host_->log().write(Level::Warning, "reload-needs-restart",
                       "gossip.secret_key: encryption begins and ends with a restart of all nodes");
    return {};
  }
  options_.wire.keys = options->wire.keys;
  wire_ = std::make_shared<const WireSettings>(options_.wire);
  return {};
}

void Gossip::stop() {
  publishing_.cancel();
  timer_.cancel();
  receiving_.cancel();
  alive_.reset();
  calls_.clear();
  if (engine_) sayGoodbye();
  server_.reset();
  engine_.reset();
  ports_.reset();
}

/// Nothing else is left to be done, so the rounds of gossip need not keep their distance: the engine's clock runs
/// ahead of the real one. Pings are answered meanwhile, as an answer carries the goodbye too.
void Gossip::sayGoodbye() {
  engine_->leave(now());
  const auto end = Clock::now() + kLeaveLimit;
  while (Clock::now() < end) {
    engine_->advance(now());
    for (const auto& packet : engine_->take().packets) send(packet);
    if (engine_->gone()) return;
    pollfd waits{ports_->udp(), POLLIN, 0};
    ::poll(&waits, 1, kGoodbyeStepMs);
    ports_->receive(kDatagramsPerTurn, [this](const Endpoint& from, std::string_view datagram) {
      for (const auto& message : unpack(*wire_, datagram).messages) engine_->received(from, message, now());
    });
    ahead_ += options_.intervals.gossip_interval;
  }
}

}  // namespace sse::gossip
