#pragma once

#include <algorithm>
#include <memory>
#include <optional>
#include <string>

#include "sse/host.h"
#include "transport/relay/counters.h"
#include "transport/relay/feed_source.h"
#include "transport/relay/fill_plan.h"
#include "transport/relay/link.h"
#include "transport/relay/peer_tls.h"
#include "transport/relay/post_body.h"
#include "transport/relay/wire.h"

namespace sse::relay {

class Reader;
class Feeder;

inline constexpr Duration kPingAfter{5'000};     ///< nothing said for so long: say something
inline constexpr Duration kSilentAfter{15'000};  ///< nothing heard for so long: the link is broken

/// How much older than this relay, which is `own` old, the peer is; nothing where it did not say.
inline std::optional<Duration> olderBy(std::optional<std::uint64_t> age, Duration own) {
  constexpr std::uint64_t kMost = std::uint64_t{1} << 48;
  if (!age) return std::nullopt;
  return Duration(static_cast<Duration::rep>(std::min(*age, kMost))) - own;
}

/// What the readers and feeders of one relay share, and whom they tell. Implemented by the relay; outlives them. Lives
/// on the control thread.
class Hub {
 public:
  virtual ~Hub() = default;

  virtual Host& host() = 0;
  virtual Counters& counters() = 0;
  virtual FeedSource& source() = 0;
  /// The limit for dialing and for the greeting.
  [[nodiscard]] virtual Duration timeout() const = 0;
  /// How peers are dialed, and what those who dial have to show.
  [[nodiscard]] virtual const PeerTls& tls() const = 0;
  /// Why this node links with nobody; empty: it does. A node whose auth asks everybody for credentials asks peers too.
  [[nodiscard]] virtual std::string closed() const = 0;
  /// This node's first frame, with a fresh nonce and without proof.
  virtual Hello hello() = 0;
  /// For how long the relay has been there.
  [[nodiscard]] virtual Duration age() const = 0;
  /// FillPlan::root.
  [[nodiscard]] virtual Tag root() const = 0;
  /// A CheckpointFrame of now; shared by all who ask within one tick.
  virtual std::shared_ptr<const std::string> checkpoint() = 0;

  /// The peer of `reader` is accepted: what to do with it.
  enum class Verdict : std::uint8_t { Read, Wait, Self, Alias };
  virtual Verdict greeted(Reader& reader, Want& want) = 0;
  /// The reader has handed over the events of `peer` up to `position`.
  virtual void reached(const Tag& peer, std::uint64_t position) = 0;
  /// The donor that `reader` reads has heard of these origins, up to these numbers.
  virtual void named(Reader& reader, const std::vector<Identity>& reached) = 0;
  virtual void filled(Reader& reader, const Checkpoint& checkpoint) = 0;
  virtual void down(Reader& reader) = 0;

  /// The feeder's peer asked to be fed: an older feeder of the same process ends.
  virtual void feeding(Feeder& feeder) = 0;
  virtual void acknowledged() = 0;
  virtual void down(Feeder& feeder) = 0;
  /// A connection ended before it was accepted: logged, not more often than every few seconds.
  virtual void refused(const std::string& address, const std::string& reason) = 0;

  /// The nodes that are served without an original node's help: this one and all members and peers.
  virtual const NodeNames& names() = 0;
  /// Whether the node at this numeric address may take part without a relay.
  [[nodiscard]] virtual bool allowsOriginal(const std::string& address) const = 0;
  /// A member's name, address or kind is another than before.
  virtual void memberChanged() = 0;

  /// `from` names the link in later answers.
  virtual void asked(Link& link, const Ask& ask) = 0;
  virtual void answered(const Link& from, const Answer& answer) = 0;
};

}  // namespace sse::relay
