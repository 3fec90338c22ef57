#include "kernel/journal_metrics.h"

namespace sse::kernel {
namespace {

Counter& evicted(Metrics& metrics, const char* by) {
  return metrics.counter("sse_channel_evicted_total", "entries that a limit took", {{"by", by}});
}

void advance(Counter& counter, std::uint64_t& told, std::uint64_t now) {
  counter.add(now - told);
  told = now;
}

}  // namespace

JournalMetrics::JournalMetrics(Metrics& metrics)
    : channels_(metrics.gauge("sse_channel_channels", "channels with subscribers, history or a recent event")),
      events_(metrics.gauge("sse_channel_events", "entries that are kept")),
      bytes_(metrics.gauge("sse_channel_bytes", "memory of the entries that are kept")),
      budget_(metrics.gauge("sse_channel_budget_bytes", "most memory for entries that are kept: history.budget")),
      by_channel_(evicted(metrics, "channel")),
      by_age_(evicted(metrics, "age")),
      by_budget_(evicted(metrics, "budget")),
      forgotten_(metrics.counter("sse_channel_forgotten_total", "channels forgotten because of limits.channels")) {}

void JournalMetrics::tell(const channel::Totals& totals) {
  channels_.set(static_cast<std::int64_t>(totals.channels));
  events_.set(static_cast<std::int64_t>(totals.events));
  bytes_.set(static_cast<std::int64_t>(totals.bytes));
  budget_.set(static_cast<std::int64_t>(totals.budget));
  advance(by_channel_, told_.by_channel, totals.lost.by_channel);
  advance(by_age_, told_.by_age, totals.lost.by_age);
  advance(by_budget_, told_.by_budget, totals.lost.by_budget);
  advance(forgotten_, told_.channels, totals.lost.channels);
}

}  // namespace sse::kernel
