#pragma once

#include <functional>
#include <memory>
#include <string>

#include "sse/host.h"
#include "transport/relay/socket_stream.h"

namespace sse::relay {

/// A connection whose HTTP upgrade was answered with 101.
struct Dialed {
  std::unique_ptr<Stream> stream;
  std::string received;  ///< bytes that came behind the answer
};

/// One try to reach a peer's relay: name, connection, HTTP upgrade. Owned by the reader, lives on the control thread.
/// Calls `done` exactly once unless destroyed before; `done` may destroy it. Code::Unsupported: something answers
/// there that is no relay of ours.
class Dial {
 public:
  using Done = std::function<void(Result<Dialed>)>;

  Dial(Host& host, std::string address, std::uint16_t port, Duration timeout, Done done);
  Dial(const Dial&) = delete;
  Dial& operator=(const Dial&) = delete;

  /// Begins. [control] [created]
  void start();

 private:
  void resolve();
  void connect(const std::string& numeric);
  void onReady(std::uint32_t ready);
  void sendRequest();
  void readAnswer();
  void finish(Result<Dialed> result);

  Host& host_;
  std::string address_;
  std::uint16_t port_;
  Duration timeout_;
  Done done_;
  std::unique_ptr<SocketStream> stream_;
  Registration watch_;
  Registration timer_;
  std::string request_;
  std::string answer_;
  bool connected_ = false;
  std::shared_ptr<Dial*> self_;
};

/// Judges the head of an HTTP answer, up to and with its empty line. [any]
Result<void> checkUpgradeAnswer(std::string_view head);

}  // namespace sse::relay
