#include "kernel/warning_board.h"

#include <algorithm>

namespace sse::kernel {

void WarningBoard::tell(const Warned& warned, Clock::time_point now) {
  const auto about = warned.about.substr(0, kMaxText);
  const std::lock_guard lock(mutex_);
  auto row = std::ranges::find_if(rows_, [&](const Row& each) { return each.id == warned.id && each.about == about; });
  if (row == rows_.end()) {
    makeRoom();
    rows_.push_back({warned.id, {}, about, 0, false, now});
    row = std::prev(rows_.end());
  }
  row->text = warned.text.substr(0, kMaxText);
  row->count = now - row->told > kLasts ? 1 : row->count + 1;
  row->lasting = row->lasting || warned.lasting;
  row->told = now;
  rows_.splice(rows_.end(), rows_, row);
}

void WarningBoard::makeRoom() {
  if (rows_.size() < kMost) return;
  const auto oldest = std::ranges::find_if(rows_, [](const Row& row) { return !row.lasting; });
  rows_.erase(oldest == rows_.end() ? rows_.begin() : oldest);
}

std::vector<WarningBoard::Row> WarningBoard::rows(Clock::time_point now) const {
  std::vector<Row> holding;
  const std::lock_guard lock(mutex_);
  std::ranges::copy_if(rows_, std::back_inserter(holding),
                       [&](const Row& row) { return row.lasting || now - row.told <= kLasts; });
  return holding;
}

}  // namespace sse::kernel
