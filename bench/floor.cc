// The floor: the barest epoll server that can be driven by the same load generator as real brokers. It keeps no state
// but the sockets of each channel, knows no ids and no options, and sends one frame to every socket with plain send().
// What a broker costs above it is what the broker itself costs.
//
//   sse-bench-floor PORT
//
// GET /subscribe/N           joins channel N; with a Last-Event-ID: the last ten frames follow the head, in one send
// POST /publish/N            the body becomes the data of one event
// GET anything else          200, empty
#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string>
#include <string_view>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>
#include <unordered_map>
#include <vector>

namespace {

constexpr std::string_view kHead =
    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-store\r\nTransfer-Encoding: "
    "chunked\r\n\r\n";
constexpr std::string_view kDone = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
constexpr size_t kRecent = 10;

[[noreturn]] void die(const char* what) {
  std::perror(what);
  std::exit(1);
}

class Floor {
 public:
  explicit Floor(uint16_t port) : epoll_(epoll_create1(EPOLL_CLOEXEC)), listener_(listenOn(port)) { watch(listener_); }

  [[noreturn]] void run() {
    std::array<epoll_event, 512> events;
    for (;;) {
      const int count = epoll_wait(epoll_, events.data(), events.size(), -1);
      for (int i = 0; i < count; ++i) {
        if (events[i].data.fd == listener_)
          acceptAll();
        else
          readFrom(events[i].data.fd);
      }
    }
  }

 private:
  static int listenOn(uint16_t port) {
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) die("floor: socket");
    const int on = 1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);  // accepted sockets inherit it
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) die("floor: bind");
    if (listen(fd, 4096) != 0) die("floor: listen");
    return fd;
  }

  void watch(int fd) const {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.fd = fd;
    if (epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event) != 0) die("floor: epoll_ctl");
  }

  void acceptAll() const {
    for (;;) {
      const int fd = accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
      if (fd < 0) return;
      watch(fd);
    }
  }

  void readFrom(int fd) {
    const ssize_t got = recv(fd, buffer_.data(), buffer_.size(), 0);
    if (got < 0 && errno == EAGAIN) return;
    if (got <= 0) return drop(fd);
    std::string_view input(buffer_.data(), static_cast<size_t>(got));
    auto part = parts_.empty() ? parts_.end() : parts_.find(fd);
    if (part != parts_.end()) input = part->second.append(input);
    std::string answer;
    const std::string rest(input.substr(serve(fd, input, answer)));
    if (!answer.empty()) sendTo(fd, answer);
    if (!rest.empty())
      parts_[fd] = rest;
    else if (part != parts_.end())
      parts_.erase(part);
  }

  /// Serves every whole request of `input`; returns how many bytes they took.
  size_t serve(int fd, std::string_view input, std::string& answer) {
    size_t used = 0;
    for (;;) {
      const std::string_view rest = input.substr(used);
      const size_t end = rest.find("\r\n\r\n");
      if (end == std::string_view::npos) return used;
      const std::string_view head = rest.substr(0, end);
      const size_t length = head.starts_with("POST") ? number(after(head, "Content-Length: ")) : 0;
      if (rest.size() < end + 4 + length) return used;
      handle(fd, head, rest.substr(end + 4, length), answer);
      used += end + 4 + length;
    }
  }

  void handle(int fd, std::string_view head, std::string_view body, std::string& answer) {
    if (head.starts_with("POST /publish/")) {
      publish(number(head.substr(14)), body);
      answer += kDone;
    } else if (head.starts_with("GET /subscribe/")) {
      join(fd, number(head.substr(15)));
      answer += kHead;
      if (!after(head, "Last-Event-ID: ").empty()) {
        for (size_t i = 0; i < kRecent; ++i) answer += recent_[(published_ + i) % kRecent];
      }
    } else {
      answer += kDone;
    }
  }

  void publish(size_t channel, std::string_view body) {
    std::string& frame = recent_[published_++ % kRecent];
    char size[16];
    frame.assign(size, static_cast<size_t>(std::snprintf(size, sizeof size, "%zx\r\n", body.size() + 8)));
    frame.append("data: ").append(body).append("\n\n\r\n");
    if (channel >= channels_.size()) return;
    for (const int fd : channels_[channel]) sendTo(fd, frame);
  }

  void join(int fd, size_t channel) {
    if (channel >= channels_.size()) channels_.resize(channel + 1);
    channels_[channel].push_back(fd);
    if (static_cast<size_t>(fd) >= joined_.size()) joined_.resize(static_cast<size_t>(fd) + 1, -1);
    joined_[static_cast<size_t>(fd)] = static_cast<int>(channel);
  }

  void drop(int fd) {
    const auto slot = static_cast<size_t>(fd);
    if (slot < joined_.size() && joined_[slot] >= 0) {
      std::vector<int>& members = channels_[static_cast<size_t>(joined_[slot])];
      *std::find(members.begin(), members.end(), fd) = members.back();
      members.pop_back();
      joined_[slot] = -1;
    }
    parts_.erase(fd);
    close(fd);
  }

  static void sendTo(int fd, std::string_view bytes) {
    const ssize_t sent = send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent == static_cast<ssize_t>(bytes.size())) return;
    // A floor has no queue: a full socket means that the row asks more of it than it is made for.
    if (sent >= 0 || errno == EAGAIN) die("floor: socket full");
  }

  static std::string_view after(std::string_view head, std::string_view name) {
    const size_t at = head.find(name);
    return at == std::string_view::npos ? std::string_view() : head.substr(at + name.size());
  }

  static size_t number(std::string_view text) {
    size_t value = 0;
    for (size_t i = 0; i < text.size() && text[i] >= '0' && text[i] <= '9'; ++i) {
      value = value * 10 + static_cast<size_t>(text[i] - '0');
    }
    return value;
  }

  int epoll_;
  int listener_;
  size_t published_ = 0;
  std::array<std::string, kRecent> recent_;
  std::vector<std::vector<int>> channels_;
  std::vector<int> joined_;  // channel of a descriptor, or -1
  std::unordered_map<int, std::string> parts_;
  std::array<char, size_t{256} * 1024> buffer_;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: %s PORT\n", argv[0]);
    return 64;
  }
  static Floor floor(static_cast<uint16_t>(std::atoi(argv[1])));
  floor.run();
}
