#pragma once

#include <arpa/inet.h>
#include <cstdint>
#include <map>
#include <string>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>
#include <vector>

#include "sse/conformance/poll_loop.h"
#include "support/dns_wire.h"

namespace sse::test {

using conformance::PollLoop;

/// A DNS server for tests on a free port of 127.0.0.1, UDP and TCP, in the loop of the test. Names it was told nothing
/// of do not exist, for 30 seconds; nor do other types of those it was told of. What is
/// longer than 1,232 bytes is cut over UDP. Belongs to the thread of its loop,
/// which outlives it.
class DnsServer {
 public:
  enum class Mode : std::uint8_t {
    Normal,
    Silent,  ///< says nothing
    Refuse,  ///< SERVFAIL for everything
    Garbage  ///< the header and the question, then a record that breaks off
  } mode = Mode::Normal;

  explicit DnsServer(PollLoop& loop) : loop_(loop) {
    sockaddr_in address{};
    do {
      close();
      udp_ = ::socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
      tcp_ = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
      address.sin_family = AF_INET;
      address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
      address.sin_port = 0;
      socklen_t size = sizeof(address);
      ::bind(udp_, reinterpret_cast<sockaddr*>(&address), size);
      ::getsockname(udp_, reinterpret_cast<sockaddr*>(&address), &size);
    } while (::bind(tcp_, reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0);
    ::listen(tcp_, 8);
    port_ = ntohs(address.sin_port);
    watches_[udp_] = loop_.watch(udp_, kReadable, [this](std::uint32_t) { onDatagram(); });
    watches_[tcp_] = loop_.watch(tcp_, kReadable, [this](std::uint32_t) { onConnection(); });
  }
  ~DnsServer() { close(); }
  DnsServer(const DnsServer&) = delete;
  DnsServer& operator=(const DnsServer&) = delete;

  [[nodiscard]] std::string address() const { return "127.0.0.1:" + std::to_string(port_); }

  /// What to say about `name` and `type` from now on.
  DnsAnswer& at(const std::string& name, DnsType type) { return answers_[{name, type}]; }

  /// Address records of `name`, all of one family.
  void addresses(const std::string& name, const std::vector<std::string>& addresses, std::uint32_t ttl = 3600) {
    const bool v6 = !addresses.empty() && addresses.front().find(':') != std::string::npos;
    auto& answer = at(name, v6 ? kDnsAaaa : kDnsA) = {};
    for (const auto& address : addresses) answer.records.push_back(dnsAddress(name, address, ttl));
  }

  /// Forgets all names.
  void clear() { answers_.clear(); }

  /// How many questions of this kind have come, by any way.
  [[nodiscard]] int asked(const std::string& name, DnsType type) { return asked_[{name, type}]; }
  [[nodiscard]] int questions() const { return questions_; }
  [[nodiscard]] int overTcp() const { return tcp_questions_; }

 private:
  using Key = std::pair<std::string, unsigned>;
  static constexpr std::size_t kMostOverUdp = 1232;

  void close() {
    watches_.clear();
    for (const int fd : connections_) ::close(fd);
    if (udp_ >= 0) ::close(udp_);
    if (tcp_ >= 0) ::close(tcp_);
    connections_.clear();
  }

  void onDatagram() {
    char buffer[4096];
    sockaddr_in from{};
    socklen_t size = sizeof(from);
    const auto length = ::recvfrom(udp_, buffer, sizeof(buffer), 0, reinterpret_cast<sockaddr*>(&from), &size);
    if (length < 17) return;
    const auto answer = answerTo(std::string(buffer, static_cast<std::size_t>(length)), kMostOverUdp);
    if (!answer.empty()) ::sendto(udp_, answer.data(), answer.size(), 0, reinterpret_cast<sockaddr*>(&from), size);
  }

  void onConnection() {
    const int fd = ::accept4(tcp_, nullptr, nullptr, SOCK_NONBLOCK);
    if (fd < 0) return;
    connections_.push_back(fd);
    watches_[fd] = loop_.watch(fd, kReadable, [this, fd, text = std::string()](std::uint32_t) mutable {
      char buffer[4096];
      const auto length = ::read(fd, buffer, sizeof(buffer));
      if (length <= 0) {
        watches_.erase(fd);
        return;
      }
      text.append(buffer, static_cast<std::size_t>(length));
      onStream(fd, text);
    });
  }

  void onStream(int fd, std::string& text) {
    for (;;) {
      if (text.size() < 2) return;
      const auto length =
          static_cast<std::size_t>(static_cast<unsigned char>(text[0]) << 8) + static_cast<unsigned char>(text[1]);
      if (text.size() < 2 + length) return;
      ++tcp_questions_;
      auto answer = answerTo(text.substr(2, length), 65'535);
      answer = dnsU16(static_cast<unsigned>(answer.size())) + answer;
      if (::write(fd, answer.data(), answer.size()) < 0) return;
      text.erase(0, 2 + length);
    }
  }

  std::string answerTo(const std::string& query, std::size_t most) {
    std::string name;
    std::size_t at = 12;
    while (query.at(at) != '\0') {
      const auto length = static_cast<std::size_t>(query[at]);
      name += (name.empty() ? "" : ".") + query.substr(at + 1, length);
      at += 1 + length;
    }
    const Key key{name, static_cast<unsigned char>(query.at(at + 2))};
    ++asked_[key];
    ++questions_;
    const auto id = query.substr(0, 2);
    const auto question = query.substr(12, at + 5 - 12);
    if (mode == Mode::Silent) return {};
    if (mode == Mode::Refuse) return DnsAnswer{2}.message(id, question);
    if (mode == Mode::Garbage)
      return DnsAnswer{0,
                       {"\x07"
                        "br"}}
          .message(id, question);
    const auto answer = find(key);
    auto message = answer.message(id, question);
    return message.size() <= most ? message : answer.message(id, question, true);
  }

  DnsAnswer find(const Key& key) {
    if (const auto found = answers_.find(key); found != answers_.end()) return found->second;
    const auto other = answers_.lower_bound({key.first, 0});
    const bool exists = other != answers_.end() && other->first.first == key.first;
    return {exists ? 0 : 3, {}, {dnsZone("test", 60, 30)}, {}};
  }

  PollLoop& loop_;
  int udp_ = -1;
  int tcp_ = -1;
  std::uint16_t port_ = 0;
  std::map<int, Registration> watches_;
  std::vector<int> connections_;
  std::map<Key, DnsAnswer> answers_;
  std::map<Key, int> asked_;
  int questions_ = 0;
  int tcp_questions_ = 0;
};

}  // namespace sse::test
