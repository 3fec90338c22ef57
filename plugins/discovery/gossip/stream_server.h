#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "discovery/gossip/socket_address.h"
#include "discovery/gossip/stream_codec.h"
#include "sse/loop.h"

namespace sse::gossip {

/// Takes the connections of others, reads one request of each and answers it (docs/memberlist.md section 10.2). Owned
/// by the plugin; the control thread's. At most kMaxStreams at the same time, of which the oldest without a whole
/// request gives way to the next, and which together have sent at most kMaxBytes; each has `timeout` to send its
/// request, and once more to take its answer. Where there are no descriptors accepting pauses for kAcceptRetry.
class StreamServer {
 public:
  static constexpr std::size_t kMaxStreams = 128;
  static constexpr std::size_t kMaxBytes = std::size_t{64} << 20;
  static constexpr Duration kAcceptRetry{100};

  /// What the plugin does with it.
  struct Ties {
    std::function<std::shared_ptr<const WireSettings>()> wire;
    std::function<std::optional<StreamMessage>(const StreamMessage&)> request;
    std::function<void(const std::string& from, const Error&)> refused;  ///< closed because of what came, or for room
    std::function<void(std::size_t in, std::size_t out)> bytes;
    std::function<void()> paused;  ///< accepting, for want of descriptors
  };

  /// Accepts from `listener`, which stays the caller's and outlives this.
  StreamServer(Loop& loop, int listener, Duration timeout, Ties ties);
  ~StreamServer();
  StreamServer(const StreamServer&) = delete;
  StreamServer& operator=(const StreamServer&) = delete;

  [[nodiscard]] std::size_t streams() const { return streams_.size(); }

 private:
  struct Stream;

  void listen();
  void accept();
  void pause();
  bool makeWay();
  void read(Stream& stream);
  void take(Stream& stream, std::string_view bytes);
  void answer(Stream& stream, const StreamMessage& message);
  void write(Stream& stream);
  void watch(Stream& stream, std::uint32_t interest);
  void arm(Stream& stream);
  void refuse(const Stream& stream, const Error& error);
  void close(const Stream& stream);

  Loop& loop_;
  int listener_;
  Duration timeout_;
  Ties ties_;
  Registration accepting_;
  Registration retry_;
  std::uint64_t accepted_ = 0;
  std::map<int, std::unique_ptr<Stream>> streams_;  // by descriptor
  std::size_t bytes_ = 0;                           // of all requests that are not whole yet
};

}  // namespace sse::gossip
