#include "sse/conformance/discovery.h"

#include <algorithm>
#include <memory>
#include <string_view>
#include <vector>

#include "sse/conformance/instance.h"
#include "sse/discovery.h"
#include "sse/messages.h"

namespace sse::conformance {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kMostAtOnce = 100;

using Heard = std::shared_ptr<std::vector<MembershipChanged>>;

bool same(const Member& a, const Member& b) {
  return a.name == b.name && a.address == b.address && a.http_port == b.http_port && a.state == b.state &&
         a.self == b.self;
}

std::string shown(const Member& member) { return quoted(member.address + ":" + std::to_string(member.http_port)); }

void expectValid(Check& check, const Member& member) {
  const bool text = member.address.find_first_of(" \t\r\n/[]@") == std::string::npos;
  check.expect(!member.address.empty() && text, "members with a host name or a numeric address without brackets",
               shown(member), "publish the endpoint as it is dialled");
  check.expect(member.http_port != 0, "members with a port", shown(member), "publish the port of the HTTP endpoint");
}

void expectValid(Check& check, const MembershipChanged& message, const Subject& subject) {
  check.expect(message.source == subject.descriptor->name, "messages with source " + quoted(subject.descriptor->name),
               quoted(message.source), "fill in the plugin's name");
  for (const auto& member : message.members) expectValid(check, member);
  for (std::size_t i = 0; i < message.members.size(); ++i) {
    for (std::size_t j = i + 1; j < message.members.size(); ++j) {
      check.expect(!same(message.members[i], message.members[j]), "each member once",
                   shown(message.members[i]) + " twice", "drop repeats before publishing");
    }
  }
}

void expectChanges(Check& check, const std::vector<MembershipChanged>& heard) {
  for (std::size_t i = 1; i < heard.size(); ++i) {
    const auto& a = heard[i - 1].members;
    const auto& b = heard[i].members;
    check.expect(!std::equal(a.begin(), a.end(), b.begin(), b.end(), same), "a message only where the list changed",
                 "the same list of " + std::to_string(b.size()) + " members again",
                 "compare with what was published last");
  }
}

/// Waits for the first message; time passes on the plugin's clock too.
bool heardAny(Instance& instance, const Heard& heard) {
  return instance.runUntil(
      [&] {
        instance.loop().skip(5ms);
        return !heard->empty();
      },
      5s);
}

std::string notReady(Instance& instance) {
  Readiness ready;
  instance.call("ready", [&] { ready = instance.plugin().ready(); });
  return ready.ready ? "none" : "none; the plugin says it is not ready: " + quoted(ready.reason);
}

bool started(Instance& instance, Heard& heard) {
  if (!instance.made()) return false;
  heard = instance.host().bus().record<MembershipChanged>();
  instance.host().info().http_port = 8080;
  if (!instance.run()) return false;
  return instance.check().expect(heardAny(instance, heard), "a first MembershipChanged soon after start",
                                 notReady(instance), "publish what is known, even the empty list");
}

void checkFirst(Check& check, const Subject& subject) {
  Instance instance(check, subject);
  Heard heard;
  if (!started(instance, heard)) return;
  for (const auto& message : *heard) expectValid(check, message, subject);
}

void checkUnchanged(Check& check, const Subject& subject) {
  Instance instance(check, subject);
  Heard heard;
  if (!started(instance, heard)) return;
  instance.pass(10min, 1s);
  expectChanges(check, *heard);
  for (const auto& message : *heard) expectValid(check, message, subject);
}

void checkJumps(Check& check, const Subject& subject) {
  Instance instance(check, subject);
  Heard heard;
  if (!started(instance, heard)) return;
  const auto before = heard->size();
  for (const auto jump : {Duration(1h), Duration(24h), Duration(24h * 365)}) {
    instance.loop().skip(jump);
    instance.pass(1s, 10ms);
  }
  const auto more = heard->size() - before;
  check.expect(more < kMostAtOnce, "few messages after the clock jumps", std::to_string(more),
               "take the time that passed as one interval");
  expectChanges(check, *heard);
}

void checkEnd(Check& check, const Subject& subject) {
  Instance instance(check, subject);
  Heard heard;
  if (!started(instance, heard)) return;
  instance.stop();
  instance.turn(0);  // what was published before may still be on its way
  const auto before = heard->size();
  instance.pass(1h, 1min);
  check.expect(heard->size() == before, "no MembershipChanged after stop", std::to_string(heard->size() - before),
               "look at a weak reference, which stop ends, before publishing");
}

}  // namespace

void checkDiscovery(Report& report, const Subject& subject) {
  const auto run = [&](const char* name, void (*body)(Check&, const Subject&)) {
    return report.run(name, [&](Check& check) { body(check, subject); });
  };
  if (!run("discovery: members are published soon after start, under the plugin's name, and valid", checkFirst)) return;
  run("discovery: a list that has not changed is not published again", checkUnchanged);
  run("discovery: a clock that jumps does no harm", checkJumps);
  run("discovery: nothing is published after stop", checkEnd);
}

}  // namespace sse::conformance
