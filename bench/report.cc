#include "bench/report.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <optional>
#include <sys/utsname.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

namespace sse::bench {

namespace {

enum class Base { None, Floor, Nchan };
enum class Bound { AtMost, AtLeast };

/// What a metric of a row has to reach, as a figure or as a ratio to another server.
struct Target {
  const char* row;
  const char* metric;
  const char* title;
  Base base;
  Bound bound;
  double limit;
};

constexpr Target kTargets[] = {
    {"fanout-64", "cpu_us_per_event", "fan-out 64 B: CPU per event, µs", Base::Floor, Bound::AtMost, 1.15},
    {"fanout-64", "events_per_s", "fan-out 64 B: events/s", Base::Nchan, Bound::AtLeast, 1.5},
    {"fanout-1k", "cpu_us_per_event", "fan-out 1 KiB: CPU per event, µs", Base::Floor, Bound::AtMost, 1.15},
    {"fanout-1k", "events_per_s", "fan-out 1 KiB: events/s", Base::Nchan, Bound::AtLeast, 1.5},
    {"burst-8", "events_per_s", "bursts of 8: events/s", Base::Nchan, Bound::AtLeast, 8},
    {"burst-32", "events_per_s", "bursts of 32: events/s", Base::Nchan, Bound::AtLeast, 20},
    {"many", "cpu_us_per_delivery", "many channels: CPU per publish and delivery, µs", Base::Floor, Bound::AtMost, 1.8},
    {"publish-4x32", "acknowledged_per_s", "publish 4 × 32: acknowledged/s", Base::Nchan, Bound::AtLeast, 2},
    {"publish-32x1", "cpu_us_per_publish", "publish 32 × 1: CPU per publish, µs", Base::Nchan, Bound::AtMost, 1.1},
    {"publish-jwt", "cpu_ratio", "publish 32 × 1, CPU, with a remembered JWT : to a node that asks nobody", Base::None,
     Bound::AtMost, 1.1},
    {"publish-jwt", "rate_ratio", "the same: acknowledged/s", Base::None, Bound::AtLeast, 0.9},
    {"idle", "bytes_per_subscriber", "idle subscriber: user-space bytes", Base::None, Bound::AtMost, 512},
    {"idle", "cpu_us_per_connect", "CPU per connect, as they come, µs", Base::Floor, Bound::AtMost, 1.25},
    {"connect", "cpu_us_per_connect", "CPU per connect, 400 queued, µs", Base::Floor, Bound::AtMost, 1.25},
    {"stuck", "bytes_per_stuck", "stuck reader: bytes, user and kernel", Base::None, Bound::AtMost, 512 * 1024},
    {"stuck", "p99_ratio", "p99 of the others, against none stuck", Base::None, Bound::AtMost, 1.5},
    {"reconnect", "seconds", "reconnect of all: seconds until caught up", Base::Floor, Bound::AtMost, 1.5},
    {"latency", "p50_us", "latency p50, µs", Base::Floor, Bound::AtMost, 1.2},
    {"latency", "p99_us", "latency p99, µs", Base::Floor, Bound::AtMost, 1.2},
    {"http2", "cpu_us_per_event", "fan-out 64 B to 200,000 streams of HTTP/2: CPU per event, µs", Base::None,
     Bound::AtMost, 7},
    {"http2", "events_per_s", "the same: events/s", Base::None, Bound::AtLeast, 140'000},
    {"http2", "bytes_per_stream", "a stream of HTTP/2: user-space bytes, 200 a connection", Base::None, Bound::AtMost,
     1'188},
    {"http2-single", "cpu_ratio", "one stream a connection, CPU per event, HTTP/2 : HTTP/1.1", Base::None,
     Bound::AtMost, 2},
    {"tls", "cpu_us_per_event", "fan-out 64 B by TLS 1.3: CPU per event, µs", Base::None, Bound::AtMost, 14},
    {"tls", "cpu_ratio", "the same : without TLS", Base::None, Bound::AtMost, 2},
    {"tls", "bytes_per_subscriber", "idle subscriber by TLS 1.3: user-space bytes", Base::None, Bound::AtMost, 16'384},
    {"relay", "publish_cpu_ratio", "CPU per publish, read by two nodes : alone", Base::None, Bound::AtMost, 2},
    {"relay", "relayed_per_s", "events/s over one link", Base::None, Bound::AtLeast, 100'000},
    {"relay", "reader_cpu_us", "CPU per relayed event where it is read, µs", Base::None, Bound::AtMost, 1},
    {"relay", "added_p50_us", "publish here, received at another node: added p50, µs", Base::None, Bound::AtMost,
     1'000},
    {"relay", "added_p99_us", "the same: added p99, µs", Base::None, Bound::AtMost, 5'000},
    {"relay-tls", "publish_cpu_ratio", "by TLS: CPU per publish, read by two nodes : alone", Base::None, Bound::AtMost,
     2},
    {"relay-tls", "reader_cpu_us", "by TLS: CPU per relayed event where it is read, µs", Base::None, Bound::AtMost, 1},
    {"relay-tls", "reader_cpu_ratio", "the same : without TLS", Base::None, Bound::AtMost, 2},
    {"gossip", "cpu_percent_3", "gossip, a quiet node of 3: CPU, % of a core", Base::None, Bound::AtMost, 1},
    {"gossip", "cpu_percent_10", "the same of 10", Base::None, Bound::AtMost, 1},
    {"gossip", "bytes_per_s_3", "gossip, a quiet node of 3: bytes/s sent, without headers", Base::None, Bound::AtMost,
     500},
    {"gossip", "bytes_per_s_10", "the same of 10", Base::None, Bound::AtMost, 500},
    {"gossip", "crash_s", "a crash of one of 3 is known to the others after, s", Base::None, Bound::AtMost, 15},
};

std::optional<double> median(std::vector<double> values) {
  if (values.empty()) return std::nullopt;
  std::sort(values.begin(), values.end());
  const size_t middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

std::optional<double> medianOf(const std::vector<Record>& records, const Target& target, ServerKind server) {
  std::vector<double> values;
  for (const Record& record : records) {
    if (record.row != target.row || record.server != server) continue;
    const auto found = record.result.metrics.find(target.metric);
    if (found != record.result.metrics.end()) values.push_back(found->second);
  }
  return median(std::move(values));
}

/// Three significant digits, whole numbers with separators.
std::string show(std::optional<double> value) {
  if (!value) return "–";
  char text[48];
  if (std::fabs(*value) < 100) {
    std::snprintf(text, sizeof text, "%.3g", *value);
    return text;
  }
  std::string digits = std::to_string(std::llround(*value));
  for (auto at = static_cast<std::ptrdiff_t>(digits.size()) - 3; at > (*value < 0 ? 1 : 0); at -= 3) {
    digits.insert(static_cast<size_t>(at), 1, ',');
  }
  return digits;
}

std::optional<double> valueOf(const std::vector<Record>& records, const Target& target, ServerKind server, size_t run) {
  for (const Record& record : records) {
    if (record.row != target.row || record.server != server || record.run != run) continue;
    const auto found = record.result.metrics.find(target.metric);
    if (found != record.result.metrics.end()) return found->second;
  }
  return std::nullopt;
}

/// The median of the ratios of each run: what the machine does slowly to all of a run's servers falls out.
std::optional<double> ratioOf(const std::vector<Record>& records, const Target& target, ServerKind over,
                              ServerKind under) {
  size_t runs = 0;
  for (const Record& record : records) runs = std::max(runs, record.run);
  std::vector<double> ratios;
  for (size_t run = 0; run <= runs; ++run) {
    const auto upper = valueOf(records, target, over, run);
    const auto lower = valueOf(records, target, under, run);
    if (upper && lower && *lower > 0) ratios.push_back(*upper / *lower);
  }
  return median(std::move(ratios));
}

std::string showRatio(std::optional<double> ratio) { return ratio ? show(ratio) + " ×" : "–"; }

std::string line(const Target& target, const std::vector<Record>& records) {
  const auto ours = medianOf(records, target, ServerKind::Ours);
  const auto to_floor = ratioOf(records, target, ServerKind::Ours, ServerKind::Floor);
  const auto to_nchan = ratioOf(records, target, ServerKind::Ours, ServerKind::Nchan);
  const auto reached = target.base == Base::None ? ours : target.base == Base::Floor ? to_floor : to_nchan;
  std::string reach = target.bound == Bound::AtMost ? "≤ " : "≥ ";
  reach += show(target.limit);
  if (target.base != Base::None) reach += target.base == Base::Floor ? " × floor" : " × Nchan";
  std::string mark = "–";
  if (reached) {
    const bool pass = target.bound == Bound::AtMost ? *reached <= target.limit : *reached >= target.limit;
    mark = pass ? "pass" : "**miss**";
  }
  return std::string("| ") + target.title + " | " + show(medianOf(records, target, ServerKind::Floor)) + " | " +
         show(medianOf(records, target, ServerKind::Nchan)) + " | " + show(ours) + " | " +
         showRatio(ratioOf(records, target, ServerKind::Nchan, ServerKind::Floor)) + " | " + showRatio(to_floor) +
         " | " + showRatio(to_nchan) + " | " + reach + " | " + mark + " |\n";
}

std::string tallyLine(const std::vector<Record>& records) {
  std::map<ServerKind, Tally> sums;
  for (const Record& record : records) {
    Tally& sum = sums[record.server];
    sum.received += record.result.tally.received;
    sum.lost += record.result.tally.lost;
    sum.repeated += record.result.tally.repeated;
    sum.disordered += record.result.tally.disordered;
  }
  const auto cell = [&](ServerKind kind) {
    const auto found = sums.find(kind);
    return found == sums.end() ? "–" : show(static_cast<double>(found->second.wrong()));
  };
  const auto ours = sums.find(ServerKind::Ours);
  const char* mark = ours == sums.end() ? "–" : ours->second.wrong() == 0 ? "pass" : "**miss**";
  return "| events lost, repeated or out of order, all rows | " + cell(ServerKind::Floor) + " | " +
         cell(ServerKind::Nchan) + " | " + cell(ServerKind::Ours) + " | – | – | – | 0 | " + mark + " |\n";
}

std::string processorName() {
  std::ifstream file("/proc/cpuinfo");
  std::string text;
  while (std::getline(file, text)) {
    if (text.starts_with("model name")) return text.substr(text.find(": ") + 2);
  }
  return "unknown processor";
}

}  // namespace

std::string toJsonLine(const Record& record) {
  const Tally& tally = record.result.tally;
  return nlohmann::json{{"row", record.row},          {"server", nameOf(record.server)},
                        {"run", record.run},          {"metrics", record.result.metrics},
                        {"received", tally.received}, {"lost", tally.lost},
                        {"repeated", tally.repeated}, {"disordered", tally.disordered},
                        {"ended", tally.ended}}
      .dump();
}

std::string toMarkdown(const std::vector<Record>& records, const Sizes& sizes, size_t runs) {
  utsname system{};
  uname(&system);
  std::string text = "Machine: " + processorName() + ", " + std::to_string(sysconf(_SC_NPROCESSORS_ONLN)) +
                     " CPUs, Linux " + system.release + ". Medians, and medians of the ratios within a run, of " +
                     std::to_string(runs) + " alternating runs; fan-out " + show(static_cast<double>(sizes.fanout)) +
                     ", channels " + show(static_cast<double>(sizes.channels)) + ", idle " +
                     show(static_cast<double>(sizes.idle)) + ", stuck " + show(static_cast<double>(sizes.stuck)) +
                     " subscribers.\n\n";
  text += "| work | floor | Nchan | ours | Nchan : floor | ours : floor | ours : Nchan | to reach | |\n";
  text += "| --- | ---: | ---: | ---: | ---: | ---: | ---: | --- | --- |\n";
  for (const Target& target : kTargets) {
    const bool measured =
        std::any_of(records.begin(), records.end(), [&](const Record& record) { return record.row == target.row; });
    if (measured) text += line(target, records);
  }
  return text + tallyLine(records);
}

}  // namespace sse::bench
