#include "kernel/plugin_catalogue.h"

#include <algorithm>
#include <array>
#include <doctest/doctest.h>

#include "kernel/plugin_list.h"
#include "support/plugin_node.h"

using namespace sse;
using kernel::PluginCatalogue;
using test::has;

namespace {

const std::string kBuilt = SSE_BINARY_DIR "/plugins";

PluginDescriptor linkedOpen() {
  return {SSE_ABI_VERSION,
          sizeof(PluginDescriptor),
          SSE_BUILD_ID,
          Kind::Auth,
          "open",
          "9",
          "from the executable",
          nullptr,
          0,
          []() -> Plugin* { return nullptr; },
          [](Plugin*) {}};
}

}  // namespace

TEST_CASE("a missing plugin's problem lists every path tried and what there is") {
  const PluginCatalogue catalogue({test::kZoo, "/nowhere"}, {});
  const auto opened = catalogue.open(Kind::Auth, "tmae");
  REQUIRE(opened.problems.size() == 1);
  const auto& problem = opened.problems[0];
  CHECK(has(problem, "auth/tmae: expected a plugin of this name, found none; tried "));
  CHECK(has(problem, test::kZoo + "/auth-tmae.so, /nowhere/auth-tmae.so; available: bad-options, "));
  CHECK(has(problem, "; did you mean tame?"));
}

TEST_CASE("without folders and plugins the problem says so") {
  const auto opened = PluginCatalogue({}, {}).open(Kind::Transport, "relay");
  REQUIRE(opened.problems.size() == 1);
  CHECK(has(opened.problems[0], "tried no folder; available: none; correct the option transport or plugins.path"));
}

TEST_CASE("a name that is no name never becomes a path") {
  for (const auto* name : {"../tame", "Tame", "", "a b", "a/b"}) {
    const auto opened = PluginCatalogue({test::kZoo}, {}).open(Kind::Auth, name);
    REQUIRE(opened.problems.size() == 1);
    CHECK(has(opened.problems[0], "expected a plugin's name of lower case letters, digits and dashes"));
  }
}

TEST_CASE("what is linked in wins over files, the first folder over the next") {
  const auto descriptor = linkedOpen();
  const std::array<const PluginDescriptor*, 1> linked = {&descriptor};
  CHECK(PluginCatalogue({kBuilt}, linked).open(Kind::Auth, "open").descriptor == &descriptor);
  const auto opened = PluginCatalogue({"/nowhere", kBuilt, test::kZoo}, {}).open(Kind::Auth, "open");
  CHECK(opened.problems.empty());
  CHECK(opened.file == kBuilt + "/auth-open.so");
}

TEST_CASE("available lists plugin files only, each plugin once") {
  const auto entries = PluginCatalogue({test::kZoo, test::kZoo, kBuilt}, {}).available();
  const auto count = [&entries](std::string_view name) {
    return std::count_if(entries.begin(), entries.end(), [name](const auto& entry) { return entry.name == name; });
  };
  CHECK(count("tame") == 1);
  CHECK(count("open") == 1);
  CHECK(count("absent") == 0);
}

TEST_CASE("the default folders belong to the executable") {
  const auto folders = kernel::defaultPluginFolders();
  REQUIRE(folders.size() == 2);
  CHECK(folders[0].ends_with("/lib/sse-cluster/plugins"));
  CHECK(folders[1].ends_with("/plugins"));
}

TEST_CASE("the list shows what can be loaded and why the rest cannot") {
  const auto text = kernel::listPlugins(PluginCatalogue({kBuilt, test::kZoo}, {}));
  CHECK(has(text, "KIND"));
  CHECK(has(text, "auth"));
  CHECK(has(text, kBuilt + "/auth-open.so"));
  CHECK(has(text, "lets everybody do everything\n"));
  CHECK(has(text, "cannot be loaded: " + test::kZoo + "/auth-text.so: "));
  CHECK(has(text, "folders: " + kBuilt + " " + test::kZoo + "\n"));
}

TEST_CASE("one plugin is described by its name, with or without its kind") {
  const PluginCatalogue catalogue({kBuilt}, {});
  for (const auto* name : {"open", "auth/open", "auth-open"}) {
    const auto text = kernel::describePlugin(catalogue, name);
    REQUIRE(text.ok());
    CHECK(has(*text, "auth/open 0.1.0: lets everybody do everything\n" + kBuilt + "/auth-open.so\n"));
  }
  const auto unknown = kernel::describePlugin(catalogue, "opne");
  REQUIRE_FALSE(unknown.ok());
  CHECK(unknown.error().code == Code::NotFound);
  CHECK(has(unknown.error().text, "plugin opne: expected one of "));
  CHECK(has(unknown.error().text, "auth/open"));
}

TEST_CASE("the open plugin runs from its library") {
  test::Node node;
  REQUIRE(node.run(PluginCatalogue({kBuilt}, {}), {.discovery = {}, .transport = {}, .auth = {"open"}}).empty());
  REQUIRE(node.plugins.auths().size() == 1);
  CHECK(node.plugins.auths()[0]->check({}, nullptr).verdict == Decision::Verdict::Allow);
  CHECK(node.log.lines("auth-open").size() == 1);
}
