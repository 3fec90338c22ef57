#pragma once
// The rows of the table: what is measured, and against what.
#include <map>
#include <string>
#include <vector>

#include "bench/server.h"
#include "bench/swarm.h"

namespace sse::bench {

/// How large and how long. `quick()` is a smoke test of the bench itself: its figures mean nothing.
struct Sizes {
  size_t fanout = 10'000;
  size_t channels = 10'000;
  size_t idle = 19'000;
  size_t stuck = 2'000;
  size_t samples = 2'000;
  size_t http2 = 1'000;   // connections of 200 streams
  size_t single = 2'000;  // connections of HTTP/2 with one stream
  size_t tls = 5'000;
  double seconds = 2.0;

  static Sizes quick() { return {500, 500, 1'000, 200, 200, 10, 100, 100, 0.2}; }
};

struct RowResult {
  std::map<std::string, double> metrics;
  Tally tally;
};

struct Row {
  std::string name;
  std::string help;
  RowResult (*run)(Server& server, const Sizes& sizes);
  std::vector<ServerKind> servers;
};

/// Every row, in the order of the table.
const std::vector<Row>& rows();

RowResult runFanout64(Server& server, const Sizes& sizes);
RowResult runFanout1k(Server& server, const Sizes& sizes);
RowResult runBurst8(Server& server, const Sizes& sizes);
RowResult runBurst32(Server& server, const Sizes& sizes);
RowResult runMany(Server& server, const Sizes& sizes);
RowResult runPublishPipelined(Server& server, const Sizes& sizes);
RowResult runPublishSingly(Server& server, const Sizes& sizes);
RowResult runPublishJwt(Server& server, const Sizes& sizes);
RowResult runIdle(Server& server, const Sizes& sizes);
RowResult runConnect(Server& server, const Sizes& sizes);
RowResult runStuck(Server& server, const Sizes& sizes);
RowResult runReconnect(Server& server, const Sizes& sizes);
RowResult runLatency(Server& server, const Sizes& sizes);
RowResult runHttp2(Server& server, const Sizes& sizes);
RowResult runHttp2Single(Server& server, const Sizes& sizes);
RowResult runTls(Server& server, const Sizes& sizes);
RowResult runRelay(Server& server, const Sizes& sizes);
RowResult runRelayTls(Server& server, const Sizes& sizes);
RowResult runGossip(Server& server, const Sizes& sizes);
RowResult runFlood(Server& server, const Sizes& sizes);

/// Time and CPU from its making to `stop()`.
class Stopwatch {
 public:
  explicit Stopwatch(Server& server);
  void stop();
  double seconds() const { return seconds_; }
  double serverCpu() const { return server_cpu_; }

  /// Adds what tells whether the client or the server was the limit: the CPU share of each.
  void report(RowResult& result) const;

 private:
  Process& process_;
  int64_t started_;
  int64_t server_started_;
  int64_t own_started_;
  double seconds_ = 0;
  double server_cpu_ = 0;
  double own_cpu_ = 0;
};

/// The p-th part (0..1) of the values; sorts them.
double percentile(std::vector<uint32_t>& values, double part);

}  // namespace sse::bench
