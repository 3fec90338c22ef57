#include "transport/relay/wire.h"

#include <algorithm>

#include "transport/relay/values.h"

namespace sse::relay {
namespace {

using wire::isTag;
using wire::Reader;
using wire::Writer;

constexpr std::size_t kMaxName = 256;
constexpr std::size_t kMaxReason = 512;
constexpr std::size_t kMaxPublisherId = 128;
constexpr std::size_t kMaxIdempotency = 1024;
constexpr std::size_t kLeastEvent = 1 + 8 + 1 + 5;  // kind, origin, number, five lengths
constexpr std::size_t kLeastFloor = 1 + 1;          // text, count

/// Runs `fill` and puts the head of `type` in front of what it appended.
template <typename Fill>
void frame(std::string& out, FrameType type, Fill fill) {
  const auto start = out.size();
  out.append(kFrameHead, '\0');
  Writer writer(out);
  fill(writer);
  const auto size = static_cast<std::uint32_t>(out.size() - start - kFrameHead);
  for (std::size_t i = 0; i < 4; ++i) out[start + i] = static_cast<char>((size >> (8 * i)) & 0xff);
  out[start + 4] = static_cast<char>(type);
}

bool isPublisherId(std::string_view id) {
  return std::all_of(id.begin(), id.end(), [](char c) { return c >= 0x20 && c <= 0x7e; });
}

/// Whole lines and no empty one: it stays one event on the stream whatever it says.
bool isBody(std::string_view body) {
  if (body.empty()) return true;
  return body.front() != '\n' && body.back() == '\n' && body.find('\r') == std::string_view::npos &&
         body.find("\n\n") == std::string_view::npos;
}

/// Whether channel and client are there exactly where the kind has them.
bool isAddressed(const EventView& event) {
  const bool client = event.kind == EventKind::Client || event.kind == EventKind::CloseClient;
  const bool channel = event.kind != EventKind::Broadcast;
  return event.channel.empty() != channel && event.client.empty() != client;
}

EventView readEvent(Reader& in) {
  EventView event;
  const auto kind = in.byte();
  if (kind >= static_cast<std::uint8_t>(EventKind::Hole)) in.fail();
  event.kind = static_cast<EventKind>(kind);
  event.id = in.identity();
  event.channel = in.text(kMaxName);
  event.client = in.text(kMaxName);
  event.publisher_id = in.text(kMaxPublisherId);
  event.idempotency = in.text(kMaxIdempotency);
  event.body = in.text(kMaxEventBody);
  if (!isRelayable(event)) in.fail();
  return event;
}

void writeEvent(Writer& out, const EventView& event) {
  out.byte(static_cast<std::uint8_t>(event.kind));
  out.identity(event.id);
  out.text(event.channel);
  out.text(event.client);
  out.text(event.publisher_id);
  out.text(event.idempotency);
  out.text(event.body);
}

Hello readHello(Reader& in) {
  Hello hello;
  hello.version = in.number();
  const auto flags = in.byte();
  hello.starting = (flags & 1) != 0;
  hello.young = (flags & 2) != 0;
  hello.secret = (flags & 4) != 0;
  hello.ages = (flags & 16) != 0;
  hello.roots = (flags & 64) != 0;
  hello.tag = in.tag();
  hello.head = in.number();
  hello.name = in.text(kMaxName);
  hello.nonce = in.array<16>();
  if (in.flag()) hello.proof = in.array<32>();
  if ((flags & 32) != 0) hello.age = in.number();
  if ((flags & 128) != 0) hello.root = in.tag();
  return hello;
}

Events readEvents(Reader& in) {
  Events events;
  events.next = in.number();
  const auto count = in.count(kLeastEvent);
  events.events.reserve(count);
  for (std::size_t i = 0; i < count && in.good(); ++i) events.events.push_back(readEvent(in));
  return events;
}

Want readWant(Reader& in) {
  Want want;
  const auto flags = in.byte();
  if (flags > 3) in.fail();
  want.scope = (flags & 1) != 0 ? Scope::All : Scope::Own;
  want.after = in.number();
  if ((flags & 2) != 0) want.age = in.number();
  return want;
}

Answer readAnswer(Reader& in) {
  Answer answer;
  answer.node = in.tag();
  answer.position = in.number();
  if (in.flag()) answer.checkpoint = in.checkpoint();
  return answer;
}

FloorsFrame readFloors(Reader& in) {
  FloorsFrame frame;
  frame.floors.reached = in.identities();
  frame.floors.everywhere = in.identities();
  // Not reserved: a channel takes far more memory than its least bytes.
  const auto count = in.count(kLeastFloor);
  for (std::size_t i = 0; i < count && in.good(); ++i) {
    auto channel = std::string(in.text(kMaxName));
    frame.floors.channels.emplace_back(std::move(channel), in.identities());
  }
  return frame;
}

Frame readFrame(FrameType type, Reader& in) {
  switch (type) {
    case FrameType::Hello: return readHello(in);
    case FrameType::Proof: return Proof{in.array<32>()};
    case FrameType::Refuse: return Refuse{std::string(in.text(kMaxReason))};
    case FrameType::Want: return readWant(in);
    case FrameType::Events: return readEvents(in);
    case FrameType::Hole: return Hole{in.identity()};
    case FrameType::Filled: return Filled{in.checkpoint()};
    case FrameType::Checkpoint: return CheckpointFrame{in.checkpoint()};
    case FrameType::Ack: {
      Ack ack;
      ack.position = in.number();
      ack.count = in.number();
      return ack;
    }
    case FrameType::Ping: return Ping{};
    case FrameType::Ask: {
      const auto asked = in.identity();
      return Ask{asked.origin, asked.number};
    }
    case FrameType::Answer: return readAnswer(in);
    case FrameType::Floors: return readFloors(in);
  }
  in.fail();
  return Ping{};
}

struct Encoder {
  std::string& out;

  void operator()(const Hello& hello) const {
    frame(out, FrameType::Hello, [&](Writer& to) {
      to.number(hello.version);
      to.bits({hello.starting, hello.young, hello.secret, false, hello.ages, hello.age.has_value(), hello.roots,
               hello.root.has_value()});
      to.array(hello.tag);
      to.number(hello.head);
      to.text(std::string_view(hello.name).substr(0, kMaxName));
      to.array(hello.nonce);
      to.byte(hello.proof.has_value() ? 1 : 0);
      if (hello.proof) to.array(*hello.proof);
      if (hello.age) to.number(*hello.age);
      if (hello.root) to.array(*hello.root);
    });
  }
  void operator()(const Proof& proof) const {
    frame(out, FrameType::Proof, [&](Writer& to) { to.array(proof.bytes); });
  }
  void operator()(const Refuse& refuse) const {
    frame(out, FrameType::Refuse, [&](Writer& to) { to.text(std::string_view(refuse.reason).substr(0, kMaxReason)); });
  }
  void operator()(const Want& want) const {
    frame(out, FrameType::Want, [&](Writer& to) {
      to.bits({want.scope == Scope::All, want.age.has_value()});
      to.number(want.after);
      if (want.age) to.number(*want.age);
    });
  }
  void operator()(const Events& events) const { encodeEvents(out, events.next, events.events); }
  void operator()(const Hole& hole) const {
    frame(out, FrameType::Hole, [&](Writer& to) { to.identity(hole.id); });
  }
  void operator()(const Filled& filled) const {
    frame(out, FrameType::Filled, [&](Writer& to) { to.checkpoint(filled.checkpoint); });
  }
  void operator()(const CheckpointFrame& checkpoint) const {
    frame(out, FrameType::Checkpoint, [&](Writer& to) { to.checkpoint(checkpoint.checkpoint); });
  }
  void operator()(const Ack& ack) const {
    frame(out, FrameType::Ack, [&](Writer& to) {
      to.number(ack.position);
      to.number(ack.count);
    });
  }
  void operator()(const Ping&) const {
    frame(out, FrameType::Ping, [](Writer&) {});
  }
  void operator()(const Ask& ask) const {
    frame(out, FrameType::Ask, [&](Writer& to) { to.identity({ask.node, ask.position}); });
  }
  void operator()(const FloorsFrame& floors) const {
    frame(out, FrameType::Floors, [&](Writer& to) {
      to.identities(floors.floors.reached);
      to.identities(floors.floors.everywhere);
      to.number(floors.floors.channels.size());
      for (const auto& [channel, lost] : floors.floors.channels) {
        to.text(std::string_view(channel).substr(0, kMaxName));
        to.identities(lost);
      }
    });
  }
  void operator()(const Answer& answer) const {
    frame(out, FrameType::Answer, [&](Writer& to) {
      to.identity({answer.node, answer.position});
      to.byte(answer.checkpoint.has_value() ? 1 : 0);
      if (answer.checkpoint) to.checkpoint(*answer.checkpoint);
    });
  }
};

}  // namespace

bool isRelayable(const EventView& event) {
  return event.kind < EventKind::Hole && event.id.number != 0 && isTag(event.id.origin) && isAddressed(event) &&
         event.channel.size() <= kMaxName && event.client.size() <= kMaxName &&
         event.publisher_id.size() <= kMaxPublisherId && event.idempotency.size() <= kMaxIdempotency &&
         isPublisherId(event.publisher_id) && event.body.size() <= kMaxEventBody && isBody(event.body);
}

Result<std::optional<FrameHead>> decodeHead(std::string_view bytes, const FrameLimits& limits) {
  if (bytes.size() < kFrameHead) return std::optional<FrameHead>();
  std::size_t size = 0;
  for (std::size_t i = 0; i < 4; ++i) size |= static_cast<std::size_t>(static_cast<unsigned char>(bytes[i])) << (8 * i);
  const auto type = static_cast<std::uint8_t>(bytes[4]);
  if (type < static_cast<std::uint8_t>(FrameType::Hello) || type > static_cast<std::uint8_t>(FrameType::Floors)) {
    return Error{Code::InvalidArgument, "frame: expected a type from 1 to 13, got " + std::to_string(type)};
  }
  if ((limits.never & bitOf(static_cast<FrameType>(type))) != 0) {
    return Error{Code::InvalidArgument, "frame: expected none of type " + std::to_string(type) + " from this side"};
  }
  if (size > limits.body) {
    return Error{Code::TooLarge,
                 "frame: expected at most " + std::to_string(limits.body) + " bytes, got " + std::to_string(size)};
  }
  return std::optional<FrameHead>(FrameHead{static_cast<FrameType>(type), size});
}

Result<Frame> decodeBody(FrameType type, std::string_view body) {
  Reader in(body);
  auto decoded = readFrame(type, in);
  if (in.done()) return decoded;
  return Error{Code::InvalidArgument, "frame of type " + std::to_string(static_cast<int>(type)) + " and " +
                                          std::to_string(body.size()) + " bytes is malformed"};
}

void encode(std::string& out, const Frame& frame) { std::visit(Encoder{out}, frame); }

void encodeEvents(std::string& out, std::uint64_t next, std::span<const EventView> events) {
  frame(out, FrameType::Events, [&](Writer& to) {
    to.number(next);
    to.number(events.size());
    for (const auto& event : events) writeEvent(to, event);
  });
}

}  // namespace sse::relay
