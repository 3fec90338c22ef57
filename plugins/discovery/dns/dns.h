#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "discovery/dns/lookup.h"
#include "sse/discovery.h"
#include "sse/host.h"
#include "sse/messages.h"
#include "sse/standing_warnings.h"

namespace sse::dns {

/// The discovery plugin. Owned by the kernel, lives on the control thread. Looks its name up again and again and
/// publishes all members whenever the list of them differs from the one before. A lookup that fails changes nothing;
/// nothing is published before the first that does not fail. At most one lookup runs at a time.
class Dns : public Discovery {
 public:
  static constexpr Duration kShortestWait{1000};  ///< between two lookups, whatever the TTL

  explicit Dns(Patience patience = {}) : patience_(patience) {}

  Result<void> configure(Host& host, std::string_view settings_json) override;
  Result<void> start() override;
  void stop() override;

 private:
  void look();
  void looked(const Outcome& outcome);
  void follow(const Outcome& outcome);
  void note(const Outcome& outcome);
  void noteFailing(bool failing, const std::string& problem);
  void noteEmpty(const std::string& answer);
  void noteCut(bool cut);
  void publish();
  [[nodiscard]] Duration waitAfter(const Outcome& outcome);
  std::vector<Member> members();

  const Patience patience_;
  Host* host_ = nullptr;
  Target target_;
  Duration interval_{};
  bool library_ = false;  // c-ares is set up
  std::unique_ptr<Lookup> lookup_;
  StandingWarnings warnings_;
  Registration timer_;

  std::vector<Place> known_;  // from the newest lookups that did not fail
  bool by_service_ = false;   // known_ is from service records
  std::vector<std::string> published_;
  bool ever_published_ = false;
  bool failing_ = false;
  bool empty_ = false;  // the newest answer names nobody
  bool cut_ = false;    // there is more than is followed
  Duration backoff_{kShortestWait};

  Counter* lookups_ = nullptr;
  Counter* failures_ = nullptr;
  Gauge* failing_gauge_ = nullptr;
  Gauge* members_gauge_ = nullptr;
};

}  // namespace sse::dns
