#include "sse/conformance/names.h"

#include <algorithm>
#include <string_view>
#include <vector>

namespace sse::conformance {
namespace {

constexpr std::size_t kMostMetrics = 200;

bool madeOf(std::string_view text, std::string_view legal) {
  return !text.empty() && text.find_first_not_of(legal) == std::string_view::npos;
}

bool isLogId(std::string_view id) {
  return madeOf(id, "abcdefghijklmnopqrstuvwxyz0123456789-") && id.front() != '-' && id.back() != '-' &&
         id.find("--") == std::string_view::npos;
}

void expectMetrics(Check& check, const std::vector<std::string>& names, bool counters) {
  for (const auto& name : names) {
    const bool formed = name.starts_with("sse_") && madeOf(name, "abcdefghijklmnopqrstuvwxyz0123456789_") &&
                        std::count(name.begin(), name.end(), '_') >= 2;
    check.expect(formed, "metrics named sse_<plugin>_<what>_<unit|total>", quoted(name), "rename it");
    check.expect(name.ends_with("_total") == counters, "counters, and nothing else, to end in _total", quoted(name),
                 "rename it");
  }
}

}  // namespace

void expectTidyNames(Instance& instance) {
  auto& check = instance.check();
  const auto metrics = instance.host().metrics().names();
  expectMetrics(check, metrics.counters, true);
  expectMetrics(check, metrics.gauges, false);
  expectMetrics(check, metrics.histograms, false);
  check.expect(metrics.size() <= kMostMetrics, "at most " + std::to_string(kMostMetrics) + " metrics",
               std::to_string(metrics.size()), "use labels from a fixed set");
  for (const auto& line : instance.host().log().lines()) {
    check.expect(isLogId(line.id), "log ids of lower case letters, digits and dashes", quoted(line.id),
                 "give the line a stable id");
    check.expect(!line.text.empty(), "a text for people in each log line", "none at " + quoted(line.id), "write one");
  }
}

}  // namespace sse::conformance
