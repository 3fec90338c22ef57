#include "kernel/plugin_set.h"

#include <array>
#include <doctest/doctest.h>
#include <string>
#include <vector>

#include "support/plugin_node.h"

using namespace sse;
using kernel::PluginCatalogue;
using kernel::PluginChoice;
using kernel::PluginSet;
using test::has;
using test::Node;

namespace {

/// What the plugins of this file were told, in order, and what they are to answer.
std::vector<std::string> told;
std::string fail_at;  ///< with all that is refused in it
bool is_ready = true;

Result<void> tell(const std::string& what) {
  told.push_back(what);
  if (test::has(fail_at, what)) return Error{Code::InvalidArgument, "zoo.key: expected better, got worse"};
  return {};
}

template <typename Interface>
class Recorder : public Interface {
 public:
  explicit Recorder(std::string name) : name_(std::move(name)) { told.push_back(name_ + " create"); }
  ~Recorder() override { told.push_back(name_ + " destroy"); }
  Result<void> configure(Host&, std::string_view json) override {
    return tell(name_ + " configure " + std::string(json));
  }
  Result<void> start() override { return tell(name_ + " start"); }
  void drain() override { told.push_back(name_ + " drain"); }
  void stop() override { told.push_back(name_ + " stop"); }
  Readiness ready() const override { return {is_ready, is_ready ? "" : "waits for rain"}; }
  Result<void> reload(std::string_view json) override { return tell(name_ + " reload " + std::string(json)); }

 private:
  const std::string name_;
};

class Guard final : public Recorder<Auth> {
 public:
  Guard() : Recorder("guard") {}
  Decision check(const AuthRequest&, std::function<void(Decision)>) override { return {}; }
};

class Carrier final : public Recorder<Transport> {
 public:
  Carrier() : Recorder("carrier") {}
  Guarantees guarantees() const override { return {}; }
};

class Scout final : public Recorder<Discovery> {
 public:
  Scout() : Recorder("scout") {}
};

template <typename Type>
PluginDescriptor descriptorOf(Kind kind, const char* name) {
  return {SSE_ABI_VERSION,
          sizeof(PluginDescriptor),
          SSE_BUILD_ID,
          kind,
          name,
          "2.1",
          "a recorder",
          nullptr,
          0,
          []() -> Plugin* { return new Type; },
          [](Plugin* plugin) { delete plugin; }};
}

const PluginDescriptor kGuard = descriptorOf<Guard>(Kind::Auth, "guard");
const PluginDescriptor kCarrier = descriptorOf<Carrier>(Kind::Transport, "carrier");
const PluginDescriptor kScout = descriptorOf<Scout>(Kind::Discovery, "scout");
const std::array<const PluginDescriptor*, 3> kLinked = {&kScout, &kCarrier, &kGuard};

/// A node with three plugins that record.
struct Fixture : Node {
  Fixture() {
    told.clear();
    fail_at.clear();
    is_ready = true;
  }
  std::vector<std::string> begin() {
    return run(PluginCatalogue({}, kLinked), {.discovery = {"scout"}, .transport = {"carrier"}, .auth = {"guard"}});
  }
  static PluginSet::Settings all(const std::string& text) {
    return [text](std::string_view) { return text; };
  }
  std::vector<std::string> rehearse(const std::string& text) {
    return plugins.rehearse([this](Kind, const std::string& owner) { return host(owner); }, all(text));
  }
  std::vector<std::string> takeTold() { return std::exchange(told, {}); }
};

using Told = std::vector<std::string>;

}  // namespace

TEST_CASE_FIXTURE(Fixture, "all are created, then configured, then started: auth, transport, discovery") {
  settings["transport/carrier"] = R"({"a":1})";
  CHECK(begin().empty());
  CHECK(takeTold() == Told{"guard create", "carrier create", "scout create", "guard configure {}",
                           R"(carrier configure {"a":1})", "scout configure {}", "guard start", "carrier start",
                           "scout start"});
  CHECK(log.lines("plugin-started").size() == 3);
}

TEST_CASE_FIXTURE(Fixture, "transports are stopped first, then discovery, then auth, and all are freed in reverse") {
  REQUIRE(begin().empty());
  takeTold();
  plugins.drain();
  plugins.stop();
  CHECK(takeTold() == Told{"guard drain", "carrier drain", "scout drain", "carrier stop", "scout stop", "guard stop",
                           "scout destroy", "carrier destroy", "guard destroy"});
  plugins.stop();
  CHECK(takeTold().empty());
}

TEST_CASE_FIXTURE(Fixture, "opening runs nothing of a plugin") {
  CHECK(
      plugins.open(PluginCatalogue({}, kLinked), {.discovery = {"scout"}, .transport = {}, .auth = {"guard"}}).empty());
  CHECK(takeTold().empty());
  REQUIRE(plugins.descriptors().size() == 2);
  CHECK(plugins.descriptors()[0] == &kGuard);
}

TEST_CASE_FIXTURE(Fixture, "a refused setting names the plugin and the key; nothing is started, all are freed") {
  fail_at = "guard configure {}";
  const auto problems = begin();
  CHECK(problems == Told{"auth/guard: zoo.key: expected better, got worse"});
  CHECK(takeTold() == Told{"guard create", "carrier create", "scout create", "guard configure {}",
                           "carrier configure {}", "scout configure {}", "scout destroy", "carrier destroy",
                           "guard destroy"});
}

TEST_CASE_FIXTURE(Fixture, "a start that fails stops in reverse those that had started, and no other") {
  fail_at = "scout start";
  CHECK(begin() == Told{"discovery/scout: zoo.key: expected better, got worse"});
  const auto all = takeTold();
  CHECK(Told(all.begin() + 8, all.end()) ==
        Told{"scout start", "carrier stop", "guard stop", "scout destroy", "carrier destroy", "guard destroy"});
  CHECK(plugins.status().empty());
}

TEST_CASE_FIXTURE(Fixture, "states and readiness follow the life of the plugins") {
  REQUIRE(begin().empty());
  CHECK(plugins.readiness().ready);
  CHECK(plugins.status()[1].state == "running");
  CHECK(plugins.status()[1].version == "2.1");
  is_ready = false;
  CHECK(plugins.readiness().reason == "auth/guard: waits for rain");
  CHECK(plugins.status()[2].reason == "discovery/scout: waits for rain");
  plugins.drain();
  CHECK(plugins.status()[0].state == "draining");
}

TEST_CASE_FIXTURE(Fixture, "a failed plugin stays failed, is logged once, and is stopped like the others") {
  REQUIRE(begin().empty());
  plugins.fail("transport/carrier", "boom");
  plugins.fail("transport/carrier", "boom again");
  plugins.fail("nobody", "boom");
  CHECK(plugins.status()[1].state == "failed");
  CHECK(plugins.readiness().reason == "transport/carrier: failed: boom");
  CHECK(log.lines("plugin-failed").size() == 1);
  takeTold();
  plugins.stop();
  CHECK(takeTold()[0] == "carrier stop");
}

TEST_CASE_FIXTURE(Fixture, "settings are tried on others of their kind, and those that run hear nothing of it") {
  REQUIRE(begin().empty());
  takeTold();
  CHECK(rehearse("new").empty());
  CHECK(takeTold() == Told{"guard create", "guard configure new", "guard destroy", "carrier create",
                           "carrier configure new", "carrier destroy", "scout create", "scout configure new",
                           "scout destroy"});
  fail_at = "carrier configure worse";
  CHECK(rehearse("worse") == Told{"transport/carrier: zoo.key: expected better, got worse"});
  CHECK(takeTold().size() == 9);
  CHECK(plugins.status()[1].state == "running");
}

TEST_CASE_FIXTURE(Fixture, "nothing is tried where nothing runs") {
  REQUIRE(plugins.open(PluginCatalogue({}, kLinked), {.discovery = {}, .transport = {}, .auth = {"guard"}}).empty());
  CHECK(rehearse("new").empty());
  CHECK(takeTold().empty());
}

TEST_CASE_FIXTURE(Fixture, "reload hands each its settings") {
  REQUIRE(begin().empty());
  takeTold();
  CHECK(plugins.reload(all("new"), all("old")).empty());
  CHECK(takeTold() == Told{"guard reload new", "carrier reload new", "scout reload new"});
}

TEST_CASE_FIXTURE(Fixture, "those that took settings before another refused its own get the old ones back") {
  REQUIRE(begin().empty());
  takeTold();
  fail_at = "scout reload new";
  CHECK(plugins.reload(all("new"), all("old")) == Told{"discovery/scout: zoo.key: expected better, got worse"});
  CHECK(takeTold() ==
        Told{"guard reload new", "carrier reload new", "scout reload new", "carrier reload old", "guard reload old"});
  CHECK(plugins.status()[2].state == "running");
}

TEST_CASE_FIXTURE(Fixture, "who does not take the old settings back is told of") {
  REQUIRE(begin().empty());
  fail_at = "carrier reload new, guard reload old";
  CHECK(plugins.reload(all("new"), all("old")) ==
        Told{"transport/carrier: zoo.key: expected better, got worse",
             "auth/guard: zoo.key: expected better, got worse; so it may have the new settings, restart the node"});
}

TEST_CASE_FIXTURE(Fixture, "the interfaces of the kinds are at hand while the set lives") {
  REQUIRE(begin().empty());
  CHECK(plugins.auths().size() == 1);
  CHECK(plugins.transports().size() == 1);
  plugins.stop();
  CHECK(plugins.auths().empty());
}
