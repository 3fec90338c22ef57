#pragma once

#include "channel/journal.h"
#include "sse/metrics.h"

namespace sse::kernel {

/// Tells what the journal holds and what limits took from it. Owned by the running node. [control]
class JournalMetrics {
 public:
  explicit JournalMetrics(Metrics& metrics);
  void tell(const channel::Totals& totals);

 private:
  Gauge& channels_;
  Gauge& events_;
  Gauge& bytes_;
  Gauge& budget_;
  Counter& by_channel_;
  Counter& by_age_;
  Counter& by_budget_;
  Counter& forgotten_;
  channel::Losses told_;
};

}  // namespace sse::kernel
