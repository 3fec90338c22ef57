#pragma once

#include <functional>
#include <thread>

#include "api/api.h"
#include "server/http_server.h"
#include "stream/streamer.h"

namespace sse::kernel {

/// One HTTP loop with everything that lives on it. Owned by the running node, which starts and joins its thread.
struct NodeLoop {
  /// What all loops share.
  struct Shared {
    channel::Journal& journal;
    stream::ClientRegistry& clients;
    stream::StreamMetrics& stream_metrics;
    api::Node& node;
    server::ServerMetrics& server_metrics;
    Logger& log;
    std::function<void()> after_turn;  ///< when subscribers and publishers have been served
  };

  NodeLoop(unsigned number, const Shared& shared, const stream::StreamSettings& streams,
           const server::ServerSettings& http)
      : streamer(loop, number, shared.journal, shared.clients, streams, shared.stream_metrics),
        api(shared.node, number, loop, streamer),
        server(loop, api, http, shared.server_metrics, shared.log) {
    api.attach(server);
    // Append, deliver, answer: subscribers first, and one write per connection for all answers of a turn. Peers come
    // last: waking the control thread costs more than a delivery.
    loop.atTurnEnd([this, after_turn = shared.after_turn] {
      api.settle();
      const bool deliveries = streamer.turn();
      const bool reads = server.turn();
      after_turn();
      return deliveries || reads;
    });
  }

  net::EventLoop loop;
  stream::Streamer streamer;
  api::Api api;
  server::HttpServer server;
  std::thread thread;
};

}  // namespace sse::kernel
