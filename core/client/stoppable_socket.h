#pragma once

#include <Poco/Net/StreamSocketImpl.h>
#include <functional>

namespace sse::client {

/// The socket of a stream that may be quiet for hours: waits without limit, but asks `stopped` at least every 200 ms
/// and then throws Poco::TimeoutException. Owned by Poco's session; used by the thread that reads.
class StoppableSocket : public Poco::Net::StreamSocketImpl {
 public:
  explicit StoppableSocket(std::function<bool()> stopped) : stopped_(std::move(stopped)) {}

  /// Also lets the kernel find out, within two minutes, that a silent server is gone.
  void connect(const Poco::Net::SocketAddress& address, const Poco::Timespan& timeout) override;
  int receiveBytes(void* buffer, int length, int flags) override;

 private:
  /// Whether the socket turned ready for `mode` within `timeout`.
  bool await(int mode, const Poco::Timespan& timeout);

  const std::function<bool()> stopped_;
};

}  // namespace sse::client
