#include "client/stoppable_socket.h"

#include <Poco/Exception.h>
#include <Poco/Timestamp.h>
#include <algorithm>
#include <limits>
#include <netinet/in.h>
#include <netinet/tcp.h>

namespace sse::client {
namespace {

constexpr Poco::Timespan::TimeDiff kSlice = 100000;  // microseconds
constexpr Poco::Timespan::TimeDiff kForever = std::numeric_limits<Poco::Timespan::TimeDiff>::max();

}  // namespace

void StoppableSocket::connect(const Poco::Net::SocketAddress& address, const Poco::Timespan& timeout) {
  connectNB(address);
  if (!await(SELECT_READ | SELECT_WRITE | SELECT_ERROR, timeout)) {
    throw Poco::TimeoutException("connect timed out", address.toString());
  }
  if (const int problem = socketError(); problem != 0) error(problem, address.toString());
  setBlocking(true);
  setKeepAlive(true);
  setOption(IPPROTO_TCP, TCP_KEEPIDLE, 60);
  setOption(IPPROTO_TCP, TCP_KEEPINTVL, 15);
  setOption(IPPROTO_TCP, TCP_KEEPCNT, 4);
}

int StoppableSocket::receiveBytes(void* buffer, int length, int flags) {
  await(SELECT_READ, Poco::Timespan(kForever));
  return StreamSocketImpl::receiveBytes(buffer, length, flags);
}

bool StoppableSocket::await(int mode, const Poco::Timespan& timeout) {
  const Poco::Timestamp start;
  while (true) {
    if (stopped_()) throw Poco::TimeoutException("stopped");
    const auto left = timeout.totalMicroseconds() - start.elapsed();
    if (left <= 0) return false;
    if (poll(Poco::Timespan(std::min(left, kSlice)), mode)) return true;
  }
}

}  // namespace sse::client
