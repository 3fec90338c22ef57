#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "sse/host.h"
#include "sse/result.h"

namespace sse::webhook {

using Addresses = std::vector<std::string>;  ///< numeric, the best one first

/// The addresses of the endpoint's host. A name is looked up on a worker, never twice at once however many ask, and
/// what was found is good for ten seconds. Owned by the pool. [control]
class Resolver {
 public:
  using Found = std::function<void(const Result<Addresses>& addresses)>;

  Resolver(Host& host, std::string name);
  Resolver(const Resolver&) = delete;
  Resolver& operator=(const Resolver&) = delete;

  /// Calls `found` later, unless this object is gone by then.
  void ask(Found found);
  /// Nobody answers there: the next one to ask waits for a fresh look-up.
  void forget() { good_until_ = {}; }

 private:
  void lookUp();
  void settle(Result<Addresses> addresses);

  Host& host_;
  const std::string name_;
  bool looking_ = false;
  std::deque<Found> waiting_;
  Result<Addresses> known_{Addresses{}};
  Clock::time_point good_until_{};
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace sse::webhook
