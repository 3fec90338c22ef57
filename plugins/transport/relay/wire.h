#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "sse/event.h"
#include "sse/journal.h"
#include "sse/result.h"

/// The relay's frames as bytes: docs/wire.md. Pure: no sockets, no clock. Decoders take any bytes; every view they give
/// points into those bytes. [any]
namespace sse::relay {

inline constexpr std::uint64_t kVersion = 1;
inline constexpr std::size_t kMaxFrame = std::size_t{64} << 20;  ///< greatest body of a frame
inline constexpr std::size_t kMaxEventBody = kMaxFrame / 2;
inline constexpr std::size_t kMaxFromReader = std::size_t{64} << 10;  ///< the same of what a reader sends
inline constexpr std::size_t kMaxGreeting = 4096;                     ///< the same before the peer is accepted
inline constexpr std::size_t kFrameHead = 5;                          ///< u32 length of the body, u8 type

enum class FrameType : std::uint8_t {
  Hello = 1,
  Proof = 2,
  Refuse = 3,
  Want = 4,
  Events = 5,
  Hole = 6,
  Filled = 7,
  Checkpoint = 8,
  Ack = 9,
  Ping = 10,
  Ask = 11,
  Answer = 12,
  Floors = 13,
};

using Nonce = std::array<char, 16>;
using ProofBytes = std::array<char, 32>;

/// The first frame in either direction.
struct Hello {
  std::uint64_t version = kVersion;
  bool starting = false;  ///< cannot fill others: not ready yet, or not filled itself
  bool young = false;     ///< so new that nobody can have missed it on purpose: read it from its beginning
  bool secret = false;    ///< has a cluster.secret
  bool ages = false;      ///< reads an age
  bool roots = false;     ///< reads a root
  Tag tag{};
  std::uint64_t head = 0;  ///< of its own events: nobody missed one where it is 0
  std::string name;
  Nonce nonce{};
  std::optional<ProofBytes> proof;   ///< the acceptor's, where it has a secret
  std::optional<std::uint64_t> age;  ///< of the acceptor in ms, where the dialer reads it
  std::optional<Tag> root;  ///< from whom the acceptor's history stems: FillPlan::root; where the dialer reads it
};

/// The dialer's proof.
struct Proof {
  ProofBytes bytes{};
};

/// The connection ends, and why.
inline constexpr std::string_view kLeaving = "the node is leaving";  ///< the reason of one that is about to end

struct Refuse {
  std::string reason;
};

/// The dialer asks to be fed.
struct Want {
  Scope scope = Scope::Own;
  std::uint64_t after = 0;
  std::optional<std::uint64_t> age = {};  ///< of the dialer in ms, where the acceptor reads it
};

/// Events in journal order; `next` is the position read up to.
struct Events {
  std::uint64_t next = 0;
  std::vector<EventView> events;
};

/// Events of this origin up to its number that have not been sent by now are lost.
struct Hole {
  Identity id;
};

/// All that was there when Want came has been sent; the checkpoint is of that moment.
struct Filled {
  Checkpoint checkpoint;
};

/// A checkpoint of the sender's journal or of one it keeps for another node.
struct CheckpointFrame {
  Checkpoint checkpoint;
};

/// The reader handed over `count` events on this connection, all up to `position`.
struct Ack {
  std::uint64_t position = 0;
  std::uint64_t count = 0;
};

struct Ping {};

/// Do you keep a checkpoint of `node` at or before `position`?
struct Ask {
  Tag node{};
  std::uint64_t position = 0;
};

/// The answer to the Ask with the same node and position.
struct Answer {
  Tag node{};
  std::uint64_t position = 0;
  std::optional<Checkpoint> checkpoint;
};

/// A part of what cannot be had at the feeder, and up to where its fill went.
struct FloorsFrame {
  Floors floors;
};

using Frame = std::variant<Hello, Proof, Refuse, Want, Events, Hole, Filled, CheckpointFrame, Ack, Ping, Ask, Answer,
                           FloorsFrame>;

/// Which frames may come.
struct FrameLimits {
  std::size_t body = kMaxGreeting;  ///< greatest of a body
  std::uint32_t never = 0;          ///< a bit for each type that does not come
};

constexpr std::uint32_t bitOf(FrameType type) { return std::uint32_t{1} << static_cast<unsigned>(type); }

/// What the two sides of an accepted peer send.
inline constexpr FrameLimits kOfReader{.body = kMaxFromReader,
                                       .never = bitOf(FrameType::Events) | bitOf(FrameType::Hole) |
                                                bitOf(FrameType::Filled) | bitOf(FrameType::Checkpoint) |
                                                bitOf(FrameType::Floors)};
inline constexpr FrameLimits kOfFeeder{
    .body = kMaxFrame, .never = bitOf(FrameType::Proof) | bitOf(FrameType::Want) | bitOf(FrameType::Ack)};

/// What stands at the front of received bytes.
struct FrameHead {
  FrameType type = FrameType::Ping;
  std::size_t size = 0;  ///< of the body behind the head
};

/// The head at the front of `bytes`, nothing where that is not whole yet, an error where no frame within `limits` can
/// begin like this.
Result<std::optional<FrameHead>> decodeHead(std::string_view bytes, const FrameLimits& limits);

/// One frame's body. Text of the error is fit for a log line.
Result<Frame> decodeBody(FrameType type, std::string_view body);

/// Appends one whole frame to `out`.
void encode(std::string& out, const Frame& frame);

/// Appends an Events frame; the views need not live longer than the call.
void encodeEvents(std::string& out, std::uint64_t next, std::span<const EventView> events);

/// Whether decodeBody takes this event: every decoder refuses the others.
bool isRelayable(const EventView& event);

}  // namespace sse::relay
