#include "discovery/gossip/packet_codec.h"

#include <array>
#include <utility>

#include "discovery/gossip/compress.h"
#include "discovery/gossip/label.h"
#include "discovery/gossip/lzw.h"
#include "discovery/gossip/message_codec.h"

namespace sse::gossip {

namespace {

constexpr std::size_t kCompoundHead = 2;  // type byte and count
constexpr std::size_t kMaxParts = 255;
constexpr std::size_t kMaxPart = 65535;
constexpr std::size_t kCrcHead = 5;
constexpr std::size_t kLeastPacket = 512;
constexpr std::size_t kMostPacket = 65507;

constexpr std::array<std::uint32_t, 256> kCrcTable = [] {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t i = 0; i < table.size(); ++i) {
    table[i] = i;
    for (int bit = 0; bit < 8; ++bit) table[i] = table[i] >> 1U ^ ((table[i] & 1U) != 0 ? 0xedb88320U : 0U);
  }
  return table;
}();

std::uint32_t crc32(std::string_view bytes) {
  std::uint32_t crc = 0xffffffff;
  for (const char c : bytes) crc = crc >> 8U ^ kCrcTable[(crc ^ static_cast<std::uint8_t>(c)) & 0xffU];
  return ~crc;
}

std::uint32_t bigEndianOf(std::string_view bytes) {
  std::uint32_t value = 0;
  for (const char c : bytes) value = value << 8U | static_cast<std::uint8_t>(c);
  return value;
}

bool startsWith(std::string_view bytes, MessageType type) {
  return !bytes.empty() && static_cast<std::uint8_t>(bytes[0]) == static_cast<std::uint8_t>(type);
}

bool encrypts(const WireSettings& settings) { return settings.verify_outgoing && !settings.keys.empty(); }

std::string withCrc(std::string_view packet) {
  const auto crc = crc32(packet);
  std::string out{static_cast<char>(MessageType::Crc)};
  for (const unsigned shift : {24U, 16U, 8U, 0U}) out += static_cast<char>(crc >> shift & 0xffU);
  return out.append(packet);
}

/// The layers around one message or compound.
std::string wrap(const WireSettings& settings, std::string packet, bool crc) {
  if (settings.compress) {
    auto shorter = compressed(packet);
    if (shorter.size() < packet.size()) packet = std::move(shorter);
  }
  if (crc) packet = withCrc(packet);
  if (encrypts(settings))
    packet = settings.keys.seal(settings.encryption_version, packet, settings.label, settings.nonces());
  return labelHeader(settings.label) + packet;
}

std::string compound(std::span<const std::string* const> parts) {
  if (parts.size() == 1) return *parts[0];
  std::string out{static_cast<char>(MessageType::Compound), static_cast<char>(parts.size())};
  for (const auto* part : parts) {
    out += static_cast<char>(part->size() >> 8U);
    out += static_cast<char>(part->size() & 0xffU);
  }
  for (const auto* part : parts) out += *part;
  return out;
}

/// Takes the layers off one datagram.
class Unpacker {
 public:
  explicit Unpacker(const WireSettings& settings) : settings_(settings) {}

  Unpacked run(std::string_view datagram) {
    auto inner = withoutLabel(datagram);
    if (!inner.ok()) {
      drop(std::move(inner).error());
    } else {
      decrypt(*inner);
    }
    return std::move(out_);
  }

 private:
  void drop(Error why) {
    if (out_.dropped++ == 0) out_.why = std::move(why);
  }
  void drop(const char* text) { drop(Error{Code::InvalidArgument, text}); }

  [[nodiscard]] Result<std::string_view> withoutLabel(std::string_view packet) const {
    const Error refused{Code::PermissionDenied, "packet: expected another label, got what has none or a different one"};
    if (packet.empty()) return Error{Code::InvalidArgument, "packet: expected a type byte, got nothing"};
    if (packet[0] != kLabelByte) {
      if (settings_.label.empty() || settings_.skip_inbound_label_check) return packet;
      return refused;
    }
    const auto header = labelHeader(settings_.label);
    if (header.empty() || settings_.skip_inbound_label_check || !packet.starts_with(header)) return refused;
    return packet.substr(header.size());
  }

  void decrypt(std::string_view packet) {
    if (settings_.keys.empty()) return checkCrc(packet);
    auto plain = settings_.keys.open(packet, settings_.label);
    if (plain.ok()) return checkCrc(*plain);
    if (settings_.verify_incoming) return drop(std::move(plain).error());
    checkCrc(packet);
  }

  void checkCrc(std::string_view packet) {
    if (packet.size() < kCrcHead || !startsWith(packet, MessageType::Crc)) return dispatch(packet, 0);
    const auto inner = packet.substr(kCrcHead);
    if (crc32(inner) != bigEndianOf(packet.substr(1, 4))) return drop("crc: expected that of the packet, got another");
    dispatch(inner, 0);
  }

  void dispatch(std::string_view packet, std::size_t depth) {
    if (depth > kMaxNesting) return drop("packet: expected fewer layers, got more than the limit");
    if (startsWith(packet, MessageType::Compound)) return takeApart(packet, depth);
    if (startsWith(packet, MessageType::Compress)) return decompress(packet, depth);
    if (out_.messages.size() == kMaxMessages) return drop("packet: expected fewer messages, got more than the limit");
    auto message = decode(packet);
    if (!message.ok()) return drop(std::move(message).error());
    out_.messages.push_back(*std::move(message));
  }

  void takeApart(std::string_view packet, std::size_t depth) {
    const std::size_t count = packet.size() < kCompoundHead ? 0 : static_cast<std::uint8_t>(packet[1]);
    auto at = kCompoundHead + kPartOverhead * count;
    if (packet.size() < at) return drop("compound: expected the lengths of its parts, got the end");
    for (std::size_t i = 0; i < count; ++i) {
      const auto size = bigEndianOf(packet.substr(kCompoundHead + kPartOverhead * i, kPartOverhead));
      if (size > packet.size() - at) return drop("compound: expected a whole part, got the end");
      dispatch(packet.substr(at, size), depth + 1);
      at += size;
    }
  }

  void decompress(std::string_view packet, std::size_t depth) {
    const auto buffer = compressedBuffer(packet.substr(1));
    if (!buffer.ok()) return drop(buffer.error());
    const auto inner = lzwDecode(*buffer, room_);
    if (!inner.ok()) return drop(inner.error());
    room_ -= inner->size();
    dispatch(*inner, depth + 1);
  }

  const WireSettings& settings_;
  Unpacked out_;
  std::size_t room_ = kMaxUnpacked;
};

Error wrong(const char* text, std::size_t found) { return {Code::InvalidArgument, text + std::to_string(found)}; }

}  // namespace

Result<void> check(const WireSettings& settings) {
  if (settings.label.size() > kMaxLabel) return wrong("label: expected at most 255 bytes, got ", settings.label.size());
  if (settings.encryption_version > kPlainBox)
    return wrong("encryption version: expected 0 or 1, got ", settings.encryption_version);
  if (settings.packet_size < kLeastPacket || settings.packet_size > kMostPacket)
    return wrong("packet size: expected 512 to 65507 bytes, got ", settings.packet_size);
  return {};
}

std::size_t roomBeside(const WireSettings& settings, std::size_t message_size) {
  auto taken = kCompoundHead + labelHeader(settings.label).size();
  if (message_size > 0) taken += message_size + kPartOverhead;
  if (encrypts(settings)) taken += boxOverhead(settings.encryption_version);
  return taken < settings.packet_size ? settings.packet_size - taken : 0;
}

std::vector<std::string> pack(const WireSettings& settings, std::span<const std::string> messages, bool crc) {
  std::vector<std::string> datagrams;
  std::vector<const std::string*> parts;
  const auto flush = [&] {
    if (!parts.empty()) datagrams.push_back(wrap(settings, compound(parts), crc));
    parts.clear();
  };
  for (const auto& message : messages) {
    if (message.empty()) continue;
    if (message.size() > kMaxPart || parts.size() == kMaxParts) flush();
    parts.push_back(&message);
    if (message.size() > kMaxPart) flush();
  }
  flush();
  return datagrams;
}

Unpacked unpack(const WireSettings& settings, std::string_view datagram) { return Unpacker(settings).run(datagram); }

}  // namespace sse::gossip
