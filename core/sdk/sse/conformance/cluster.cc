#include "sse/conformance/cluster.h"

namespace sse::conformance {
namespace {

constexpr Duration kLimit{20'000};
constexpr Duration kStep{50};

const char* nameOf(LinkChanged::State state) {
  switch (state) {
    case LinkChanged::State::Connecting: return "connecting";
    case LinkChanged::State::Connected: return "connected";
    case LinkChanged::State::Broken: return "broken";
    case LinkChanged::State::Self: return "self";
  }
  return "unknown";
}

}  // namespace

Cluster::Member::Member(Check& check, const Subject& subject, const std::string& name)
    : instance(check, subject, name), node(instance.loop(), instance.host()) {}

/// A connection that comes later must not reach a plugin that has stopped.
Cluster::Member::~Member() { node.attach(nullptr); }

Cluster::Cluster(Check& check, const Subject& subject, std::size_t count) : check_(check) {
  for (std::size_t i = 0; i < count && ok_; ++i) {
    const std::string name(4, static_cast<char>('a' + i));
    members_.push_back(std::make_unique<Member>(check, subject, name));
    auto& member = *members_.back();
    if (!member.instance.made() || !member.instance.configure()) {
      ok_ = false;
      return;
    }
    member.node.listener.protocols = member.instance.as<Transport>().upgrades();
    ok_ = member.instance.start();
    if (ok_) member.node.attach(&member.instance.as<Transport>());
  }
}

/// All stop before the first is freed: links end in an orderly way.
Cluster::~Cluster() {
  for (const auto& member : members_) member->frozen = false;
  for (const auto& member : members_) {
    member->node.attach(nullptr);
    if (member->instance.running()) member->instance.stop();
    turn(1);
  }
}

bool Cluster::link() {
  for (const auto& member : members_) {
    for (const auto& peer : members_) {
      if (peer != member) member->node.add(peer->node);
    }
  }
  const bool filled = runUntil([this] { return allFilled(); });
  for (const auto& member : members_) member->node.ready();
  turn(1);
  return check_.expect(filled, "a LinkChanged with `filled` for each peer", linksAsText(),
                       "dial the address of PeerAdded, take connections in accept, and tell of each change");
}

void Cluster::breakAll() {
  for (const auto& member : members_) member->node.listener.breakAll();
}

bool Cluster::runUntil(const std::function<bool()>& done, Duration skip) {
  const auto end = Clock::now() + kLimit;
  while (!done()) {
    if (Clock::now() > end) return false;
    for (const auto& member : members_) member->instance.loop().skip(skip);
    turn(1);
  }
  return true;
}

void Cluster::pass(Duration time) {
  for (Duration passed{0}; passed < time; passed += kStep) {
    for (const auto& member : members_) member->instance.loop().skip(kStep);
    turn(0);
  }
}

void Cluster::turn(int wait_ms) {
  for (const auto& member : members_) {
    if (!member->frozen) member->instance.turn(wait_ms);
  }
}

bool Cluster::allFilled() {
  for (const auto& member : members_) {
    for (const auto& peer : members_) {
      if (peer != member && !member->node.filledFrom(peer->node)) return false;
    }
  }
  return true;
}

std::string Cluster::linksAsText() {
  std::string text;
  for (const auto& member : members_) {
    for (const auto& peer : members_) {
      if (peer == member) continue;
      const auto link = member->node.link(peer->node);
      if (!text.empty()) text += ", ";
      text += link.key.empty() ? "none" : nameOf(link.state) + (link.filled ? std::string(" and filled") : "");
      if (!link.reason.empty()) text += " (" + link.reason + ")";
    }
  }
  return text;
}

}  // namespace sse::conformance
