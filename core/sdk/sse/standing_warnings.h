#pragma once

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

#include "sse/host.h"
#include "sse/messages.h"

namespace sse {

/// Warnings of one plugin that hold until it withdraws them: published when told and again every kAgain, so that
/// /status lists them for as long as they last, however seldom the plugin looks. Lives on the control thread.
class StandingWarnings {
 public:
  static constexpr Duration kAgain{60'000};

  /// In the place of the one with the same id and `about`. [control]
  void tell(Host& host, Warned warned) {
    withdraw(warned.id, warned.about);
    host.bus().publish(warned);
    standing_.push_back(std::move(warned));
    remind(host);
  }

  /// Does nothing where it was not told. [control]
  void withdraw(std::string_view id, std::string_view about) {
    std::erase_if(standing_, [&](const Warned& each) { return each.id == id && each.about == about; });
    if (standing_.empty()) timer_.cancel();
  }

  /// All of them; call it when the plugin stops. [control]
  void clear() {
    standing_.clear();
    timer_.cancel();
  }

 private:
  void remind(Host& host) {
    timer_ = host.loop().after(kAgain, [this, &host] {
      for (const auto& warned : standing_) host.bus().publish(warned);
      remind(host);
    });
  }

  std::vector<Warned> standing_;
  Registration timer_;
};

}  // namespace sse
