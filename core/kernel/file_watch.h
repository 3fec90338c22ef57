#pragma once

#include <string>
#include <vector>

namespace sse::kernel {

/// Tells that files have been written, replaced or removed since they were looked at last: by device, inode, size and
/// time of the last write. Links are followed, so that the swap of a mounted volume is seen. Of a folder its first
/// kMaxEntries entries count, not those of folders in it. What cannot be looked at is the same as what is not there.
/// Owned by main, no thread of its own. [main]
class FileWatch {
 public:
  static constexpr std::size_t kMaxEntries = 1024;

  /// Looks for the first time.
  explicit FileWatch(std::vector<std::string> paths);

  [[nodiscard]] bool empty() const { return paths_.empty(); }
  /// Whether something is not as it was the last time. Some system calls for each file.
  [[nodiscard]] bool changed();

 private:
  [[nodiscard]] std::string look() const;

  std::vector<std::string> paths_;
  std::string seen_;
};

}  // namespace sse::kernel
