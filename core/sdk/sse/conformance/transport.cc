#include "sse/conformance/transport.h"

#include <string_view>
#include <vector>

#include "sse/conformance/instance.h"
#include "sse/conformance/transport_checks.h"
#include "sse/transport.h"

namespace sse::conformance {
namespace {

bool isToken(std::string_view text) {
  return !text.empty() && text.find_first_of(" \t\r\n,;:\"()<>@[]{}?=") == std::string_view::npos;
}

/// Why nodes cannot be connected back to back; empty where they can.
std::string reasonToSkip(const Subject& subject) {
  Check unheard;
  Instance instance(unheard, subject);
  if (!instance.made() || !instance.configure()) return "it does not take its settings";
  auto& transport = instance.as<Transport>();
  if (!transport.upgrades().empty()) return {};
  const auto is = transport.guarantees();
  return std::string("upgrades() names no protocol, and guarantees() says ") +
         (is.ordered ? "ordered" : "not ordered") + (is.durable ? ", durable" : ", not durable") +
         ": its events travel outside of the node's port";
}

void checkOffer(Check& check, const Subject& subject) {
  Instance instance(check, subject);
  if (!instance.made()) return;
  auto& transport = instance.as<Transport>();
  Guarantees before;
  instance.call("guarantees", [&] { before = transport.guarantees(); });
  if (!instance.configure()) return;
  std::vector<std::string> upgrades;
  instance.call("upgrades", [&] { upgrades = transport.upgrades(); });
  for (const auto& protocol : upgrades) {
    check.expect(isToken(protocol), "protocols that fit into an Upgrade header", quoted(protocol), "rename it");
  }
  if (!instance.start()) return;
  instance.turn();
  const auto after = transport.guarantees();
  check.expect(before.ordered == after.ordered && before.durable == after.durable, "guarantees that stay",
               "others after start", "answer from what the plugin is, not from its state");
  check.expect(transport.upgrades() == upgrades, "the same protocols after start", "others", "fix them in configure");
}

}  // namespace

void checkTransport(Report& report, const Subject& subject) {
  report.run("transport: says what it offers", [&](Check& check) { checkOffer(check, subject); });
  const auto reason = reasonToSkip(subject);
  const auto run = [&](const char* name, void (*body)(Check&, const Subject&)) {
    return report.run(name, [&](Check& check) {
      if (!reason.empty()) return check.skip(reason);
      body(check, subject);
    });
  };
  if (!run("transport: events of all kinds arrive once, in order, unchanged, both ways", checkEvents)) return;
  run("transport: many and large events arrive", checkVolume);
  run("transport: a node that starts gets what its peer has, and the peer's checkpoint", checkFill);
  run("transport: a broken connection goes on without loss or repeat", checkResume);
  run("transport: what is no longer kept is told as a hole", checkHole);
  run("transport: a peer that was removed is left alone", checkRemoved);
  run("transport: strangers' bytes are survived", checkStrangers);
  run("transport: a peer that stands still costs no memory and delays nobody", checkStuckPeer);
  run("transport: only what every peer has is acknowledged", checkAcknowledged);
}

}  // namespace sse::conformance
