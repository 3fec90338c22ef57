#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <prometheus/collectable.h>
#include <prometheus/metric_family.h>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "sse/metrics.h"

namespace sse::observe {

/// All metrics of the process. Made first and destroyed last by main. A lock guards making and listing cells; counting
/// takes none. [any]
///
/// A name that is not `^sse_[a-z]+(_[a-z0-9]+)*$`, a label name that is not `^[a-z][a-z0-9_]*$`, or a name asked for as
/// another type aborts.
class MetricRegistry final : public Metrics, public prometheus::Collectable {
 public:
  Counter& counter(std::string_view name, std::string_view help, const Labels& labels = {}) override;
  Gauge& gauge(std::string_view name, std::string_view help, const Labels& labels = {}) override;
  Histogram& histogram(std::string_view name, std::string_view help, const Labels& labels = {}) override;

  /// The values of now: first the process's own (`processFamilies`), then cells in the order of names. Histograms are
  /// in seconds with cumulative buckets.
  [[nodiscard]] std::vector<prometheus::MetricFamily> Collect() const override;

  /// The same as Prometheus text. Takes a millisecond or so: for a worker.
  [[nodiscard]] std::string render() const;

 private:
  using Cell = std::variant<std::unique_ptr<Counter>, std::unique_ptr<Gauge>, std::unique_ptr<Histogram>>;
  struct Family {
    std::string help;
    std::size_t type = 0;  ///< index of the variant that all cells hold
    std::map<Labels, Cell> cells;
  };

  template <typename Metric>
  Metric& cell(std::string_view name, std::string_view help, const Labels& labels);

  const std::chrono::duration<double> started_ = std::chrono::system_clock::now().time_since_epoch();
  mutable std::mutex mutex_;
  std::map<std::string, Family, std::less<>> families_;
};

}  // namespace sse::observe
