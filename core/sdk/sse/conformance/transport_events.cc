#include <algorithm>
#include <string>
#include <vector>

#include "sse/conformance/cluster.h"
#include "sse/conformance/names.h"
#include "sse/conformance/transport_checks.h"

namespace sse::conformance {
namespace {

constexpr int kMany = 20'000;
constexpr std::size_t kLarge = std::size_t{4} << 20;

using Entry = FakeJournal::Entry;
using Entries = std::vector<Entry>;

/// Events that differ in every field.
Entries samples() {
  const std::string body = "event: e\ndata: täxt \xE2\x82\xAC \"'\\\ndata: second line\nretry: 5\n";
  return {{.channel = "c", .body = "data: 1\n"},
          {.channel = "a/b c?&=", .publisher_id = "order-17", .idempotency = "key\x01\xFF", .body = body},
          {.kind = EventKind::Client, .channel = "c", .client = "client 1", .body = "data: 2\n"},
          {.kind = EventKind::Broadcast, .publisher_id = "p", .body = "data: 3\n"},
          {.kind = EventKind::DeleteChannel, .channel = "c"},
          {.kind = EventKind::CloseClient, .channel = "c", .client = "client 1"},
          {.channel = std::string(256, 'n'), .publisher_id = std::string(128, 'i'), .body = "data:\n"},
          {.channel = "c", .body = "data: last\n"}};
}

/// What a node has of another's events, as that one numbered them.
Entries arrived(const ClusterNode& at, const Tag& origin) {
  Entries found;
  for (auto& entry : at.journal().entries()) {
    if (entry.id.origin != origin) continue;
    entry.position = entry.id.number;
    found.push_back(std::move(entry));
  }
  return found;
}

/// The name of the first field in which two events differ.
std::string difference(const Entry& a, const Entry& b) {
  if (a.id != b.id) return "number " + std::to_string(b.id.number) + " instead of " + std::to_string(a.id.number);
  if (a.kind != b.kind) return "another kind";
  if (a.channel != b.channel) return "channel " + quoted(b.channel) + " instead of " + quoted(a.channel);
  if (a.client != b.client) return "client " + quoted(b.client) + " instead of " + quoted(a.client);
  if (a.publisher_id != b.publisher_id) {
    return "publisher's id " + quoted(b.publisher_id) + " instead of " + quoted(a.publisher_id);
  }
  if (a.idempotency != b.idempotency) return "another idempotency";
  return "body " + quoted(b.body) + " instead of " + quoted(a.body);
}

void expectSame(Check& check, const ClusterNode& from, const ClusterNode& at) {
  const auto sent = arrived(from, from.tag());
  const auto got = arrived(at, from.tag());
  check.expect(at.repeats == 0, "each event once", std::to_string(at.repeats) + " again",
               "read on from where the link stands");
  check.expect(at.holes.empty(), "no hole, as everything is kept", std::to_string(at.holes.size()),
               "tell a hole only where JournalRead says so");
  const auto end = std::mismatch(sent.begin(), sent.end(), got.begin(), got.end());
  if (end.first == sent.end() && end.second == got.end()) return;
  const auto what = end.second == got.end() ? "one missing" : difference(*end.first, *end.second);
  check.expect(false, "the peer's events in its order, each as it was",
               what + " at event " + std::to_string(end.first - sent.begin() + 1), "hand over what the journal gave");
}

/// Waits until the last event of each has come to the other.
bool settled(Cluster& cluster) {
  auto& a = cluster[0];
  auto& b = cluster[1];
  return cluster.runUntil([&] {
    return b.journal().highest(a.tag()) >= a.journal().highest(a.tag()) &&
           a.journal().highest(b.tag()) >= b.journal().highest(b.tag());
  });
}

void expectBoth(Check& check, Cluster& cluster) {
  const bool all = settled(cluster);
  expectSame(check, cluster[0], cluster[1]);
  expectSame(check, cluster[1], cluster[0]);
  check.expect(all, "the last event at the other node", "none in 20 s", "read the journal when EventsAppended comes");
}

bool contains(const std::vector<CheckpointReceived>& received, const Tag& node, std::uint64_t position) {
  return std::any_of(received.begin(), received.end(), [&](const CheckpointReceived& message) {
    return message.checkpoint.node == node && message.checkpoint.position >= position;
  });
}

}  // namespace

void checkEvents(Check& check, const Subject& subject) {
  Cluster cluster(check, subject, 2);
  if (!cluster.ok() || !cluster.link()) return;
  for (const auto& sample : samples()) {
    cluster[0].publish(sample);
    cluster[1].publish(sample);
    cluster.runUntil([turned = false]() mutable { return std::exchange(turned, true); });
  }
  expectBoth(check, cluster);
  expectTidyNames(cluster.instance(0));
}

void checkVolume(Check& check, const Subject& subject) {
  Cluster cluster(check, subject, 2);
  if (!cluster.ok() || !cluster.link()) return;
  for (int i = 0; i < kMany; ++i) {
    cluster[0].journal().append({.channel = "c", .body = "data: " + std::to_string(i) + "\n"});
    if (i % 10 == 0) cluster[1].journal().append({.channel = "d", .body = "data: " + std::to_string(i) + "\n"});
  }
  for (int i = 0; i < 3; ++i) {
    cluster[0].publish({.channel = "c", .body = "data: " + std::string(kLarge, static_cast<char>('x' + i)) + "\n"});
    cluster[1].publish({.channel = "c", .body = "data: " + std::string(kLarge, static_cast<char>('a' + i)) + "\n"});
  }
  expectBoth(check, cluster);
}

void checkFill(Check& check, const Subject& subject) {
  Cluster cluster(check, subject, 2);
  if (!cluster.ok()) return;
  auto& old = cluster[0];
  auto& fresh = cluster[1];
  old.ready();
  for (int i = 0; i < 100; ++i) old.publish(std::to_string(i));
  fresh.add(old);
  bool whole = false;
  const auto watching = cluster.instance(1).host().bus().subscribe<LinkChanged>([&](const LinkChanged& changed) {
    if (changed.filled) whole = fresh.journal().highest(old.tag()) >= 100;
  });
  const bool filled = cluster.runUntil([&] { return fresh.filledFrom(old); });
  if (!check.expect(filled, "a LinkChanged with `filled`", "none in 20 s", "tell it when all has been handed over")) {
    return;
  }
  check.expect(whole, "`filled` behind all events that the peer had", "it before the last of them",
               "publish it behind the PeerEvents");
  expectSame(check, old, fresh);
  const auto link = fresh.link(old);
  check.expect(link.tag == old.tag() && !link.name.empty(), "the peer's tag and name in LinkChanged", "others or none",
               "fill them in from the peer's greeting");
  const bool told = cluster.runUntil([&] { return contains(*fresh.checkpoints, old.tag(), 100); });
  check.expect(told, "a CheckpointReceived of the peer at what has arrived", "none in 20 s",
               "send Journal::checkpoint() with the events");
}

}  // namespace sse::conformance
