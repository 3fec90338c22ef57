#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "discovery/gossip/engine.h"
#include "discovery/gossip/options.h"
#include "discovery/gossip/ports.h"
#include "discovery/gossip/reporter.h"
#include "discovery/gossip/stream_call.h"
#include "discovery/gossip/stream_server.h"
#include "sse/discovery.h"
#include "sse/messages.h"

namespace sse::gossip {

/// The discovery plugin: an engine, its sockets and its timer. Owned by the kernel, lives on the control thread. The
/// Meta that it announces is the HTTP port, which is bound before plugins start. Publishes all nodes it knows, this one
/// among them, at most once in kPublishEvery, the first time when the hosts were tried or kFirstPublish has passed.
class Gossip : public Discovery {
 public:
  static constexpr Duration kPublishEvery{100};
  static constexpr Duration kFirstPublish{3'000};
  static constexpr Duration kNewcomer{60'000};  ///< a clash of names so soon after the start is our fault
  static constexpr int kClashExchanges = 3;     ///< so many swaps of tables without a word of it end a clash
  static constexpr Duration kLeaveLimit{800};   ///< what `stop` gives the goodbye

  explicit Gossip(ResolveName resolve = systemAddresses) : resolve_(std::move(resolve)) {}

  Result<void> configure(Host& host, std::string_view settings_json) override;
  Result<void> start() override;
  void stop() override;
  [[nodiscard]] Readiness ready() const override;
  Result<void> reload(std::string_view settings_json) override;

  /// The port in use, of packets and streams. [control] [started]
  [[nodiscard]] std::uint16_t port() const { return ports_->port(); }

 private:
  void startEngine();
  [[nodiscard]] std::string advertised() const;
  [[nodiscard]] std::unique_ptr<StreamServer> makeServer();
  void receive();
  void carryOut();
  void send(const OutgoingPacket& packet);
  void call(const OutgoingCall& call);
  void answered(std::uint64_t id, const Result<StreamMessage>& answer);
  void resolveHosts();
  void note(const Event& event);
  void arm();
  void publishSoon();
  void publish();
  void sayGoodbye();
  [[nodiscard]] Duration clashLasts() const;
  [[nodiscard]] sse::Member memberOf(const Member& node) const;
  [[nodiscard]] Clock::time_point now() const { return host_->loop().now() + ahead_; }

  ResolveName resolve_;
  Host* host_ = nullptr;
  Options options_;
  std::shared_ptr<const WireSettings> wire_;  // replaced as a whole: streams keep the one they began with
  std::unique_ptr<Reporter> reporter_;
  std::optional<Ports> ports_;
  std::unique_ptr<Engine> engine_;
  std::unique_ptr<StreamServer> server_;
  std::map<std::uint64_t, std::unique_ptr<StreamCall>> calls_;
  Registration receiving_;
  Registration timer_;
  Clock::time_point timer_at_ = Clock::time_point::max();
  Registration publishing_;
  bool published_ = false;
  bool changed_ = false;
  Clock::time_point started_;
  std::optional<Clock::time_point> clash_;  // when it was told last
  std::string clash_with_;
  Duration ahead_{0};            // of the engine's clock, while it says goodbye
  std::shared_ptr<bool> alive_;  // ends with stop: answers that come later find it gone
};

/// The HTTP port that a Meta names: empty is `own`, anything but a port is 0. [section 23] [any]
std::uint16_t httpPortOf(const std::string& meta, std::uint16_t own);

}  // namespace sse::gossip
