#pragma once

#include <cstring>
#include <functional>
#include <string>
#include <vector>

#include "base/tag.h"
#include "channel/client_id.h"
#include "channel/journal.h"

namespace sse::test {

inline Tag tagNamed(std::string_view name) {
  Tag tag;
  tag.fill('0');
  std::memcpy(tag.data(), name.data(), std::min(name.size(), tag.size()));
  return tag;
}

inline const Tag kHere = tagNamed("here");
inline const Tag kPeer = tagNamed("peer");
inline const Tag kFar = tagNamed("far");

inline channel::Draft draft(std::string_view channel, std::string_view data) {
  channel::Draft out;
  out.channel = channel;
  out.data = data;
  return out;
}

inline channel::Limits limits(std::size_t events) {
  channel::Limits out;
  out.history_events = events;
  out.backlog_events = std::min<std::size_t>(events, out.backlog_events);
  return out;
}

/// A journal with a clock that stands until a test moves it, and notes of what it called back.
struct Book {
  explicit Book(const channel::Limits& limits = {})
      : journal(kHere, limits,
                {[this](unsigned loop) {
                   woken.push_back(loop);
                   if (wake) wake();
                 },
                 [this](std::uint64_t head) { told = head; },
                 {},
                 {}}) {}

  channel::Submission submit(const channel::Draft& what) {
    std::vector<channel::Submission> one(1);
    one[0].entry = channel::Entry::make(what);
    journal.append(one, now);
    return one[0];
  }
  std::uint64_t publish(std::string_view channel, std::string_view data = "x") {
    return submit(draft(channel, data)).identity.number;
  }
  std::uint64_t broadcast(std::string_view data = "b") {
    auto what = draft("", data);
    what.kind = EventKind::Broadcast;
    return submit(what).identity.number;
  }
  std::uint64_t target(std::string_view channel, std::string_view client, std::string_view data = "t") {
    auto what = draft(channel, data);
    what.kind = EventKind::Client;
    what.client = client;
    return submit(what).identity.number;
  }
  std::uint64_t control(EventKind kind, std::string_view channel, std::string_view client = "") {
    channel::Draft what;
    what.kind = kind;
    what.channel = channel;
    what.client = client;
    return submit(what).identity.number;
  }
  std::size_t fromPeer(const Tag& origin, std::uint64_t number, std::string_view channel,
                       std::string_view body = "data: p\n") {
    EventView event;
    event.id = {origin, number};
    event.channel = channel;
    event.body = body;
    return journal.appendForeign({&event, 1}, now);
  }
  channel::Log* join(std::string_view channel, unsigned loop = 0) { return journal.join(channel, loop, now).log; }

  /// Positions of what a reader of `logs` gets after `after`.
  std::vector<std::uint64_t> positions(std::vector<channel::Log*> logs, std::uint64_t after,
                                       std::string_view client = "") {
    channel::Query query;
    query.logs = logs;
    query.after = after;
    query.client = client;
    query.client_hash = channel::hashOfClient(client);
    query.max_events = 1'000'000;
    query.max_bytes = std::size_t{1} << 40U;
    std::vector<channel::EntryRef> entries;
    answer = journal.read(query, entries);
    std::vector<std::uint64_t> out;
    for (const auto& entry : entries) out.push_back(entry->position());
    return out;
  }

  std::function<void()> wake;
  std::vector<unsigned> woken;
  std::uint64_t told = 0;
  std::int64_t now = 1'000'000;
  channel::Answer answer;
  channel::Journal journal;
};

using Positions = std::vector<std::uint64_t>;

}  // namespace sse::test
