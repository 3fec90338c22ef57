#pragma once

#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "sse/metrics.h"

namespace sse::conformance {

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

  /// What was made, by type, each name once per set of labels.
  struct Names {
    std::vector<std::string> counters;
    std::vector<std::string> gauges;
    std::vector<std::string> histograms;
    [[nodiscard]] std::size_t size() const { return counters.size() + gauges.size() + histograms.size(); }
  };
  [[nodiscard]] Names names() const {
    const std::lock_guard lock(mutex_);
    return {namesOf(counters_), namesOf(gauges_), namesOf(histograms_)};
  }

 private:
  template <typename Cell>
  using Cells = std::map<std::pair<std::string, Labels>, Cell>;

  template <typename Cell>
  Cell& cell(Cells<Cell>& cells, std::string_view name, const Labels& labels) {
    const std::lock_guard lock(mutex_);
    return cells[{std::string(name), labels}];
  }

  template <typename Cell>
  static std::vector<std::string> namesOf(const Cells<Cell>& cells) {
    std::vector<std::string> names;
    for (const auto& [key, cell] : cells) names.push_back(key.first);
    return names;
  }

  mutable std::mutex mutex_;
  Cells<Counter> counters_;
  Cells<Gauge> gauges_;
  Cells<Histogram> histograms_;
};

}  // namespace sse::conformance
