#include "kernel/file_watch.h"

#include <doctest/doctest.h>
#include <filesystem>
#include <fstream>
#include <string>
#include <unistd.h>

using sse::kernel::FileWatch;
namespace fs = std::filesystem;

namespace {

/// A folder of its own, gone at the end.
struct Folder {
  Folder() : path(fs::temp_directory_path() / ("sse-watch-" + std::to_string(::getpid()))) {
    fs::remove_all(path);
    fs::create_directories(path);
  }
  ~Folder() { fs::remove_all(path); }
  [[nodiscard]] std::string write(const std::string& name, const std::string& text) const {
    std::ofstream(path / name) << text;
    return path / name;
  }
  fs::path path;
};

}  // namespace

TEST_CASE("a file that is written, replaced, removed or made is a change, told once") {
  const Folder folder;
  const auto file = folder.write("a", "1");
  FileWatch watch({file});
  CHECK(!watch.changed());
  (void)folder.write("a", "22");
  CHECK(watch.changed());
  CHECK(!watch.changed());
  fs::rename(folder.write("b", "33"), file);
  CHECK(watch.changed());
  fs::remove(file);
  CHECK(watch.changed());
  CHECK(!watch.changed());
  (void)folder.write("a", "4");
  CHECK(watch.changed());
}

TEST_CASE("a folder stands for what is in it, and links are followed") {
  const Folder folder;
  fs::create_directories(folder.path / "v1");
  fs::create_directories(folder.path / "v2");
  (void)folder.write("v1/config.json", "{}");
  (void)folder.write("v2/config.json", "{}");
  const auto mount = folder.path / "mount";
  fs::create_directories(mount);
  fs::create_symlink("../v1", mount / "..data");
  fs::create_symlink("..data/config.json", mount / "config.json");
  FileWatch watch({mount});
  CHECK(!watch.changed());
  fs::create_symlink("../v2", mount / "..data_tmp");
  fs::rename(mount / "..data_tmp", mount / "..data");
  CHECK(watch.changed());
  CHECK(!watch.changed());
}

TEST_CASE("nothing to watch is never a change") {
  FileWatch watch({});
  CHECK(watch.empty());
  CHECK(!watch.changed());
}
