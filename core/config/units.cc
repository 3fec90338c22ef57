#include "config/units.h"

#include <array>

namespace sse::config {
namespace {

template <std::size_t Count>
std::string format(const std::array<Unit, Count>& units, std::int64_t amount, std::string_view of_zero) {
  if (amount == 0) return "0" + std::string(of_zero);
  for (const auto& unit : units) {
    if (amount % unit.factor == 0) return std::to_string(amount / unit.factor) + std::string(unit.name);
  }
  return std::to_string(amount);
}

}  // namespace

std::string formatDuration(std::int64_t milliseconds) { return format(kDurationUnits, milliseconds, "s"); }

std::string formatSize(std::int64_t bytes) { return format(kSizeUnits, bytes, "B"); }

}  // namespace sse::config
