#include "client/stoppable_socket.h"

#include <Poco/Exception.h>
#include <algorithm>
#include <netinet/in.h>
#include <netinet/tcp.h>

namespace sse::client {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds kSlice{100};

}  // namespace

void StoppableSocket::connect(const Poco::Net::SocketAddress& address, const Poco::Timespan& timeout) {
  connectNB(address);
  await(SELECT_READ | SELECT_WRITE | SELECT_ERROR, std::chrono::microseconds(timeout.totalMicroseconds()),
        "connect to " + address.toString());
  if (const int problem = socketError(); problem != 0) error(problem, address.toString());
  setBlocking(true);
  setKeepAlive(true);
  setOption(IPPROTO_TCP, TCP_KEEPIDLE, 60);
  setOption(IPPROTO_TCP, TCP_KEEPINTVL, 15);
  setOption(IPPROTO_TCP, TCP_KEEPCNT, 4);
}

int StoppableSocket::receiveBytes(void* buffer, int length, int flags) {
  await(SELECT_READ, patience_.answer, "answer");
  return StreamSocketImpl::receiveBytes(buffer, length, flags);
}

void StoppableSocket::await(int mode, std::chrono::microseconds timeout, const std::string& what) {
  const auto start = Clock::now();
  while (true) {
    if (patience_.stopped()) throw Poco::TimeoutException("stopped");
    const auto left = timeout - std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - start);
    if (left <= left.zero()) throw Poco::TimeoutException(what + " timed out");
    if (poll(Poco::Timespan(std::min<std::chrono::microseconds>(left, kSlice).count()), mode)) return;
  }
}

}  // namespace sse::client
