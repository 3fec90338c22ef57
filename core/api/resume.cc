#include <algorithm>

#include "api/api.h"
#include "base/tag.h"
#include "channel/client_id.h"
#include "channel/position.h"
#include "http/uri.h"
#include "stream/gap.h"

namespace sse::api {
namespace {

constexpr std::size_t kMaxLastId = 256;

/// `?last=N`, where nothing better says where to start; checked before.
std::optional<std::size_t> lastCount(std::string_view query) {
  const auto value = http::param(query, "last");
  if (!value || !*value) return std::nullopt;
  std::size_t count = 0;
  for (const char c : **value) {
    count = count * 10 + static_cast<std::size_t>(c - '0');
  }
  return count;
}

/// Only ids that a stream of ours could have shown are shown again.
bool showable(std::string_view id) {
  return id.size() <= 128 && std::ranges::all_of(id, [](char c) { return c >= 0x20 && c <= 0x7e; });
}

}  // namespace

std::optional<stream::Start> Api::startOf(Request& request, const stream::Joined& joined, std::string_view client,
                                          const std::vector<std::string>& channels, const std::string& last_id) {
  channel::Query query;
  query.logs = joined.logs;
  query.client = client;
  query.client_hash = channel::hashOfClient(client);
  query.past_until = joined.head;
  stream::Start start;
  start.past_until = joined.head;
  if (last_id.empty()) {
    if (const auto count = lastCount(request.head.query)) start.after = node_.journal->beforeLast(query, *count);
    return start;
  }
  if (last_id == "earliest") {
    start.after = 0;
    start.told.assign(joined.logs.size(), joined.head);
    start.told_broadcasts = joined.head;
    return start;
  }
  node_.counters->resumed.add();
  const auto position = last_id.size() <= kMaxLastId ? channel::parsePosition(last_id) : std::nullopt;
  if (!position) {
    const auto before = node_.journal->beforePublisherId(query, last_id);
    if (!before) return startUnknown(joined, channels, last_id.substr(0, kMaxLastId), "unknown-id");
    return startAtPosition(query, joined, channels, *before, last_id);
  }
  if (position->deliverer.origin != node_.info->tag) {
    return startFromElsewhere(request, query, joined, channels, last_id);
  }
  if (position->deliverer.number > joined.head) return startUnknown(joined, channels, last_id, "unknown-id");
  query.past_until = node_.journal->pastUntil(position->deliverer.number);
  return startAtPosition(query, joined, channels, position->deliverer.number, last_id);
}

/// Exactly the events after `after`; a gap on each channel of which something after it is gone.
stream::Start Api::startAtPosition(const channel::Query& query, const stream::Joined& joined,
                                   const std::vector<std::string>& channels, std::uint64_t after,
                                   std::string_view id) const {
  stream::Start start;
  start.after = after;
  start.past_until = query.past_until;
  start.shown_id = showable(id) ? std::string(id) : "";
  start.told.resize(joined.logs.size());
  const auto floorOf = [&](const channel::Extent& extent) {
    return query.past_until > after ? extent.floor : extent.live_floor;
  };
  const std::uint64_t broadcasts = floorOf(node_.journal->extent(node_.journal->broadcasts()));
  if (broadcasts > after) start.told_broadcasts = broadcasts;
  for (std::size_t i = 0; i < query.logs.size(); ++i) {
    const auto extent = node_.journal->extent(query.logs[i]);
    const std::uint64_t floor = std::max(floorOf(extent), broadcasts);
    if (floor <= after) continue;
    start.told[i] = floor;
    start.gaps.push_back({floor, stream::gapBlock(node_.info->tag, floor, channels[i], id, "history", extent)});
  }
  std::ranges::sort(start.gaps, {}, &stream::Gap::position);
  return start;
}

/// A gap on every channel, then what history there is.
stream::Start Api::startUnknown(const stream::Joined& joined, const std::vector<std::string>& channels,
                                std::string_view id, std::string_view reason) const {
  stream::Start start;
  start.after = 0;
  start.past_until = joined.head;
  start.told.resize(joined.logs.size());
  start.told_broadcasts = node_.journal->extent(node_.journal->broadcasts()).floor;
  for (std::size_t i = 0; i < joined.logs.size(); ++i) {
    const auto extent = node_.journal->extent(joined.logs[i]);
    start.told[i] = std::max(extent.floor, start.told_broadcasts);
    const std::uint64_t at = start.told[i];
    start.gaps.push_back({at, stream::gapBlock(node_.info->tag, at, channels[i], id, reason, extent)});
  }
  std::ranges::sort(start.gaps, {}, &stream::Gap::position);
  return start;
}

/// From a position of another node: everything beyond what its checkpoint says the stream had.
std::optional<stream::Start> Api::startFromElsewhere(Request& request, const channel::Query& query,
                                                     const stream::Joined& joined,
                                                     const std::vector<std::string>& channels, std::string_view id) {
  const auto position = *channel::parsePosition(id);
  const auto known = node_.resume->find(position.identity, position.deliverer);
  if (!known && !request.learned.peers_asked) {
    later(request, [&](Done done) {
      // Who may is asked once more: the answer may have changed while the peers were asked.
      const auto add = [](Learned& learned) {
        learned = {};
        learned.peers_asked = true;
      };
      node_.resume->ask(position.identity, position.deliverer,
                        [done = std::move(done), add, loop = &loop_] { loop->post([done, add] { done(add); }); });
    });
    return std::nullopt;
  }
  if (!known) return startUnknown(joined, channels, id, "unknown-position");
  node_.counters->resumed_elsewhere.add();
  stream::Start start;
  start.after = known->local;
  start.shown_id = showable(id) ? std::string(id) : "";
  start.had = known->had;
  start.had_until = joined.head;
  start.past_until = joined.head;
  start.told_broadcasts = node_.journal->extent(node_.journal->broadcasts()).floor;
  for (std::size_t i = 0; i < query.logs.size(); ++i) {
    const auto extent = node_.journal->extent(query.logs[i]);
    start.told.push_back(std::max(extent.floor, start.told_broadcasts));
    if (!node_.journal->misses(query.logs[i], known->had)) continue;
    const std::uint64_t at = std::max(known->local, start.told[i]);
    start.gaps.push_back({at, stream::gapBlock(node_.info->tag, at, channels[i], id, "history", extent)});
  }
  std::ranges::sort(start.gaps, {}, &stream::Gap::position);
  return start;
}

}  // namespace sse::api
