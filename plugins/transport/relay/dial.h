#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "sse/host.h"
#include "transport/relay/socket_stream.h"

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
};

/// What to do with a connection.
enum class Purpose : std::uint8_t {
  Ask,      ///< for the relay, to see who is there
  Connect,  ///< nothing: an original node has answered there a moment ago
};

/// One try to reach a peer: name, connection, HTTP upgrade. Owned by the reader, lives on the control thread. Calls
/// `done` exactly once unless destroyed before; `done` may destroy it. Code::Unsupported: something answers there that
/// is no node.
class Dial {
 public:
  using Done = std::function<void(Result<Dialed>)>;

  Dial(Host& host, std::string address, std::uint16_t port, Duration timeout, Purpose purpose, Done done);
  Dial(const Dial&) = delete;
  Dial& operator=(const Dial&) = delete;

  /// Begins. [control] [created]
  void start();

  /// The numeric address, once the name is resolved; as canonicalAddress gives it. [control]
  [[nodiscard]] const std::string& numeric() const { return numeric_; }

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
  const Purpose purpose_;
  Done done_;
  std::string numeric_;
  std::unique_ptr<SocketStream> stream_;
  Registration watch_;
  Registration timer_;
  std::string request_;
  std::string answer_;
  bool connected_ = false;
  std::shared_ptr<Dial*> self_;
};

/// Judges the head of the answer to an upgrade, up to and with its empty line. A node of ours without a relay answers
/// with a problem document, and a status from 500 on may be a proxy's: neither is taken for an original node. [any]
Result<Answerer> judgeUpgradeAnswer(std::string_view head);

}  // namespace sse::relay
