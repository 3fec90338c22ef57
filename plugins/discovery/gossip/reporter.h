#pragma once

#include <array>
#include <map>
#include <string>
#include <string_view>

#include "discovery/gossip/outbox.h"
#include "sse/host.h"
#include "sse/result.h"

namespace sse::gossip {

/// Turns what the engine and the sockets tell into log lines and metrics. Owned by the plugin; the control thread's.
/// No more than kLines lines of one id in kWindow, however many are caused from outside; the next one says how many
/// were left out.
class Reporter {
 public:
  static constexpr std::size_t kLines = 20;
  static constexpr Duration kWindow{10'000};

  explicit Reporter(Host& host);

  /// One event of the engine. [control]
  void tell(const Event& event);

  /// Traffic. [control]
  void packet(std::size_t in, std::size_t out);
  void stream(std::size_t in, std::size_t out);
  /// A packet or a stream that was not what it has to be: `error` says why. [control]
  void refused(const std::string& from, const Error& error);
  void refusedStream(const std::string& from, const Error& error);
  /// No descriptors are left for streams of others. [control]
  void paused();
  /// A packet that could not be sent. [control]
  void unsent();

  /// Once at start: reachable by anybody at `endpoint`, without a key. [control]
  void open(const std::string& endpoint);

  /// Nodes by state. [control]
  void members(const std::array<std::size_t, 4>& by_state);
  /// The health score. [control]
  void score(int score) { score_.set(score); }

 private:
  void tellChange(const MemberChanged& change);
  void tellConflict(const NameConflict& conflict);
  void tellExchange(const ExchangeEnded& exchange);
  void tellProbe(const ProbeEnded& probe);
  /// False where it was left out.
  bool line(Level level, std::string_view id, std::string_view text, std::string name, std::string detail);

  /// A line, and a Warned about somebody where the line was written.
  void warn(std::string_view id, std::string about, std::string text, std::string detail);

  struct Window {
    Clock::time_point begun;
    std::size_t lines = 0;
    std::size_t left_out = 0;
  };

  Host& host_;
  std::map<std::string, Window, std::less<>> windows_;  // by id, of which there are a few
  std::array<Gauge*, 4> members_{};
  std::array<Counter*, 4> changes_{};
  Gauge& score_;
  Counter& packets_in_;
  Counter& packets_out_;
  Counter& bytes_in_;
  Counter& bytes_out_;
  Counter& stream_bytes_in_;
  Counter& stream_bytes_out_;
  Counter& accept_paused_;
  Counter& refutations_;
  Counter& failed_probes_;
  Histogram& rtt_;
};

}  // namespace sse::gossip
