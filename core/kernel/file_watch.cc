#include "kernel/file_watch.h"

#include <algorithm>
#include <filesystem>
#include <sys/stat.h>
#include <system_error>
#include <utility>

namespace sse::kernel {
namespace {

namespace fs = std::filesystem;

/// What tells one state of a file from another.
std::string stateOf(const std::string& path) {
  struct stat state{};
  if (::stat(path.c_str(), &state) != 0) return path + " -\n";
  return path + " " + std::to_string(state.st_dev) + ":" + std::to_string(state.st_ino) + ":" +
         std::to_string(state.st_size) + ":" + std::to_string(state.st_mtim.tv_sec) + "." +
         std::to_string(state.st_mtim.tv_nsec) + "\n";
}

std::vector<std::string> entriesOf(const std::string& folder) {
  std::vector<std::string> found;
  std::error_code ignored;
  fs::directory_iterator entry(folder, ignored);
  for (; entry != fs::directory_iterator() && found.size() < FileWatch::kMaxEntries; entry.increment(ignored)) {
    found.push_back(entry->path().string());
  }
  std::ranges::sort(found);
  return found;
}

}  // namespace

FileWatch::FileWatch(std::vector<std::string> paths) : paths_(std::move(paths)), seen_(look()) {}

bool FileWatch::changed() {
  auto now = look();
  if (now == seen_) return false;
  seen_ = std::move(now);
  return true;
}

std::string FileWatch::look() const {
  std::string all;
  for (const auto& path : paths_) {
    all += stateOf(path);
    for (const auto& entry : entriesOf(path)) all += stateOf(entry);
  }
  return all;
}

}  // namespace sse::kernel
