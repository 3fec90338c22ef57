#pragma once

#include <Poco/Net/StreamSocketImpl.h>
#include <Poco/Timespan.h>
#include <chrono>
#include <functional>
#include <string>

namespace sse::client {

/// How long a command waits for what.
struct Patience {
  std::chrono::microseconds connect;  ///< for the connection, its handshake, and the other side to take bytes
  std::chrono::microseconds answer = std::chrono::microseconds::max();  ///< for bytes
  std::function<bool()> stopped = [] { return false; };
};

/// The socket of a stream that may be quiet for hours: waits as long as its patience has it, but asks `stopped` at
/// least every 200 ms. Throws Poco::TimeoutException when one of them is at its end. Owned by Poco's session; used by
/// the thread that reads.
class StoppableSocket : public Poco::Net::StreamSocketImpl {
 public:
  explicit StoppableSocket(Patience patience) : patience_(std::move(patience)) {}

  /// Also lets the kernel find out, within two minutes, that a silent server is gone.
  void connect(const Poco::Net::SocketAddress& address, const Poco::Timespan& timeout) override;
  int receiveBytes(void* buffer, int length, int flags) override;

 protected:
  [[nodiscard]] const Patience& patience() const { return patience_; }
  /// Waits until the socket is ready for `mode`; throws after `timeout`, naming `what` was waited for.
  void await(int mode, std::chrono::microseconds timeout, const std::string& what);

 private:
  const Patience patience_;
};

}  // namespace sse::client
