#pragma once

#include <doctest/doctest.h>
#include <optional>
#include <string>
#include <vector>

#include "discovery/gossip/engine.h"
#include "discovery/gossip/message_codec.h"

namespace sse::gossip::test {

/// "10.0.0.<last>", as 4 bytes, and the usual port.
inline Endpoint endpointOf(char last) { return {std::string{'\x0a', '\0', '\0', last}, 7946}; }

inline Alive aliveOf(const std::string& name, char last, std::uint32_t incarnation = 1) {
  return {endpointOf(last).address, incarnation, "8080", name, 7946, kVersions};
}

inline Row rowOf(const std::string& name, char last, NodeState state = NodeState::Alive, std::uint32_t number = 1) {
  return {endpointOf(last).address, number, "8080", name, 7946, state, kVersions};
}

/// One engine, "us" at 10.0.0.1, driven by hand.
struct EngineWorld {
  Clock::time_point now{std::chrono::hours(1)};
  EngineSettings settings{"us", endpointOf(1), "8080"};
  Engine engine;
  Outbox out;

  explicit EngineWorld(EngineSettings with = {"us", endpointOf(1), "8080"}, bool joins = false)
      : settings(with), engine(with, 1) {
    engine.start(joins, now);
    out = engine.take();
  }

  /// Hands over a message from 10.0.0.9 and keeps what comes of it in `out`.
  void take(const PacketMessage& message) {
    engine.received(endpointOf(9), message, now);
    out = engine.take();
  }
  /// Lets time pass, timer by timer; all that comes of it is in `out`.
  void pass(Duration time) {
    const auto end = now + time;
    out = {};
    while (engine.next() <= end) {
      now = std::max(now, engine.next());
      engine.advance(now);
      auto more = engine.take();
      for (auto& packet : more.packets) out.packets.push_back(std::move(packet));
      for (auto& call : more.calls) out.calls.push_back(std::move(call));
      for (auto& event : more.events) out.events.push_back(std::move(event));
      out.hosts_wanted = out.hosts_wanted || more.hosts_wanted;
      out.members_changed = out.members_changed || more.members_changed;
    }
    now = end;
  }
  void know(std::initializer_list<std::string> names) {
    char last = 2;
    for (const auto& name : names) take(aliveOf(name, last++));
  }

  [[nodiscard]] const Member* find(const std::string& name) const { return engine.membership().table().find(name); }
  [[nodiscard]] std::optional<NodeState> state(const std::string& name) const {
    return find(name) == nullptr ? std::nullopt : std::optional(find(name)->state);
  }
  [[nodiscard]] std::uint32_t incarnation() const { return engine.membership().us().incarnation; }
  [[nodiscard]] bool queued(const std::string& name) const { return engine.membership().broadcasts().holds(name); }
  /// Sends all that is queued for gossip, so that what is queued then is new. There has to be somebody to send it to.
  void drain() {
    for (int i = 0; i < 20 && !engine.membership().broadcasts().empty(); ++i) pass(Duration(200));
    CHECK(engine.membership().broadcasts().empty());
  }

  template <typename Told>
  [[nodiscard]] std::vector<Told> events() const {
    std::vector<Told> found;
    for (const auto& event : out.events) {
      if (const auto* one = std::get_if<Told>(&event)) found.push_back(*one);
    }
    return found;
  }
  /// Messages of a type in the packets of `out`, with where they go.
  template <typename Message>
  [[nodiscard]] std::vector<std::pair<Endpoint, Message>> sent() const {
    std::vector<std::pair<Endpoint, Message>> found;
    for (const auto& packet : out.packets) {
      for (const auto& bytes : packet.messages) {
        const auto message = decode(bytes);
        if (!message.ok()) continue;
        if (const auto* one = std::get_if<Message>(&*message)) found.emplace_back(packet.to, *one);
      }
    }
    return found;
  }
};

}  // namespace sse::gossip::test
