#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "auth/webhook/config.h"
#include "auth/webhook/connection.h"
#include "auth/webhook/resolver.h"
#include "sse/host.h"

namespace sse::webhook {

/// The connections to the endpoint: at most `connections` of them, kept open between questions; further questions
/// wait, in order. Each ends within `timeout`, waiting included. How many wait is the caller's to bound. Owned by the
/// inquiries; destroyed, it calls nothing any more. [control]
class Pool {
 public:
  using Done = Connection::Done;

  Pool(Host& host, const Endpoint& endpoint, std::size_t connections, Duration timeout, Gauge& open);
  ~Pool();
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  /// Posts `document` to the endpoint and calls `done` once.
  void ask(const std::string& document, Done done);

 private:
  struct Call {
    std::string request;
    Done done;
    Registration timer;
    bool repeated = false;
  };
  struct Lane {
    std::unique_ptr<Connection> connection;
    std::unique_ptr<Call> call;  ///< nullptr: idle
    Clock::time_point idle_since{};
  };

  void dispatch();
  Lane* laneFor();
  [[nodiscard]] const Lane* idleLane() const;
  Lane& open();
  void finished(Lane* lane, Result<HttpAnswer> answer);
  void expire(const Call* call);
  void remove(const Lane* lane);

  Host& host_;
  const Endpoint endpoint_;
  const std::size_t most_;
  const Duration timeout_;
  Gauge& open_;
  Resolver resolver_;
  bool dispatching_ = false;
  std::deque<std::unique_ptr<Call>> queue_;
  std::vector<std::unique_ptr<Lane>> lanes_;
};

}  // namespace sse::webhook
