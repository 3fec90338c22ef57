#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "sse/conformance/socket_stream.h"
#include "sse/loop.h"
#include "sse/transport.h"

namespace sse::conformance {

/// The part of a node's HTTP port that transports need: listens on 127.0.0.1, reads a request, answers its upgrade and
/// hands the connection over. Belongs to its loop's thread.
class UpgradeListener {
 public:
  using Accept = std::function<void(Upgraded)>;

  /// Listens on a free port at once.
  UpgradeListener(Loop& loop, Accept accept);
  ~UpgradeListener();
  UpgradeListener(const UpgradeListener&) = delete;
  UpgradeListener& operator=(const UpgradeListener&) = delete;

  [[nodiscard]] std::uint16_t port() const { return port_; }

  /// Nobody answers on the port any more; connections that were handed over stay.
  void refuse();
  /// Listens on the same port again.
  void listen();
  /// Breaks all connections that were handed over.
  void breakAll();

  /// The answer to every request; empty: 101 with the protocol asked for. With any other status, or where `accept` is
  /// null, the connection is closed behind the answer.
  std::string answer;
  /// The protocols answered with 101; empty: all.
  std::vector<std::string> protocols;

 private:
  struct Pending {
    std::unique_ptr<SocketStream> stream;
    std::string request;
    Registration watch;
  };

  void acceptAll();
  void onRequest(Pending& pending);
  [[nodiscard]] std::string answerTo(const std::string& protocol) const;

  Loop& loop_;
  Accept accept_;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  Registration watch_;
  std::vector<std::shared_ptr<Pending>> pending_;
  std::vector<std::weak_ptr<const int>> handed_;  ///< descriptors of what was handed over
};

}  // namespace sse::conformance
