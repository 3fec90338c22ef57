#pragma once

#include <functional>
#include <memory>
#include <string>

#include "auth/webhook/config.h"
#include "auth/webhook/http_answer.h"
#include "auth/webhook/resolver.h"
#include "sse/host.h"
#include "sse/socket_stream.h"

namespace sse::webhook {

/// One connection to the endpoint: one question at a time, one after the other. Never blocks. Owned by the pool; a
/// connection that is destroyed calls nothing any more. [control]
class Connection {
 public:
  /// How a question ended. May destroy the connection.
  using Done = std::function<void(Result<HttpAnswer> answer)>;

  Connection(Host& host, const Endpoint& endpoint, Resolver& resolver, std::function<void()> broken);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// Sends `request` and calls `done` once, perhaps before this returns. Only while no other is under way.
  void send(std::string request, Done done);

  /// The last question failed before a byte of its answer, on a connection that had been used before: the server may
  /// have given it up just then.
  [[nodiscard]] bool wasStale() const { return stale_; }

 private:
  void connect();
  void onReady(std::uint32_t ready);
  void reached();
  void shakeHands();
  void push();
  void pull();
  void take(std::string_view bytes);
  void onEnd(const Error& why);
  void watch(std::uint32_t wanted);
  void breakOff();
  void finish(Result<HttpAnswer> answer);

  Host& host_;
  const Endpoint& endpoint_;
  Resolver& resolver_;
  const std::function<void()> broken_;    ///< called where it ends between two questions; may destroy it
  Addresses addresses_;                   ///< left to try
  std::unique_ptr<SocketStream> socket_;  ///< until TLS takes it over
  std::unique_ptr<TlsStream> tls_;
  Stream* stream_ = nullptr;  ///< the one of these that carries questions; nullptr: none is ready
  bool used_ = false;
  bool stale_ = false;
  std::uint32_t interest_ = 0;
  std::string request_;  ///< what of it has not been sent
  AnswerReader reader_;
  Done done_;
  Registration watch_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace sse::webhook
