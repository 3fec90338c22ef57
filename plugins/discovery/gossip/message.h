#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

/// The messages of the memberlist protocol as values (docs/memberlist.md section 5). Byte strings are std::string.
namespace sse::gossip {

/// What a node understands and speaks, as it stands on the wire: pmin, pmax, pcur, dmin, dmax, dcur. Any length
/// may come in; six bytes go out.
using Versions = std::string;

/// Where a message wants its answer sent; `address` empty: to where it came from.
struct Source {
  std::string address;  ///< 4 or 16 bytes
  std::string node;
  std::uint16_t port = 0;
};

struct Ping {
  std::string node;  ///< who is meant; empty: whoever gets it
  std::uint32_t sequence = 0;
  Source source;
};

struct IndirectPing {
  bool nack = false;  ///< the asker wants to be told of no answer too
  std::string node;
  std::uint16_t port = 0;
  std::uint32_t sequence = 0;
  Source source;
  std::string target;  ///< address of the node to ping
};

struct Ack {
  std::string payload;
  std::uint32_t sequence = 0;
};

struct Nack {
  std::uint32_t sequence = 0;
};

struct Suspect {
  std::string from;
  std::uint32_t incarnation = 0;
  std::string node;
};

/// `from` equal to `node`: the node leaves.
struct Dead {
  std::string from;
  std::uint32_t incarnation = 0;
  std::string node;
};

struct Alive {
  std::string address;  ///< as it came, 4 or 16 bytes
  std::uint32_t incarnation = 0;
  std::string meta;
  std::string node;
  std::uint16_t port = 0;
  Versions versions;
};

struct UserMessage {
  std::string data;
};

enum class NodeState : std::uint8_t { Alive = 0, Suspect = 1, Dead = 2, Left = 3 };

/// One node's entry in a push/pull.
struct Row {
  std::string address;
  std::uint32_t incarnation = 0;
  std::string meta;
  std::string name;
  std::uint16_t port = 0;
  NodeState state = NodeState::Alive;
  Versions versions;
};

/// Streams only.
struct PushPull {
  bool join = false;
  std::vector<Row> rows;
  std::string user_state;
};

/// Streams only: why the other side refuses.
struct Refusal {
  std::string text;
};

/// What a packet carries once its layers are off.
using PacketMessage = std::variant<Ping, IndirectPing, Ack, Nack, Suspect, Dead, Alive, UserMessage>;
/// What a stream carries once its layers are off.
using StreamMessage = std::variant<Ping, Ack, PushPull, UserMessage, Refusal>;

}  // namespace sse::gossip
