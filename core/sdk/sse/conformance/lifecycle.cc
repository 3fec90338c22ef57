#include "sse/conformance/lifecycle.h"

#include <algorithm>
#include <iterator>
#include <memory>
#include <string_view>

#include "sse/conformance/instance.h"
#include "sse/conformance/names.h"
#include "sse/conformance/process.h"
#include "sse/conformance/settings_checks.h"
#include "sse/messages.h"

namespace sse::conformance {
namespace {

using namespace std::chrono_literals;

constexpr int kManyTimes = 1'000;
constexpr std::size_t kLeakBytes = 16'000;  // less than the smallest block each time

/// What any plugin may hear: each state of the node once, time that passes, time that jumps.
void live(Instance& instance) {
  using State = NodeStateChanged::State;
  for (const auto state : {State::Starting, State::Ready, State::Draining}) {
    instance.host().bus().publish(NodeStateChanged{state});
    instance.host().bus().publish(EventsAppended{instance.host().journal().append("c", "data: x\n")});
    instance.pass(3s, 100ms);
  }
  instance.pass(24h, 6h);
  instance.call("ready", [&] { (void)instance.plugin().ready(); });
}

void checkCreate(Check& check, const Subject& subject) {
  Instance instance(check, subject);
  if (!instance.made()) return;
  const auto& is = *subject.descriptor;
  for (int i = 0; i < kManyTimes / 10; ++i) is.destroy(is.create());
  const auto before = heapBytes();
  for (int i = 0; i < kManyTimes; ++i) is.destroy(is.create());
  const auto grown = std::max(heapBytes(), before) - before;
  check.expect(grown < kLeakBytes, "destroy to free what create made",
               std::to_string(grown) + " bytes more after " + std::to_string(kManyTimes) + " instances",
               "free it in the plugin's destructor");
}

void checkStops(Check& check, const Subject& subject) {
  {
    Instance never(check, subject);
    if (!never.made()) return;
    if (never.configure()) never.stop();
  }
  Instance instance(check, subject);
  if (!instance.run()) return;
  instance.turn();
  instance.stop();
  instance.stop();
}

void checkDrain(Check& check, const Subject& subject) {
  Instance instance(check, subject);
  if (!instance.run()) return;
  live(instance);
  instance.drain();
  instance.pass(1s, 100ms);
  instance.host().bus().publish(NodeStateChanged{NodeStateChanged::State::Leaving});
  instance.pass(1s, 100ms);
  instance.stop();
}

void expectNone(Check& check, std::int64_t now, std::int64_t before, const char* what, const char* advice) {
  check.expect(now <= before, std::string("no ") + what + " left after stop", std::to_string(now - before), advice);
}

void checkNothingLeft(Check& check, const Subject& subject) {
  Instance instance(check, subject);
  if (!instance.made()) return;
  const auto before = instance.held();
  if (!instance.configure() || !instance.start()) return;
  live(instance);
  instance.stop();
  const auto after = instance.held();
  expectNone(check, after.timers, before.timers, "timers", "cancel their registrations in stop");
  expectNone(check, after.watches, before.watches, "watched descriptors", "cancel their registrations in stop");
  expectNone(check, after.subscriptions, before.subscriptions, "subscriptions", "cancel their registrations in stop");
  const auto calls = instance.activity();
  const bool ended = instance.runUntil([&] { return instance.held().offloaded == 0; });
  check.expect(ended, "offloaded work to end", "some that runs for 10 s", "bound what it waits for");
  instance.host().bus().publish(NodeStateChanged{});
  const auto own = instance.activity() - calls;
  instance.pass(24h, 1h);
  const auto more = instance.activity() - calls - own;
  check.expect(more == 0, "nothing to run after stop", std::to_string(more) + " calls of the host",
               "let posted calls and what comes back from offload look at a weak reference that stop ends");
}

struct Process {
  std::set<std::string> threads = conformance::threads();
  std::set<std::string> descriptors = openDescriptors();
};

void oneLife(Check& check, const Subject& subject) {
  Instance instance(check, subject);
  if (!instance.run()) return;
  live(instance);
  instance.drain();
  instance.stop();
}

void checkProcess(Check& check, const Subject& subject) {
  oneLife(check, subject);  // what libraries open once and keep is no leak
  if (check.failed()) return;
  const Process before;
  for (int i = 0; i < 3; ++i) oneLife(check, subject);
  // A thread that was joined is listed a little longer.
  PollLoop waiting;
  (void)waiting.runUntil([&] { return threads().size() <= before.threads.size(); }, 500ms);
  const Process after;
  check.expect(after.threads.size() <= before.threads.size(), "no thread left after stop and destroy",
               std::to_string(after.threads.size() - before.threads.size()) + " after three lives",
               "join it in stop, or use Host::offload");
  check.expect(after.descriptors.size() <= before.descriptors.size(), "no descriptor left after stop and destroy",
               std::to_string(after.descriptors.size() - before.descriptors.size()) + " after three lives",
               "close it in stop");
}

void checkNoRoom(Check& check, const Subject& subject) {
  Instance instance(check, subject);
  instance.host().offloadWith([&instance](const auto&, auto done) { instance.host().loop().post(std::move(done)); });
  if (!instance.run()) return;
  live(instance);
  instance.stop();
}

void checkSideBySide(Check& check, const Subject& subject) {
  std::vector<std::unique_ptr<Instance>> all;
  for (const auto* name : {"one", "two", "three"}) {
    all.push_back(std::make_unique<Instance>(check, subject, name));
    if (!all.back()->run()) return;
  }
  for (int i = 0; i < 10; ++i) {
    for (const auto& one : all) one->pass(1s, 1s);
  }
  all[1]->stop();
  all.erase(all.begin());
  for (int i = 0; i < 10; ++i) {
    for (const auto& one : all) one->pass(1s, 1s);
  }
}

void checkNames(Check& check, const Subject& subject) {
  Instance instance(check, subject);
  if (!instance.run()) return;
  live(instance);
  const auto before = instance.host().metrics().names().size();
  live(instance);
  instance.stop();
  expectTidyNames(instance);
  check.expect(instance.host().metrics().names().size() <= before, "all metrics to be there soon after start",
               "new ones as time passes", "make them in start, with labels from a fixed set");
}

}  // namespace

bool checkLifecycle(Report& report, const Subject& subject) {
  const auto run = [&](const char* name, void (*body)(Check&, const Subject&)) {
    return report.run(name, [&](Check& check) { body(check, subject); });
  };
  if (!run("life: instances are made and freed without leaks", checkCreate)) return false;
  checkSettings(report, subject);
  run("life: stop without start and a second stop do no harm", checkStops);
  run("life: it starts, drains and stops while the clock runs and jumps", checkDrain);
  run("life: nothing is left and nothing runs after stop", checkNothingLeft);
  run("life: no threads and no descriptors are left behind", checkProcess);
  run("life: a host without room for blocking calls does no harm", checkNoRoom);
  run("life: several instances run side by side", checkSideBySide);
  run("names: metrics and log lines are named as they should be", checkNames);
  return true;
}

}  // namespace sse::conformance
