#pragma once

#include <map>
#include <mutex>
#include <string>
#include <utility>

#include "sse/metrics.h"

namespace sse::test {

/// Cells by name and labels, without a registry. [any]
class FakeMetrics final : public Metrics {
 public:
  Counter& counter(std::string_view name, std::string_view, const Labels& labels = {}) override {
    return cell(counters_, name, labels);
  }
  Gauge& gauge(std::string_view name, std::string_view, const Labels& labels = {}) override {
    return cell(gauges_, name, labels);
  }
  Histogram& histogram(std::string_view name, std::string_view, const Labels& labels = {}) override {
    return cell(histograms_, name, labels);
  }

 private:
  template <typename Cell>
  using Cells = std::map<std::pair<std::string, Labels>, Cell>;

  template <typename Cell>
  Cell& cell(Cells<Cell>& cells, std::string_view name, const Labels& labels) {
    const std::lock_guard lock(mutex_);
    return cells[{std::string(name), labels}];
  }

  std::mutex mutex_;
  Cells<Counter> counters_;
  Cells<Gauge> gauges_;
  Cells<Histogram> histograms_;
};

}  // namespace sse::test
