#include "bench/scrape.h"

#include <sys/socket.h>

#include "bench/sockets.h"

namespace sse::bench {

namespace {

std::string get(uint16_t port, const std::string& path) {
  const int fd = connectTo(port);
  sendAll(fd, "GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
  std::string answer;
  char buffer[16384];
  for (ssize_t got = 0; (got = recv(fd, buffer, sizeof buffer, 0)) > 0;)
    answer.append(buffer, static_cast<size_t>(got));
  closeHard(fd);
  return answer;
}

}  // namespace

double metricOf(uint16_t port, const std::string& name) {
  const std::string page = get(port, "/metrics");
  const auto at = page.find("\n" + name + " ");
  return at == std::string::npos ? 0 : std::stod(page.substr(at + name.size() + 2));
}

}  // namespace sse::bench
