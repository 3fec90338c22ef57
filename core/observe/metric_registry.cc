#include "observe/metric_registry.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <prometheus/text_serializer.h>
#include <sstream>
#include <utility>

#include "observe/process_metrics.h"

namespace sse::observe {
namespace {

[[noreturn]] void refuse(std::string_view name, const char* why) {
  std::fprintf(stderr, "metric %.*s: %s\n", static_cast<int>(name.size()), name.data(), why);
  std::abort();
}

constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyz";
constexpr std::string_view kLettersAndDigits = "abcdefghijklmnopqrstuvwxyz0123456789";

bool consistsOf(std::string_view text, std::string_view letters) {
  return !text.empty() && text.find_first_not_of(letters) == std::string_view::npos;
}

bool isMetricName(std::string_view name) {
  constexpr std::string_view kPrefix = "sse_";
  if (!name.starts_with(kPrefix)) return false;
  name.remove_prefix(kPrefix.size());
  for (auto letters = kLetters;; letters = kLettersAndDigits) {
    const auto end = std::min(name.find('_'), name.size());
    if (!consistsOf(name.substr(0, end), letters)) return false;
    if (end == name.size()) return true;
    name.remove_prefix(end + 1);
  }
}

bool isLabelName(std::string_view name) {
  return consistsOf(name.substr(0, 1), kLetters) &&
         name.find_first_not_of(std::string(kLettersAndDigits) + '_') == std::string_view::npos;
}

void fill(prometheus::ClientMetric& out, const Counter& counter) {
  out.counter.value = static_cast<double>(counter.value());
}

void fill(prometheus::ClientMetric& out, const Gauge& gauge) { out.gauge.value = static_cast<double>(gauge.value()); }

void fill(prometheus::ClientMetric& out, const Histogram& histogram) {
  constexpr double kMicroseconds = 1e6;
  auto& to = out.histogram;
  for (std::size_t i = 0; i < Histogram::kBuckets; ++i) {
    to.sample_count += histogram.bucket(i);
    const bool last = i + 1 == Histogram::kBuckets;
    const double bound =
        last ? std::numeric_limits<double>::infinity() : std::ldexp(1.0, static_cast<int>(i)) / kMicroseconds;
    to.bucket.push_back({to.sample_count, bound});
  }
  to.sample_sum = static_cast<double>(histogram.sum()) / kMicroseconds;
}

constexpr std::array kTypes = {prometheus::MetricType::Counter, prometheus::MetricType::Gauge,
                               prometheus::MetricType::Histogram};

}  // namespace

template <typename Metric>
Metric& MetricRegistry::cell(std::string_view name, std::string_view help, const Labels& labels) {
  if (!isMetricName(name)) refuse(name, "expected a name like sse_<room>_<what>_<unit|total>");
  for (const auto& label : labels) {
    if (!isLabelName(label.first)) refuse(name, "expected label names of lower case letters");
  }
  Labels key = labels;
  std::sort(key.begin(), key.end());
  Cell fresh = std::make_unique<Metric>();

  const std::lock_guard lock(mutex_);
  const auto found = families_.try_emplace(std::string(name), Family{std::string(help), fresh.index(), {}}).first;
  auto& family = found->second;
  if (family.type != fresh.index()) refuse(name, "expected the type it was first made with, got another");
  auto& held = family.cells.try_emplace(std::move(key), std::move(fresh)).first->second;
  return *std::get<std::unique_ptr<Metric>>(held);
}

Counter& MetricRegistry::counter(std::string_view name, std::string_view help, const Labels& labels) {
  return cell<Counter>(name, help, labels);
}

Gauge& MetricRegistry::gauge(std::string_view name, std::string_view help, const Labels& labels) {
  return cell<Gauge>(name, help, labels);
}

Histogram& MetricRegistry::histogram(std::string_view name, std::string_view help, const Labels& labels) {
  return cell<Histogram>(name, help, labels);
}

std::vector<prometheus::MetricFamily> MetricRegistry::Collect() const {
  auto all = processFamilies(started_.count());
  const std::lock_guard lock(mutex_);
  for (const auto& [name, family] : families_) {
    auto& out = all.emplace_back(prometheus::MetricFamily{name, family.help, kTypes.at(family.type), {}});
    for (const auto& [labels, cell] : family.cells) {
      auto& metric = out.metric.emplace_back();
      for (const auto& [label, value] : labels) metric.label.push_back({label, value});
      std::visit([&metric](const auto& held) { fill(metric, *held); }, cell);
    }
  }
  return all;
}

std::string MetricRegistry::render() const {
  std::ostringstream out;
  prometheus::TextSerializer().Serialize(out, Collect());
  return std::move(out).str();
}

}  // namespace sse::observe
