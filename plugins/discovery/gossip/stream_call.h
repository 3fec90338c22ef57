#pragma once

#include <functional>
#include <memory>
#include <string>

#include "discovery/gossip/socket_address.h"
#include "discovery/gossip/stream_codec.h"
#include "sse/loop.h"

namespace sse::gossip {

/// One connection that we open: a request and its answer (docs/memberlist.md section 10). Owned by the plugin; the
/// control thread's. Tells how it went exactly once, never from within `start`, unless it is freed before.
class StreamCall {
 public:
  using Done = std::function<void(Result<StreamMessage>)>;

  /// `limit` is for all of it. `done` may free the call. `bytes` counts what comes in and goes out.
  StreamCall(Loop& loop, std::shared_ptr<const WireSettings> wire, Duration limit, Done done,
             std::function<void(std::size_t in, std::size_t out)> bytes);
  StreamCall(const StreamCall&) = delete;
  StreamCall& operator=(const StreamCall&) = delete;

  /// Begins. [control] [created]
  void start(const Endpoint& to, const StreamMessage& request);

 private:
  void write();
  void read();
  void failLater(Error error);
  void finish(Result<StreamMessage> result);

  Loop& loop_;
  std::shared_ptr<const WireSettings> wire_;
  Duration limit_;
  Done done_;
  std::function<void(std::size_t in, std::size_t out)> bytes_;
  StreamDecoder decoder_;
  Descriptor fd_;
  std::string out_;
  bool connected_ = false;
  Registration watch_;
  Registration timer_;
};

}  // namespace sse::gossip
