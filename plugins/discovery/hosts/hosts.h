#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "discovery/hosts/peer_list.h"
#include "sse/discovery.h"
#include "sse/host.h"
#include "sse/messages.h"
#include "sse/standing_warnings.h"

namespace sse::hosts {

/// Numeric addresses of a host name, in a fixed order; empty where it does not resolve. Blocks. [worker]
using Resolve = std::function<std::vector<std::string>(const std::string& host)>;

/// Asks the system: all IPv4 addresses, or where there is none all IPv6 addresses. [worker]
std::vector<std::string> systemResolve(const std::string& host);

/// The discovery plugin. Owned by the kernel, lives on the control thread. Publishes all members whenever the list of
/// them differs from the one before; a name keeps its last answer while it does not resolve.
class Hosts : public Discovery {
 public:
  explicit Hosts(Resolve resolve = systemResolve) : resolve_(std::move(resolve)) {}

  Result<void> configure(Host& host, std::string_view settings_json) override;
  Result<void> start() override;
  void stop() override;

 private:
  using Answers = std::map<std::string, std::vector<std::string>>;

  void resolveAll();
  /// Notes the answers; none where nobody could be asked.
  void resolved(Answers answers);
  void noteAnswer(const std::string& name, std::vector<std::string> addresses);
  /// Told in /status as long as it lasts, in the log once.
  void noteFailure(const std::string& name, bool first);
  void publish();

  Resolve resolve_;
  Host* host_ = nullptr;
  Duration interval_{};
  std::vector<Peer> peers_;
  Answers known_;                      // by name; empty vector: never resolved
  std::map<std::string, bool> fails_;  // by name: the last try failed
  std::vector<std::string> published_;
  bool ever_published_ = false;
  Counter* failures_ = nullptr;
  Gauge* members_ = nullptr;
  StandingWarnings warnings_;
  Registration timer_;
  std::shared_ptr<bool> alive_;  // ends with stop: answers that come later find it gone
};

}  // namespace sse::hosts
