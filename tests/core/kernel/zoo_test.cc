#include <doctest/doctest.h>
#include <string>
#include <unistd.h>

#include "support/death.h"
#include "support/plugin_node.h"

using namespace sse;
using test::has;
using test::Node;

namespace {

/// The one problem that a broken library of the zoo gives, which must name its file and what to do.
std::string problemOf(const std::string& animal) {
  Node node;
  const auto problems = node.run(animal);
  REQUIRE(problems.size() == 1);
  CHECK(has(problems[0], test::kZoo + "/auth-" + animal + ".so: "));
  CHECK(has(problems[0], "expected "));
  CHECK(has(problems[0], "found"));
  CHECK(has(problems[0], "; "));
  CHECK(node.plugins.status().empty());
  return problems[0];
}

const std::string kRebuild = "rebuild the plugin against this node's SDK with the same compiler";

/// A running animal whose callback throws must turn failed, by itself and with its reason.
void checkFailed(Node& node, const std::string& animal) {
  const auto status = node.plugins.status();
  REQUIRE(status.size() == 1);
  CHECK(status[0].state == "failed");
  CHECK(has(status[0].reason, "growl"));
  const auto ready = node.plugins.readiness();
  CHECK_FALSE(ready.ready);
  CHECK(has(ready.reason, "auth/" + animal + ": failed: "));
  auto lines = node.log.lines("plugin-failed");
  REQUIRE(lines.size() == 1);
  CHECK(lines[0].fields["plugin"] == "auth/" + animal);
}

}  // namespace

TEST_CASE("a tame plugin is opened, runs and stops") {
  Node node;
  CHECK(node.run("tame").empty());
  CHECK(node.plugins.readiness().ready);
  node.plugins.stop();
  CHECK(node.hung.empty());
}

TEST_CASE("a file that is no library is refused in the linker's words") {
  const auto problem = problemOf("text");
  CHECK(has(problem, "expected a library that can be opened, found: " + test::kZoo + "/auth-text.so: "));
  CHECK((has(problem, ": file too short; ") || has(problem, ": invalid ELF header; ")));
}

TEST_CASE("a library without the symbol is refused") {
  CHECK(has(problemOf("no-symbol"), "expected the exported symbol sse_plugin, found none; define it with"));
}

TEST_CASE("a library of another ABI is refused before anything else of it is read") {
  CHECK(has(problemOf("wrong-abi"), "expected ABI version 1, found 99; " + kRebuild));
}

TEST_CASE("a descriptor of another size is refused") {
  CHECK(has(problemOf("wrong-size"),
            "expected a descriptor of " + std::to_string(sizeof(PluginDescriptor)) + " bytes, found 8; " + kRebuild));
}

TEST_CASE("another build id is refused with both sides") {
  CHECK(has(problemOf("wrong-build"), "expected build id \"" SSE_BUILD_ID "\", found \"sdk0-rustc\"; " + kRebuild));
}

TEST_CASE("a kind other than the file's name says is refused") {
  CHECK(has(problemOf("wrong-kind"), "expected kind auth, found discovery; name the file"));
}

TEST_CASE("an instance that is not of its kind is refused") {
  CHECK(has(problemOf("wrong-type"), "create: expected an instance of the interface for kind auth, found another"));
}

TEST_CASE("a second library with another's name is refused") {
  CHECK(has(problemOf("copy"), "expected name \"copy\", found \"tame\"; name the file"));
}

TEST_CASE("a plugin listed twice is refused") {
  Node node;
  const auto problems = node.run(kernel::PluginCatalogue({test::kZoo}, {}),
                                 {.discovery = {}, .transport = {}, .auth = {"tame", "tame", "tame"}});
  REQUIRE(problems.size() == 1);
  CHECK(has(problems[0], "auth: expected each plugin once, found tame several times"));
}

TEST_CASE("an empty descriptor gives all its problems at once") {
  Node node;
  const auto problems = node.run("empty");
  CHECK(problems.size() == 6);
  for (const auto& problem : problems) CHECK(has(problem, "/auth-empty.so: expected "));
}

TEST_CASE("a bad option table is refused row by row") {
  Node node;
  const auto problems = node.run("bad-options");
  REQUIRE(problems.size() == 4);
  CHECK(has(problems[0], "auth-bad-options.so: auth/bad-options: option \"Bad Key\": expected a key of lower case"));
  CHECK(has(problems[2], "option \"zoo.time\": default: "));
  CHECK(has(problems[3], "option \"zoo.help\": expected a help text, got none; correct the plugin's option table"));
}

TEST_CASE("a library that is missing is named in the linker's words") {
  const auto problem = problemOf("missing-dependency");
  CHECK(has(problem, "found: libzoo-absent.so: cannot open shared object file: No such file or directory; "));
  CHECK(has(problem, "install what it needs"));
}

TEST_CASE("what is thrown in create, configure or start ends the start") {
  CHECK(has(problemOf("throws-create"), "create: expected no exception, found \"growl\"; correct the plugin"));
  CHECK(has(problemOf("throws-configure"), "configure: expected no exception, found \"growl\""));
  CHECK(has(problemOf("throws-start"), "start: expected no exception, found one that is no std::exception"));
}

TEST_CASE("a create that gives nothing is refused") {
  CHECK(has(problemOf("null-create"), "create: expected an instance, found nullptr"));
}

TEST_CASE("a bus handler that throws fails its plugin") {
  Node node;
  REQUIRE(node.run("throws-handler").empty());
  node.bus.publish(NodeStateChanged{});
  node.bus.publish(NodeStateChanged{});
  node.loop.run();
  checkFailed(node, "throws-handler");
}

TEST_CASE("a timer that throws fails its plugin") {
  Node node;
  REQUIRE(node.run("throws-timer").empty());
  CHECK(node.plugins.readiness().ready);
  node.loop.advance(Duration(10));
  checkFailed(node, "throws-timer");
}

TEST_CASE("offloaded work that throws fails its plugin") {
  Node node;
  REQUIRE(node.run("throws-work").empty());
  node.loop.run();
  checkFailed(node, "throws-work");
}

TEST_CASE("a plugin for whose calls there is no room goes on") {
  Node node;
  node.offload_full = true;
  REQUIRE(node.run("throws-work").empty());
  node.loop.run();
  CHECK(node.plugins.readiness().ready);
  CHECK(node.log.lines("plugin-failed").empty());
}

TEST_CASE("what is thrown in stop is logged and the others stop all the same") {
  Node node;
  REQUIRE(node.run("throws-stop").empty());
  node.plugins.stop();
  auto lines = node.log.lines("plugin-failed");
  REQUIRE(lines.size() == 1);
  CHECK(lines[0].fields["plugin"] == "auth/throws-stop");
  CHECK(has(lines[0].fields["what"], "stop: expected no exception, found \"growl\""));
}

TEST_CASE("a plugin that hangs in stop ends the process, named") {
  const auto death = test::inChild([] {
    conformance::FakeLogger log;
    Node node;
    kernel::PluginSet plugins(
        log,
        [&log](std::string_view) {
          for (auto& line : log.lines("plugin-stop-hangs")) {
            std::fprintf(stderr, "%s: %s\n", line.id.c_str(), line.fields["plugin"].c_str());
          }
          _exit(1);
        },
        Duration(20));
    (void)plugins.open(kernel::PluginCatalogue({test::kZoo}, {}),
                       {.discovery = {}, .transport = {}, .auth = {"hangs-stop"}});
    (void)plugins.configure([&node](Kind, const std::string& owner) { return node.host(owner); },
                            [](std::string_view) { return std::string("{}"); });
    (void)plugins.start();
    plugins.stop();
  });
  CHECK(death.status == 1);
  CHECK(death.errors == "plugin-stop-hangs: auth/hangs-stop\n");
}

TEST_CASE("the problems of several plugins are told together and none is started") {
  Node node;
  const auto problems = node.run(kernel::PluginCatalogue({test::kZoo}, {}),
                                 {.discovery = {"nowhere"}, .transport = {}, .auth = {"tame", "text", "wrong-abi"}});
  CHECK(problems.size() == 3);
  CHECK(node.plugins.descriptors().empty());
  CHECK(node.log.lines("plugin-started").empty());
}
