#include "discovery/gossip/message_codec.h"

#include <utility>

#include "discovery/gossip/fields.h"
#include "discovery/gossip/msgpack.h"

namespace sse::gossip {

namespace {

constexpr std::size_t kVersionBytes = 6;

std::string begin(MessageType type) { return {static_cast<char>(type)}; }

Versions sixBytes(Versions versions) {
  versions.resize(kVersionBytes);
  return versions;
}

std::size_t sourceFields(const Source& source) {
  return std::size_t{!source.address.empty()} + std::size_t{!source.node.empty()} + std::size_t{source.port != 0};
}

void writeSource(MapWriter& map, const Source& source) {
  if (!source.address.empty()) map.bytes("SourceAddr", source.address);
  if (!source.node.empty()) map.text("SourceNode", source.node);
  if (source.port != 0) map.number("SourcePort", source.port);
}

std::string encodeOne(const Ping& ping) {
  auto out = begin(MessageType::Ping);
  MapWriter map(out, 2 + sourceFields(ping.source));
  map.text("Node", ping.node);
  map.number("SeqNo", ping.sequence);
  writeSource(map, ping.source);
  return out;
}

std::string encodeOne(const IndirectPing& ping) {
  auto out = begin(MessageType::IndirectPing);
  MapWriter map(out, 5 + sourceFields(ping.source));
  map.boolean("Nack", ping.nack);
  map.text("Node", ping.node);
  map.number("Port", ping.port);
  map.number("SeqNo", ping.sequence);
  writeSource(map, ping.source);
  map.bytes("Target", ping.target);
  return out;
}

std::string encodeOne(const Ack& ack) {
  auto out = begin(MessageType::Ack);
  MapWriter map(out, 2);
  map.bytes("Payload", ack.payload);
  map.number("SeqNo", ack.sequence);
  return out;
}

std::string encodeOne(const Nack& nack) {
  auto out = begin(MessageType::Nack);
  MapWriter(out, 1).number("SeqNo", nack.sequence);
  return out;
}

template <typename T>
std::string encodeClaim(MessageType type, const T& claim) {
  auto out = begin(type);
  MapWriter map(out, 3);
  map.text("From", claim.from);
  map.number("Incarnation", claim.incarnation);
  map.text("Node", claim.node);
  return out;
}

std::string encodeOne(const Suspect& suspect) { return encodeClaim(MessageType::Suspect, suspect); }
std::string encodeOne(const Dead& dead) { return encodeClaim(MessageType::Dead, dead); }

std::string encodeOne(const Alive& alive) {
  auto out = begin(MessageType::Alive);
  MapWriter map(out, 6);
  map.bytes("Addr", alive.address);
  map.number("Incarnation", alive.incarnation);
  map.bytes("Meta", alive.meta);
  map.text("Node", alive.node);
  map.number("Port", alive.port);
  map.bytes("Vsn", sixBytes(alive.versions));
  return out;
}

std::string encodeOne(const UserMessage& user) { return begin(MessageType::User) + user.data; }

std::string encodeInStream(const Ping& ping) { return encodeOne(ping); }
std::string encodeInStream(const Ack& ack) { return encodeOne(ack); }

void writeRow(std::string& out, const Row& row) {
  MapWriter map(out, 7);
  map.bytes("Addr", row.address);
  map.number("Incarnation", row.incarnation);
  map.bytes("Meta", row.meta);
  map.text("Name", row.name);
  map.number("Port", row.port);
  map.number("State", static_cast<std::uint8_t>(row.state));
  map.bytes("Vsn", sixBytes(row.versions));
}

std::string encodeInStream(const PushPull& exchange) {
  auto out = begin(MessageType::PushPull);
  MapWriter map(out, 3);
  map.boolean("Join", exchange.join);
  map.number("Nodes", exchange.rows.size());
  map.number("UserStateLen", exchange.user_state.size());
  for (const auto& row : exchange.rows) writeRow(out, row);
  return out += exchange.user_state;
}

std::string encodeInStream(const UserMessage& user) {
  auto out = begin(MessageType::User);
  MapWriter(out, 1).number("UserMsgLen", user.data.size());
  return out += user.data;
}

std::string encodeInStream(const Refusal& refusal) {
  auto out = begin(MessageType::Refusal);
  MapWriter(out, 1).text("Error", refusal.text);
  return out;
}

/// The structure, or why it could not be read.
template <typename T>
Result<T> either(const Result<void>& read, T value) {
  if (!read.ok()) return read.error();
  return value;
}

Result<IndirectPing> decodeIndirectPing(std::string_view map) {
  IndirectPing ping;
  const auto read = readFields("indirect ping", map,
                               {{"Nack", &ping.nack},
                                {"Node", &ping.node},
                                {"Port", &ping.port},
                                {"SeqNo", &ping.sequence},
                                {"SourceAddr", &ping.source.address},
                                {"SourceNode", &ping.source.node},
                                {"SourcePort", &ping.source.port},
                                {"Target", &ping.target}});
  return either(read, std::move(ping));
}

Result<Nack> decodeNack(std::string_view map) {
  Nack nack;
  const auto read = readFields("nack", map, {{"SeqNo", &nack.sequence}});
  return either(read, nack);
}

template <typename T>
Result<T> decodeClaim(std::string_view what, std::string_view map) {
  T claim;
  const auto read =
      readFields(what, map, {{"From", &claim.from}, {"Incarnation", &claim.incarnation}, {"Node", &claim.node}});
  return either(read, std::move(claim));
}

Result<Alive> decodeAlive(std::string_view map) {
  Alive alive;
  const auto read = readFields("alive", map,
                               {{"Addr", &alive.address},
                                {"Incarnation", &alive.incarnation},
                                {"Meta", &alive.meta},
                                {"Node", &alive.node},
                                {"Port", &alive.port},
                                {"Vsn", &alive.versions}});
  return either(read, std::move(alive));
}

template <typename T>
Result<PacketMessage> anyOf(Result<T> message) {
  if (!message.ok()) return std::move(message).error();
  return PacketMessage(*std::move(message));
}

Error tooMany(const char* where, std::int64_t most, std::int64_t found) {
  return {Code::TooLarge,
          std::string(where) + ": expected at most " + std::to_string(most) + ", got " + std::to_string(found)};
}

}  // namespace

std::string encode(const PacketMessage& message) {
  return std::visit([](const auto& one) { return encodeOne(one); }, message);
}

std::string encodeForStream(const StreamMessage& message) {
  return std::visit([](const auto& one) { return encodeInStream(one); }, message);
}

Result<PacketMessage> decode(std::string_view bytes) {
  if (bytes.empty()) return Error{Code::InvalidArgument, "message: expected a type byte, got nothing"};
  const auto type = static_cast<std::uint8_t>(bytes[0]);
  const auto body = bytes.substr(1);
  switch (static_cast<MessageType>(type)) {
    case MessageType::Ping: return anyOf(decodePing(body));
    case MessageType::IndirectPing: return anyOf(decodeIndirectPing(body));
    case MessageType::Ack: return anyOf(decodeAck(body));
    case MessageType::Nack: return anyOf(decodeNack(body));
    case MessageType::Suspect: return anyOf(decodeClaim<Suspect>("suspect", body));
    case MessageType::Dead: return anyOf(decodeClaim<Dead>("dead", body));
    case MessageType::Alive: return anyOf(decodeAlive(body));
    case MessageType::User: return PacketMessage(UserMessage{std::string(body)});
    default: break;
  }
  return Error{Code::Unsupported, "message: expected a type of packets, got " + std::to_string(type)};
}

Result<PushPullHead> decodePushPullHead(std::string_view map) {
  PushPullHead head;
  std::int64_t rows = 0;
  std::int64_t user_bytes = 0;
  const auto read =
      readFields("push/pull", map, {{"Join", &head.join}, {"Nodes", &rows}, {"UserStateLen", &user_bytes}});
  if (!read.ok()) return read.error();
  if (rows > kMaxRows) return tooMany("push/pull.Nodes", kMaxRows, rows);
  if (user_bytes > kMaxUserData) return tooMany("push/pull.UserStateLen", kMaxUserData, user_bytes);
  head.rows = static_cast<std::size_t>(rows);
  head.user_bytes = static_cast<std::size_t>(user_bytes);
  return head;
}

Result<std::optional<Row>> decodeRow(std::string_view map) {
  Row row;
  std::int64_t state = 0;
  const auto read = readFields("row", map,
                               {{"Addr", &row.address},
                                {"Incarnation", &row.incarnation},
                                {"Meta", &row.meta},
                                {"Name", &row.name},
                                {"Port", &row.port},
                                {"State", &state},
                                {"Vsn", &row.versions}});
  if (!read.ok()) return read.error();
  if (state > static_cast<std::int64_t>(NodeState::Left)) return std::optional<Row>();
  row.state = static_cast<NodeState>(state);
  return std::optional<Row>(std::move(row));
}

Result<std::size_t> decodeUserHead(std::string_view map) {
  std::int64_t size = 0;
  const auto read = readFields("user", map, {{"UserMsgLen", &size}});
  if (!read.ok()) return read.error();
  if (size > kMaxUserData) return tooMany("user.UserMsgLen", kMaxUserData, size);
  return static_cast<std::size_t>(size);
}

Result<Ping> decodePing(std::string_view map) {
  Ping ping;
  const auto read = readFields("ping", map,
                               {{"Node", &ping.node},
                                {"SeqNo", &ping.sequence},
                                {"SourceAddr", &ping.source.address},
                                {"SourceNode", &ping.source.node},
                                {"SourcePort", &ping.source.port}});
  return either(read, std::move(ping));
}

Result<Ack> decodeAck(std::string_view map) {
  Ack ack;
  const auto read = readFields("ack", map, {{"Payload", &ack.payload}, {"SeqNo", &ack.sequence}});
  return either(read, std::move(ack));
}

Result<Refusal> decodeRefusal(std::string_view map) {
  Refusal refusal;
  const auto read = readFields("err", map, {{"Error", &refusal.text}});
  return either(read, std::move(refusal));
}

}  // namespace sse::gossip
