// Everybody comes back at once, each a few events behind.
#include <stdexcept>
#include <sys/socket.h>

#include "bench/publisher.h"
#include "bench/row.h"
#include "bench/sockets.h"

namespace sse::bench {

namespace {

constexpr size_t kChannel = 0;
constexpr uint64_t kPublished = 20;
constexpr uint64_t kMissed = 10;

std::string marker(uint64_t sequence) {
  std::string digits = std::to_string(sequence);
  return kMarker + std::string(kMarkerDigits - digits.size(), '0') + digits;
}

/// Reads a stream until `end` is in it. Throws std::runtime_error after two seconds of silence.
void readUntil(int fd, std::string& text, std::string_view end) {
  const timeval limit{2, 0};
  setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  char buffer[16 * 1024];
  while (text.find(end) == std::string::npos) {
    const ssize_t got = recv(fd, buffer, sizeof buffer, 0);
    if (got <= 0) throw std::runtime_error("reconnect: the stream that learns ids ended early");
    text.append(buffer, static_cast<size_t>(got));
  }
}

/// The id of the event with this marker; "0" where the server gives none.
std::string idBefore(const std::string& text, const std::string& event_marker) {
  const size_t event = text.find(event_marker);
  const size_t id = text.rfind("\nid: ", event);
  const size_t previous = text.rfind(kMarker, event - 1);
  if (event == std::string::npos || id == std::string::npos || (previous != std::string::npos && id < previous)) {
    return "0";
  }
  return text.substr(id + 5, text.find_first_of("\r\n", id + 5) - id - 5);
}

/// Publishes the events and returns the id of the last one that the subscribers are to have seen.
std::string publishAndLearn(Server& server, Poller& poller) {
  const int fd = connectTo(server.port());
  std::string text;
  sendAll(fd, subscribeRequest(kChannel));
  readUntil(fd, text, "\r\n\r\n");
  Publisher publisher(poller, server.port());
  const PublishRequests requests(server.kind(), 64);
  for (uint64_t sequence = 0; sequence < kPublished; ++sequence) {
    std::string out;
    requests.append(out, kChannel, sequence);
    publisher.send(out, 1);
    publisher.drain();
    readUntil(fd, text, marker(sequence));
  }
  closeHard(fd);
  return idBefore(text, marker(kPublished - kMissed - 1));
}

}  // namespace

RowResult runReconnect(Server& server, const Sizes& sizes) {
  RowResult result;
  Poller poller;
  const std::string request = subscribeRequest(kChannel, publishAndLearn(server, poller));
  Swarm swarm(poller, server.port());
  Stopwatch watch(server);
  swarm.connect(sizes.idle, [&](size_t) { return request; }, kPublished - kMissed);
  swarm.await(kMissed * swarm.size());
  watch.stop();
  swarm.close(kPublished);
  const auto count = static_cast<double>(swarm.size());
  result.metrics["seconds"] = watch.seconds();
  result.metrics["cpu_us_per_reconnect"] = watch.serverCpu() * 1e6 / count;
  watch.report(result);
  result.tally = swarm.tally();
  return result;
}

}  // namespace sse::bench
