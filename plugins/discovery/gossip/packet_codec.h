#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "discovery/gossip/message.h"
#include "discovery/gossip/seal.h"
#include "sse/result.h"

/// Datagrams: messages and the layers around them (docs/memberlist.md sections 6 to 9). Pure: no sockets, no clock.
/// [any]
namespace sse::gossip {

/// What the layers of packets and streams are made of and have to be. Owned by the plugin, not changed while codecs use
/// it.
struct WireSettings {
  std::string label;  ///< at most 255 bytes; empty: none
  KeyRing keys;
  bool verify_incoming = true;  ///< with keys: refuse plain text
  bool verify_outgoing = true;  ///< with keys: encrypt
  bool compress = true;
  std::size_t packet_size = 1400;         ///< bytes of a datagram, its CRC not counted
  bool skip_inbound_label_check = false;  ///< take what has no label for ours, refuse what has one
  std::uint8_t encryption_version = 1;    ///< of outgoing boxes: 0 or 1
  NonceSource nonces = randomNonce;
};

/// Whether the settings can be used; names the one that cannot.
Result<void> check(const WireSettings& settings);

/// What a message costs in a compound beside its own bytes.
inline constexpr std::size_t kPartOverhead = 2;

/// Bytes for broadcasts in one datagram, each of them counted with kPartOverhead, beside an own message of
/// `message_size` bytes; zero where it fills the datagram by itself. With 0 the room of a datagram of broadcasts only
/// (sections 6.3 and 16). Unlike peers it counts kPartOverhead for the own message too, so that packet_size holds.
std::size_t roomBeside(const WireSettings& settings, std::size_t message_size);

/// Datagrams that carry the encoded messages in this order: one of them as it is, several as a compound, one datagram
/// for each 255 and for each that is too long for a compound. `crc`: the receiver's pmax is 5 or more. Empty messages
/// are left out, as they crash peers. Whether it all fits into a datagram is the caller's care: roomBeside.
std::vector<std::string> pack(const WireSettings& settings, std::span<const std::string> messages, bool crc);

/// What was in a datagram.
struct Unpacked {
  std::vector<PacketMessage> messages;  ///< in the order of the datagram
  std::size_t dropped = 0;              ///< messages and layers that could not be used
  Error why;                            ///< of the first that was dropped; only where `dropped` is not 0
};

/// Takes the layers off a datagram; any bytes may come in. What can be used is used: the whole parts of a compound that
/// was cut, the parts beside an empty or a broken one (sections 6.2 and 21). Compound and compress may be nested
/// kMaxNesting deep. One datagram yields at most kMaxMessages messages and decompresses to at most kMaxUnpacked bytes,
/// all layers together: a peer compresses what would have fitted into a datagram, which has fewer than 64 KiB.
Unpacked unpack(const WireSettings& settings, std::string_view datagram);

inline constexpr std::size_t kMaxNesting = 8;
inline constexpr std::size_t kMaxMessages = 4096;
inline constexpr std::size_t kMaxUnpacked = std::size_t{256} << 10;

}  // namespace sse::gossip
