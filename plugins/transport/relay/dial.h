#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "sse/host.h"
#include "sse/socket_stream.h"
#include "transport/relay/peer_tls.h"

namespace sse::relay {

/// Who answers at an endpoint.
enum class Answerer : std::uint8_t {
  Relay,     ///< a node of ours: the upgrade was answered with 101
  Original,  ///< a node of the original program, which knows no upgrade
};

/// A connection to a node.
struct Dialed {
  std::unique_ptr<Stream> stream;
  Answerer answerer = Answerer::Relay;
  /// Bytes that came behind the 101; of an original node the answer, as far as it has come; nothing where none was
  /// asked for.
  std::optional<std::string> received;
  bool tls = false;
};

/// What to do with a connection.
enum class Purpose : std::uint8_t {
  Ask,      ///< for the relay, to see who is there
  Connect,  ///< nothing: an original node has answered there a moment ago
};

/// Where a peer is and how it is met.
struct Target {
  std::string address;  ///< a name or a numeric address
  std::uint16_t port = 0;
  Duration timeout{};
  PeerTls tls = {};
};

/// One try to reach a peer: name, connection, TLS, HTTP upgrade. Owned by the reader, lives on the control thread.
/// Calls `done` exactly once unless destroyed before; `done` may destroy it. Code::Unsupported: something answers there
/// that is no node. Code::Unauthenticated: a certificate is not accepted.
class Dial {
 public:
  using Done = std::function<void(Result<Dialed>)>;

  Dial(Host& host, Target target, Purpose purpose, Done done);
  Dial(const Dial&) = delete;
  Dial& operator=(const Dial&) = delete;

  /// Begins. [control] [created]
  void start();

  /// The numeric address, once the name is resolved; as canonicalAddress gives it. [control]
  [[nodiscard]] const std::string& numeric() const { return numeric_; }

 private:
  void resolve();
  void connect(const std::string& numeric);
  void watch(int fd, std::uint32_t interest);
  void onReady(std::uint32_t ready);
  void reached();
  void shakeHands();
  void sendRequest();
  void readAnswer();
  void finish(Result<Dialed> result);

  Host& host_;
  const Target target_;
  const Purpose purpose_;
  Done done_;
  std::string numeric_;
  std::unique_ptr<SocketStream> socket_;  ///< until it is connected
  std::unique_ptr<TlsStream> secure_;     ///< until hands are shaken
  std::unique_ptr<Stream> stream_;
  Registration watch_;
  Registration timer_;
  std::string request_;
  std::string answer_;
  bool tls_ = false;    ///< `stream_` is by TLS
  bool plain_ = false;  ///< the peer was found to speak no TLS
  std::shared_ptr<Dial*> self_;
};

/// Judges the head of the answer to an upgrade, up to and with its empty line. A node of ours without a relay answers
/// with a problem document, and a status from 500 on may be a proxy's: neither is taken for an original node. [any]
Result<Answerer> judgeUpgradeAnswer(std::string_view head);

}  // namespace sse::relay
